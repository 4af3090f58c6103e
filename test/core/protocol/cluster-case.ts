/**
 * Small clusters, names and whole checkpoints for the tests of the protocol roles.
 *
 * Hosts: 0 is the production server, slot s lies on host s + 1. Times are chosen so that each is told apart by its number.
 */
import { imageOfSegments, type Segment } from "../../../src/core/checkpoint/image.ts";
import { keyText, type Ballot, type CheckpointKey, type Life } from "../../../src/core/checkpoint/key.ts";
import { encodeManifest, type Manifest } from "../../../src/core/checkpoint/manifest.ts";
import type { ClusterConfiguration } from "../../../src/core/protocol/cluster.ts";
import type { PlacedSlot } from "../../../src/core/protocol/messages.ts";
import { membersAtPosition } from "../../../src/core/redundancy/layout.ts";
import { parseScheme, type Scheme } from "../../../src/core/redundancy/scheme.ts";
import { digests, protectSegments } from "../checkpoint/protected-image.ts";

export const RETRY_NS = 40;
export const HEARTBEAT_NS = 100;
export const SILENT_TICKS_MAX = 3;
export const FIRST_LIFE: Life = { number: 1, nonce: 0 };
/** Subsegments are 4 bytes long in these clusters. */
const SUBSEGMENT_BYTES = 4;

function schemeOf(text: string): Scheme {
  const parsed = parseScheme(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.scheme;
}

/** Three slots and `parity:2+1` unless the case says otherwise. */
export function clusterOf(
  text = "parity:2+1",
  slotCount = 3,
  changes: Partial<ClusterConfiguration> = {},
): ClusterConfiguration {
  const scheme = schemeOf(text);
  return {
    slotHosts: Array.from({ length: slotCount }, (_, slot) => slot + 1),
    productionHost: 0,
    formerPlace: "production",
    formerHost: 0,
    scheme,
    width: scheme.k + scheme.m,
    subsegmentBytes: SUBSEGMENT_BYTES,
    retentionCount: 1,
    windowGroups: 2,
    attemptCountMax: 3,
    times: {
      heartbeatNs: HEARTBEAT_NS,
      takeoverNs: 500,
      takeoverStaggerNs: 50,
      retryNs: RETRY_NS,
      silentTicksMax: SILENT_TICKS_MAX,
      scrubNs: 0,
      refreshNs: 500,
    },
    digests,
    ...changes,
  };
}

export function ballotOf(number: number, restorer = 0, epoch = 0): Ballot {
  return { epoch, number, restorer, nonce: 7 };
}

export function keyOf(number: number, sequence = 1, attempt = 1, restorer = 0): CheckpointKey {
  return { ballot: ballotOf(number, restorer), sequence, attempt };
}

export function lifeOf(number: number): Life {
  return { number, nonce: number === 1 ? 0 : 100 + number };
}

/** The slots 0, 1, 2, … in their first lives, or as given. */
export function placementOf(cluster: ClusterConfiguration, slots?: readonly number[]): PlacedSlot[] {
  const chosen = slots ?? Array.from({ length: cluster.width }, (_, slot) => slot);
  return chosen.map((slot) => ({ slot, life: FIRST_LIFE }));
}

/** Bytes that differ from place to place and from one `start` to the next. */
export function imageBytesOf(byteCount: number, start = 1): Uint8Array {
  return Uint8Array.from({ length: byteCount }, (_, index) => (start + index * 7) & 255);
}

export interface WholeCheckpoint {
  readonly key: CheckpointKey;
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly image: Uint8Array;
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  /** The members of one slot. */
  readonly membersOf: (slot: number) => readonly {
    readonly group: number;
    readonly member: number;
    readonly digest: string;
    readonly bytes: Uint8Array;
  }[];
}

/** A checkpoint with its manifest and all members, formed by the real code. */
export function checkpointOf(
  cluster: ClusterConfiguration,
  key: CheckpointKey,
  given: { readonly byteCount?: number; readonly placement?: readonly PlacedSlot[] } = {},
): WholeCheckpoint {
  const bytes = imageBytesOf(given.byteCount ?? 22, key.sequence);
  const cut = bytes.length >> 1;
  const segments = [
    { name: "first", bytes: bytes.subarray(0, cut) },
    { name: "second", bytes: bytes.subarray(cut) },
  ];
  const placement = given.placement ?? placementOf(cluster);
  const { scheme, subsegmentBytes } = cluster;
  const formed = protectSegments({ scheme, subsegmentBytes, width: placement.length, segments, key });
  const manifest: Manifest = { ...formed.manifest, placement };
  return {
    key,
    text: keyText(key),
    segments,
    image: imageOfSegments(segments).read(0, bytes.length),
    manifest,
    bytes: encodeManifest(manifest, digests),
    membersOf: (slot) => {
      const position = placement.findIndex((placed) => placed.slot === slot);
      if (position < 0) return [];
      return membersAtPosition(formed.layout, position).map(({ group, member }) => ({
        group,
        member,
        digest: manifest.memberDigests[group]?.[member] ?? "",
        bytes: formed.members[group]?.[member] ?? new Uint8Array(0),
      }));
    },
  };
}

export { digests };
