/**
 * The control record of a backup server in bytes: one of the two files `c/0` and `c/1`.
 *
 * A crash may cut a write short, rot may flip bits, and the two mean different things. A record that was cut short had not
 * been acted upon, so the other copy is the truth. A record that rotted may have been the newest one: then nobody can tell
 * what this disk has promised and held, and it counts as lost. They are told apart by a header that states the length and
 * has a digest of its own: what a crash leaves is a prefix, and rot changes no length.
 */
import { assert } from "../assertion.ts";
import {
  BALLOT_ZERO,
  type Ballot,
  compareBallots,
  keyText,
  type Life,
  parseKeyText,
} from "../checkpoint/key.ts";
import type { Digests } from "../checkpoint/digests.ts";
import type { ServerControl } from "./server-state.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const CONTROL_FORMAT = 1;
const DIGEST_CHARS = 16;
const LENGTH_CHARS = 12;
const HEADER_BYTES = LENGTH_CHARS + DIGEST_CHARS;

/** "rotten" also when the disk has the file and gives no bytes. */
export type ControlCopy =
  | { readonly kind: "whole"; readonly number: number; readonly control: ServerControl }
  | { readonly kind: "absent" | "cut-short" | "rotten" };

/** Header (length of what follows, digest of that), JSON with the record's number, digest of the JSON. All ASCII. */
export function encodeControl(control: ServerControl, number: number, digests: Digests): Uint8Array {
  const json = jsonOf(control, number);
  const text = headerOf(json.length + DIGEST_CHARS, digests) + json;
  const bytes = new Uint8Array(text.length + DIGEST_CHARS);
  const { written } = encoder.encodeInto(text, bytes);
  assert(written === text.length, "a control record is ASCII");
  writeAscii(bytes, text.length, digests.member(bytes.subarray(HEADER_BYTES, text.length)));
  return bytes;
}

/** The length of what follows, and its digest. Most records are as long as the one before. */
function headerOf(length: number, digests: Digests): string {
  if (lastHeader?.length === length && lastHeader.digests === digests) return lastHeader.text;
  const lengthText = String(length).padStart(LENGTH_CHARS, "0");
  const text = lengthText + digests.member(encoder.encode(lengthText));
  lastHeader = { length, digests, text };
  return text;
}

let lastHeader: { readonly length: number; readonly digests: Digests; readonly text: string } | undefined;

/**
 * The record as JSON, put together by hand: a record is written for every answer that a disk has to back, and JSON.stringify
 * over its many small objects was the largest part of that.
 */
function jsonOf(control: ServerControl, number: number): string {
  const { life, lives, promised, joined, complete, floor, floorBallot, joinedByOperator, held } = control;
  return (
    `{"format":${CONTROL_FORMAT},"number":${number},"life":${lifeJson(life)},"lives":[${livesJson(lives)}],` +
    `"promised":${ballotJson(promised)},"joined":${joined},"complete":${complete},` +
    `"floorBallot":${ballotJson(floorBallot)},"held":${JSON.stringify(held)},` +
    `"floor":${floor === undefined ? "null" : `"${keyText(floor)}"`},` +
    `"joinedByOperator":${joinedByOperator === undefined ? "null" : ballotJson(joinedByOperator)}}`
  );
}

function lifeJson({ number, nonce }: Life): string {
  return `{"number":${number},"nonce":${nonce}}`;
}

/** Lives change seldom, and are many: the text of the last ones is kept. */
function livesJson(lives: readonly Life[]): string {
  const isLast = lives.length === lastLives.length && lives.every((life, slot) => life === lastLives[slot]);
  if (!isLast) {
    lastLives = [...lives];
    lastLivesJson = lives.map(lifeJson).join(",");
  }
  return lastLivesJson;
}

let lastLives: readonly Life[] = [];
let lastLivesJson = "";

function ballotJson(ballot: Ballot): string {
  const { epoch, number, restorer, nonce } = ballot;
  if (number === 0 && compareBallots(ballot, BALLOT_ZERO) === 0) return BALLOT_ZERO_JSON;
  return `{"epoch":${epoch},"number":${number},"restorer":${restorer},"nonce":${nonce}}`;
}

const BALLOT_ZERO_JSON: string = JSON.stringify(BALLOT_ZERO);

function writeAscii(bytes: Uint8Array, offset: number, text: string): void {
  for (let index = 0; index < text.length; index += 1) bytes[offset + index] = text.charCodeAt(index);
}

/** `isListed`: the disk has the file. */
export function decodeControl(
  bytes: Uint8Array | undefined,
  isListed: boolean,
  digests: Digests,
): ControlCopy {
  if (bytes === undefined) return { kind: isListed ? "rotten" : "absent" };
  if (bytes.length < HEADER_BYTES) return { kind: "cut-short" };
  const length = bytes.subarray(0, LENGTH_CHARS);
  // Bytes that are no text decode to characters that no digest has.
  if (decoder.decode(bytes.subarray(LENGTH_CHARS, HEADER_BYTES)) !== digests.member(length))
    return { kind: "rotten" };
  if (bytes.length - HEADER_BYTES < Number(decoder.decode(length))) return { kind: "cut-short" };
  const record = recordOf(bytes.subarray(HEADER_BYTES), digests);
  if (record === undefined) return { kind: "rotten" };
  const { life, lives, promised, joined, complete, floorBallot, held } = record;
  const floor = record.floor === null ? undefined : parseKeyText(record.floor);
  const joinedByOperator = record.joinedByOperator ?? undefined;
  const control = { life, lives, promised, joined, complete, floor, floorBallot, joinedByOperator, held };
  return { kind: "whole", number: record.number, control };
}

type ControlRecord = Omit<ServerControl, "floor" | "joinedByOperator"> & {
  readonly format: number;
  readonly number: number;
  readonly floor: string | null;
  readonly joinedByOperator: Ballot | null;
};

/** undefined for anything that `encodeControl` did not write. */
function recordOf(bytes: Uint8Array, digests: Digests): ControlRecord | undefined {
  const jsonBytes = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_CHARS));
  if (digests.member(jsonBytes) !== decoder.decode(bytes.subarray(jsonBytes.length))) return undefined;
  // The digest holds, so this is what encodeControl wrote, field by field.
  const record = JSON.parse(decoder.decode(jsonBytes)) as ControlRecord;
  return record.format === CONTROL_FORMAT ? record : undefined;
}
