/**
 * The manifest: what a restore needs to know of a checkpoint, and its bytes.
 *
 * The bytes are canonical JSON (fixed field order, format version first), a newline, and the SHA-256 of what stands before
 * the newline. Equal manifests have equal bytes, and `decodeManifest` accepts no other bytes: cut short, altered, from
 * another version, with unknown fields or with fields that contradict each other, it gives a typed error.
 *
 * Does not cover: whether the servers named hold the members, and attackers (the digest detects accidents).
 */

import { assertionFailed } from "../assertion.ts";
import { createLayout, type Layout } from "../redundancy/layout.ts";
import { parseScheme } from "../redundancy/scheme.ts";
import type { Digests } from "./digests.ts";
import type { SegmentEntry } from "./image.ts";
import type { CheckpointKey, Life } from "./key.ts";
import { checkManifest, type ManifestError } from "./manifest-check.ts";

export type { ManifestError } from "./manifest-check.ts";

/** One server of a placement: a slot, and the life of its disk when the checkpoint was taken. */
export interface PlacementEntry {
  readonly slot: number;
  readonly life: Life;
}

/** Plain data, immutable. */
export interface Manifest {
  readonly key: CheckpointKey;
  /** Canonical scheme text, for example `parity:4+1`. */
  readonly scheme: string;
  readonly imageBytes: number;
  readonly subsegmentBytes: number;
  /** In order of positions; its length is the width, and its slots are distinct. */
  readonly placement: readonly PlacementEntry[];
  /** See Layout; left out of the bytes where the placement is rotated. */
  readonly declusteredOver?: number;
  /** In order; their bytes add up to imageBytes; names are distinct and not empty. */
  readonly segments: readonly SegmentEntry[];
  /** [group][member], k + m a group; "" for an implicit zero, which is not stored. */
  readonly memberDigests: readonly (readonly string[])[];
  /** The chain of image-digest.ts after the last subsegment. */
  readonly imageDigest: string;
  /** Boot nonce of the former that formed the attempt: tells two boots of a remote former apart. */
  readonly formerBoot: number;
}

export type ManifestResult =
  { readonly ok: true; readonly manifest: Manifest } | { readonly ok: false; readonly error: ManifestError };

/** Raised whenever the fields or their meaning change; other versions are refused. */
export const MANIFEST_FORMAT_VERSION = 1;

const NEWLINE = 0x0a;
const SHA256_TEXT_BYTES = 64;

const encoder: TextEncoder = new TextEncoder();
const decoder: TextDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Canonical: every object is written here with its fields in this order, whatever order the argument has them in. Put together
 * by hand, for a manifest that was checked: it is written and read in every run, and holds no text that needs escapes but
 * the names of segments.
 */
function canonicalText(manifest: Manifest): string {
  const { key, imageBytes, subsegmentBytes, imageDigest, formerBoot } = manifest;
  const { epoch, number, restorer, nonce } = key.ballot;
  const placement = manifest.placement.map(
    ({ slot, life }) => `{"slot":${slot},"life":{"number":${life.number},"nonce":${life.nonce}}}`,
  );
  const segments = manifest.segments.map(
    ({ name, bytes }) => `{"name":${JSON.stringify(name)},"bytes":${bytes}}`,
  );
  const spread =
    manifest.declusteredOver === undefined ? "" : `"declusteredOver":${manifest.declusteredOver},`;
  const rows = manifest.memberDigests.map((row) => `["${row.join('","')}"]`);
  return (
    `{"format":${MANIFEST_FORMAT_VERSION},` +
    `"key":{"ballot":{"epoch":${epoch},"number":${number},"restorer":${restorer},"nonce":${nonce}},` +
    `"sequence":${key.sequence},"attempt":${key.attempt}},"scheme":${JSON.stringify(manifest.scheme)},` +
    `"imageBytes":${imageBytes},"subsegmentBytes":${subsegmentBytes},"placement":[${placement.join(",")}],` +
    spread +
    `"segments":[${segments.join(",")}],"memberDigests":[${rows.join(",")}],` +
    `"imageDigest":"${imageDigest}","formerBoot":${formerBoot}}`
  );
}

/**
 * The bytes of a manifest: a fresh buffer, immutable after hand-over.
 * A manifest that `decodeManifest` would refuse is a bug of the caller and throws AssertionError.
 */
