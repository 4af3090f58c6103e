/**
 * The check of a manifest's fields: their types and ranges, and that they fit together.
 *
 * Takes an unknown value, since it may come from a disk. Stops at the first thing wrong and names the field.
 * Does not cover: the bytes around it (manifest.ts), fields beyond the known ones (the canonical form refuses them).
 */

import { createLayout, type Layout, type LayoutError, memberExists } from "../redundancy/layout.ts";
import { parseScheme } from "../redundancy/scheme.ts";

export interface ManifestError {
  readonly code:
    | "manifest-too-short"
    | "manifest-digest-mismatch"
    | "manifest-not-json"
    | "manifest-version-unknown"
    | "manifest-field-invalid"
    | "manifest-inconsistent"
    | "manifest-not-canonical";
  /** The field it is about, for example `placement[2].slot`; "" when it is about the manifest as a whole. */
  readonly field: string;
  /** One English sentence for a person. */
  readonly message: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Length of the text of `Digests.member`. */
const MEMBER_DIGEST_CHARACTERS = 16;

function invalid(field: string, expected: string): ManifestError {
  return {
    code: "manifest-field-invalid",
    field,
    message: `The manifest's field "${field}" must be ${expected}.`,
  };
}

function inconsistent(field: string, message: string): ManifestError {
  return { code: "manifest-inconsistent", field, message };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  // −0 would not survive being written: JSON writes it as 0.
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}

function isMemberDigest(value: unknown): boolean {
  if (typeof value !== "string" || value.length !== MEMBER_DIGEST_CHARACTERS) return false;
  for (let index = 0; index < MEMBER_DIGEST_CHARACTERS; index += 1) {
    const code = value.charCodeAt(index);
    const isDecimal = code >= 0x30 && code <= 0x39;
    const isLetter = code >= 0x61 && code <= 0x66;
    if (!isDecimal && !isLetter) return false;
  }
  return true;
}

const BALLOT_FIELDS = ["epoch", "number", "restorer", "nonce"];
const KEY_FIELDS = ["sequence", "attempt"];
const SLOT_FIELDS = ["slot"];
const LIFE_FIELDS = ["number", "nonce"];
const SEGMENT_FIELDS = ["bytes"];

/** Counts of an object, which is told as `list`, or as `list[index]within`. Nothing is put in words that is right. */
function checkCounts(
  value: unknown,
  names: readonly string[],
  list: string,
  index?: number,
  within: string = "",
): ManifestError | undefined {
  const wrong = isFields(value) ? names.find((name) => !isCount(value[name])) : "";
  if (wrong === undefined) return undefined;
  const field = index === undefined ? list : `${list}[${index}]${within}`;
  return wrong === "" ? invalid(field, "an object") : invalid(`${field}.${wrong}`, "an integer 0..2^53-1");
}

/** The first error of a value that should be a Manifest, or undefined when it is one. Pure; never throws. */
export function checkManifest(value: unknown): ManifestError | undefined {
  if (!isFields(value)) return invalid("", "an object");
  const key = value["key"];
  if (!isFields(key)) return invalid("key", "an object");
  const layout = layoutOfFields(value);
  if (!("scheme" in layout)) return layout;
  return (
    checkCounts(key["ballot"], BALLOT_FIELDS, "key.ballot") ??
    checkCounts(key, KEY_FIELDS, "key") ??
    checkPlacement(value["placement"]) ??
    checkSegments(value["segments"], layout.imageBytes) ??
    checkMemberDigests(value["memberDigests"], layout) ??
    (isMemberDigest(value["imageDigest"])
      ? undefined
      : invalid("imageDigest", "16 hexadecimal characters")) ??
    (isCount(value["formerBoot"]) ? undefined : invalid("formerBoot", "an integer 0..2^53-1"))
  );
}

/** Everything else that a layout refuses is about the sizes. */
const FIELD_AT_FAULT: Readonly<Partial<Record<LayoutError["code"], string>>> = {
  "width-out-of-range": "placement",
  "domains-do-not-divide-width": "declusteredOver",
};

function layoutOfFields(value: Fields): Layout | ManifestError {
  const { scheme: schemeText, imageBytes, subsegmentBytes, placement, declusteredOver } = value;
  if (typeof schemeText !== "string") return invalid("scheme", "a text");
  const parsed = parseScheme(schemeText);
  if (!parsed.ok) return { code: "manifest-field-invalid", field: "scheme", message: parsed.error.message };
  if (!isCount(imageBytes)) return invalid("imageBytes", "an integer 0..2^53-1");
  if (!isCount(subsegmentBytes)) return invalid("subsegmentBytes", "an integer 1..2^53-1");
  if (!Array.isArray(placement)) return invalid("placement", "a list");
  if (declusteredOver !== undefined && !isCount(declusteredOver)) {
    return invalid("declusteredOver", "an integer 1..255, or left out");
  }
  const width = placement.length;
  const created = createLayout({
    scheme: parsed.scheme,
    imageBytes,
    subsegmentBytes,
    width,
    declusteredOver,
  });
  if (created.ok) return created.layout;
  const field = FIELD_AT_FAULT[created.error.code] ?? "subsegmentBytes";
  return inconsistent(field, created.error.message);
}

function checkPlacement(placement: unknown): ManifestError | undefined {
  const slots = new Set<unknown>();
  for (const [position, entry] of (placement as readonly unknown[]).entries()) {
    const error =
      checkCounts(entry, SLOT_FIELDS, "placement", position) ??
      checkCounts((entry as Fields)["life"], LIFE_FIELDS, "placement", position, ".life");
    if (error !== undefined) return error;
    const slot = (entry as Fields)["slot"];
    if (slots.has(slot))
      return inconsistent(`placement[${position}].slot`, `The placement names slot ${String(slot)} twice.`);
    slots.add(slot);
  }
  return undefined;
}

function checkSegments(segments: unknown, imageBytes: number): ManifestError | undefined {
  if (!Array.isArray(segments)) return invalid("segments", "a list");
  const names = new Set<string>();
  let bytes = 0;
  for (const [index, entry] of (segments as readonly unknown[]).entries()) {
    const error = checkCounts(entry, SEGMENT_FIELDS, "segments", index);
    if (error !== undefined) return error;
    const name = (entry as Fields)["name"];
    if (typeof name !== "string" || name === "")
      return invalid(`segments[${index}].name`, "a text that is not empty");
    if (names.has(name))
      return inconsistent(`segments[${index}].name`, `The segment "${name}" is listed twice.`);
    names.add(name);
    bytes += (entry as Fields)["bytes"] as number;
  }
  if (bytes === imageBytes) return undefined;
  return inconsistent("segments", `The segments hold ${bytes} bytes, the image ${imageBytes}.`);
}

function checkMemberDigests(memberDigests: unknown, layout: Layout): ManifestError | undefined {
  if (!Array.isArray(memberDigests)) return invalid("memberDigests", "a list");
  if (memberDigests.length !== layout.groupCount) {
    return inconsistent(
      "memberDigests",
      `There are digests for ${memberDigests.length} groups, not ${layout.groupCount}.`,
    );
  }
  const memberCount = layout.scheme.k + layout.scheme.m;
  for (let group = 0; group < layout.groupCount; group += 1) {
    const row: unknown = memberDigests[group];
    if (!Array.isArray(row)) return invalid(`memberDigests[${group}]`, "a list");
    if (row.length !== memberCount) {
      return inconsistent(
        `memberDigests[${group}]`,
        `There are ${row.length} digests in a group of ${memberCount}.`,
      );
    }
    for (let member = 0; member < memberCount; member += 1) {
      const isStored = memberExists(layout, group, member);
      if (isStored ? isMemberDigest(row[member]) : row[member] === "") continue;
      const field = `memberDigests[${group}][${member}]`;
      return isStored
        ? invalid(field, "16 hexadecimal characters")
        : inconsistent(field, "A member that is not stored must have the empty digest.");
    }
  }
  return undefined;
}
