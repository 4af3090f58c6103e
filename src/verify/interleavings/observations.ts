/**
 * What a step of one host shows to the judge: facts of its disk and its software, and the claims that are to be checked
 * against them. Plain data.
 */
import type { Ballot, CheckpointKey, Life } from "../../core/checkpoint/key.ts";
import { compareLives, keyText, parseKeyText } from "../../core/checkpoint/key.ts";
import { decodeManifest, layoutOfManifest } from "../../core/checkpoint/manifest.ts";
import type { PlacedSlot } from "../../core/protocol/messages.ts";
import type { Verdict } from "../../core/protocol/notes.ts";
import { type ControlCopy, decodeControl } from "../../core/protocol/server-control.ts";
import { keyOfFile, manifestFile, memberFile, type ServerControl } from "../../core/protocol/server-state.ts";
import { membersAtPosition } from "../../core/redundancy/layout.ts";
import { MODEL_DIGESTS } from "./model-digests.ts";

export type Observation =
  /** Fact: the disk durably holds all that the manifest places on it, in the life that the manifest names. */
  | {
      readonly kind: "held";
      readonly slot: number;
      readonly key: CheckpointKey;
      readonly placement: readonly PlacedSlot[];
    }
  /** Fact: a file on the disk is not what the placement puts there. */
  | { readonly kind: "misplaced"; readonly slot: number; readonly file: string }
  | { readonly kind: "disk-lost"; readonly slot: number }
  /** Fact: from now on something on the disk is rotten that its newest record names, or no longer anything. */
  | { readonly kind: "rot"; readonly slot: number; readonly isRotten: boolean }
  | { readonly kind: "output"; readonly ballot: Ballot; readonly sequence: number }
  | {
      readonly kind: "started";
      readonly ballot: Ballot;
      readonly key: CheckpointKey;
      readonly isIntact: boolean;
      readonly isFlagged: boolean;
    }
  | { readonly kind: "init-started"; readonly ballot: Ballot }
  /** Claim: a server acknowledged a store; `isDurable`: its disk holds it all, flushed. */
  | {
      readonly kind: "acknowledged";
      readonly slot: number;
      readonly key: CheckpointKey;
      readonly isDurable: boolean;
    }
  | { readonly kind: "known-durable"; readonly key: CheckpointKey }
  | {
      readonly kind: "complete";
      readonly slot: number;
      readonly life: Life;
      readonly heldWords: readonly string[];
    }
  | { readonly kind: "refused"; readonly ballot: Ballot; readonly isOperator: boolean }
  /** Claim: a restorer waits; what is wrong with that after all that it was told, or undefined. */
  | { readonly kind: "waiting"; readonly complaint: string | undefined }
  /** The program threw: an assertion of the core does not hold. */
  | { readonly kind: "failed"; readonly message: string };

export interface HeldFact {
  readonly key: CheckpointKey;
  readonly text: string;
  readonly placement: readonly PlacedSlot[];
  /** The manifest names the life that the disk's record has. */
  readonly isNamedLife: boolean;
}

type Files = Readonly<Record<string, Uint8Array>>;

function controlsOf(files: Files): ControlCopy[] {
  return ["c/0", "c/1"].map((file) => decodeControl(files[file], files[file] !== undefined, MODEL_DIGESTS));
}

function newestControl(files: Files): ServerControl | undefined {
  let newest: Extract<ControlCopy, { kind: "whole" }> | undefined;
  for (const copy of controlsOf(files)) {
    if (copy.kind === "whole" && (newest === undefined || copy.number > newest.number)) newest = copy;
  }
  return newest?.control;
}

/** Nobody can tell which record was the newest one. */
export function isControlRotten(files: Files): boolean {
  return controlsOf(files).some(({ kind }) => kind === "rotten");
}

/** A control record, or a manifest or member of what is held, is not what was written. */
export function isDiskRotten(files: Files): boolean {
  if (isControlRotten(files)) return true;
  const held = newestControl(files)?.held ?? [];
  return held.some((text) => {
    const key = parseKeyText(text);
    const bytes = key === undefined ? undefined : files[manifestFile(key)];
    const decoded = bytes === undefined ? undefined : decodeManifest(bytes, MODEL_DIGESTS);
    if (decoded?.ok !== true) return true;
    const { memberDigests } = decoded.manifest;
    return Object.entries(files).some(([file, member]) => {
      const [kind, keyPart, group, index] = file.split("/");
      if (kind !== "m" || keyPart !== text) return false;
      return MODEL_DIGESTS.member(member) !== memberDigests[Number(group)]?.[Number(index)];
    });
  });
}

/** What the durable part of a server's disk holds, read from the bytes alone. */
export function heldFacts(durable: Files, slot: number): HeldFact[] {
  const newest = newestControl(durable);
  if (newest === undefined) return [];
  const { held, life } = newest;
  return held.flatMap((text): HeldFact[] => {
    const key = parseKeyText(text);
    const bytes = key === undefined ? undefined : durable[manifestFile(key)];
    const decoded = bytes === undefined ? undefined : decodeManifest(bytes, MODEL_DIGESTS);
    if (key === undefined || decoded?.ok !== true || keyText(decoded.manifest.key) !== text) return [];
    const { manifest } = decoded;
    const position = manifest.placement.findIndex((placed) => placed.slot === slot);
    const placed = manifest.placement[position];
    if (placed === undefined) return [];
    const isWhole = membersAtPosition(layoutOfManifest(manifest), position).every(({ group, member }) => {
      const stored = durable[memberFile(key, group, member)];
      return stored !== undefined && MODEL_DIGESTS.member(stored) === manifest.memberDigests[group]?.[member];
    });
    if (!isWhole) return [];
    return [{ key, text, placement: manifest.placement, isNamedLife: compareLives(placed.life, life) === 0 }];
  });
}

/** Two members of one group on one disk would be lost together; mirrored and parity members of a slot are one a group. */
export function misplacedFiles(files: Files): string[] {
  const seen = new Set<string>();
  return Object.keys(files).filter((file) => {
    const [kind, , group] = file.split("/");
    const key = keyOfFile(file);
    if (kind !== "m" || key === undefined) return false;
    const place = `${keyText(key)}/${group}`;
    const isSecond = seen.has(place);
    seen.add(place);
    return isSecond;
  });
}

/** Contents of a state of the software: they name it, so that a mix-up shows. */
export function contentOf(ballot: Ballot, sequence: number, imageBytes: number): Uint8Array {
  const bytes = new Uint8Array(imageBytes);
  const words = [
    ballot.epoch,
    ballot.number,
    ballot.restorer,
    ballot.nonce,
    ballot.nonce >> 8,
    sequence,
    0x5a,
    0xa5,
  ];
  for (let index = 0; index < imageBytes; index += 1)
    bytes[index] = (words[index % 8] ?? 0) ^ Math.floor(index / 8);
  return bytes;
}

export function isRestoredWithFlags(verdict: Verdict): boolean {
  return verdict.kind === "restored" && verdict.flags.length > 0;
}

export function isContentOf(key: CheckpointKey, imageBytes: number, bytes: Uint8Array): boolean {
  const expected = contentOf(key.ballot, key.sequence, imageBytes);
  return bytes.length === expected.length && bytes.every((byte, index) => byte === expected[index]);
}