export function encodeManifest(manifest: Manifest, digests: Digests): Uint8Array {
  const error = checkManifest(manifest);
  if (error !== undefined) assertionFailed(`manifest to be written: ${error.message}`);
  const body = encoder.encode(canonicalText(manifest));
  const bytes = new Uint8Array(body.length + 1 + SHA256_TEXT_BYTES);
  bytes.set(body);
  bytes[body.length] = NEWLINE;
  // In its final place, where whoever reads it digests it: digests may be remembered by place.
  const sha = digests.manifest(bytes.subarray(0, body.length));
  for (let index = 0; index < SHA256_TEXT_BYTES; index += 1) {
    bytes[body.length + 1 + index] = sha.charCodeAt(index);
  }
  return bytes;
}

/**
 * Successful decodings, by digests and by buffer: the same immutable buffer is handed around many times in a simulated run.
 * Failures are not kept, so a buffer that was refused is looked at anew.
 */
const decodedBy: WeakMap<Digests, WeakMap<Uint8Array, Manifest>> = new WeakMap();

/**
 * Reads a manifest's bytes. Never throws. Checks the SHA-256 first, then every field and that the fields fit together.
 * The same buffer object gives the same manifest object: a buffer must not be changed once it was handed in.
 * Errors: see ManifestError.
 */
export function decodeManifest(bytes: Uint8Array, digests: Digests): ManifestResult {
  let decoded = decodedBy.get(digests);
  const known = decoded?.get(bytes);
  if (known !== undefined) return { ok: true, manifest: known };
  const result = decodeAfresh(bytes, digests);
  if (result.ok) {
    if (decoded === undefined) {
      decoded = new WeakMap();
      decodedBy.set(digests, decoded);
    }
    decoded.set(bytes, result.manifest);
  }
  return result;
}

function decodeAfresh(bytes: Uint8Array, digests: Digests): ManifestResult {
  const bodyBytes = bytes.length - 1 - SHA256_TEXT_BYTES;
  if (bodyBytes < 2) {
    return failure("manifest-too-short", "", `A manifest of ${bytes.length} bytes is cut short.`);
  }
  const body = bytes.subarray(0, bodyBytes);
  if (bytes[bodyBytes] !== NEWLINE || !textEquals(bytes, bodyBytes + 1, digests.manifest(body))) {
    return failure(
      "manifest-digest-mismatch",
      "",
      "The manifest is altered or cut short: its SHA-256 does not match.",
    );
  }
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(body);
    value = JSON.parse(text);
  } catch {
    return failure("manifest-not-json", "", "The manifest is not JSON in UTF-8.");
  }
  const format =
    typeof value === "object" && value !== null ? (value as { format?: unknown }).format : undefined;
  if (format !== MANIFEST_FORMAT_VERSION) {
    return failure(
      "manifest-version-unknown",
      "format",
      `The manifest's format is not version ${MANIFEST_FORMAT_VERSION}.`,
    );
  }
  const error = checkManifest(value);
  if (error !== undefined) return { ok: false, error };
  const manifest = knownFields(value as Manifest);
  // Unknown or repeated fields and another order all show as text that differs from the canonical one.
  if (canonicalText(manifest) !== text) {
    return failure("manifest-not-canonical", "", "The manifest is not in its canonical form.");
  }
  return { ok: true, manifest };
}

/** Without the format, and without fields that a manifest does not have. */
function knownFields(value: Manifest): Manifest {
  const { key, scheme, imageBytes, subsegmentBytes, placement, declusteredOver, segments } = value;
  const { memberDigests, imageDigest, formerBoot } = value;
  return {
    key,
    scheme,
    imageBytes,
    subsegmentBytes,
    placement,
    ...(declusteredOver === undefined ? {} : { declusteredOver }),
    segments,
    memberDigests,
    imageDigest,
    formerBoot,
  };
}

function failure(code: ManifestError["code"], field: string, message: string): ManifestResult {
  return { ok: false, error: { code, field, message } };
}

/** Compares the rest of the bytes with ASCII text, to the bytes' very end. */
function textEquals(bytes: Uint8Array, start: number, text: string): boolean {
  if (bytes.length - start !== text.length) return false;
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[start + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

const layouts: WeakMap<Manifest, Layout> = new WeakMap();

/** The geometry of a manifest's checkpoint. The same manifest object gives the same layout object. A manifest that was not checked is a bug. */
export function layoutOfManifest(manifest: Manifest): Layout {
  const known = layouts.get(manifest);
  if (known !== undefined) return known;
  const parsed = parseScheme(manifest.scheme);
  if (!parsed.ok) assertionFailed(parsed.error.message);
  const created = createLayout({
    scheme: parsed.scheme,
    imageBytes: manifest.imageBytes,
    subsegmentBytes: manifest.subsegmentBytes,
    width: manifest.placement.length,
    declusteredOver: manifest.declusteredOver,
  });
  if (!created.ok) assertionFailed(created.error.message);
  layouts.set(manifest, created.layout);
  return created.layout;
}
