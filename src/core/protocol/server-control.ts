/**
 * The control record of a backup server in bytes: one of the two files `c/0` and `c/1`.
 *
 * A crash may cut a write short, rot may flip bits, and the two mean different things. A record that was cut short had not
 * been acted upon, so the other copy is the truth. A record that rotted may have been the newest one: then nobody can tell
 * what this disk has promised and held, and it counts as lost. They are told apart by length: what a crash leaves of a write
 * ends at a sector boundary, and a whole record never does.
 */
import { type Ballot, keyText, parseKeyText } from "../checkpoint/key.ts";
import type { Digests } from "../checkpoint/digests.ts";
import type { ServerControl } from "./server-state.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const CONTROL_FORMAT = 1;
const DIGEST_CHARS = 16;
const SECTOR_BYTES = 512;

/** "rotten" also when the disk has the file and gives no bytes. */
export type ControlCopy =
  | { readonly kind: "whole"; readonly number: number; readonly control: ServerControl }
  | { readonly kind: "absent" | "cut-short" | "rotten" };

/** JSON with the record's number, then a newline and the digest of what precedes it. */
export function encodeControl(control: ServerControl, number: number, digests: Digests): Uint8Array {
  const { joinedByOperator, floor, ...rest } = control;
  const json = JSON.stringify({
    format: CONTROL_FORMAT,
    number,
    ...rest,
    floor: floor === undefined ? null : keyText(floor),
    joinedByOperator: joinedByOperator ?? null,
  });
  // All ASCII: characters are bytes. A space after JSON is JSON.
  const text = (json.length + 1 + DIGEST_CHARS) % SECTOR_BYTES === 0 ? `${json} ` : json;
  return encoder.encode(`${text}\n${digests.member(encoder.encode(text))}`);
}

/** `isListed`: the disk has the file. */
export function decodeControl(
  bytes: Uint8Array | undefined,
  isListed: boolean,
  digests: Digests,
): ControlCopy {
  if (bytes === undefined) return { kind: isListed ? "rotten" : "absent" };
  const record = recordOf(bytes, digests);
  if (record === undefined) return { kind: bytes.length % SECTOR_BYTES === 0 ? "cut-short" : "rotten" };
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

/** undefined for anything that `encodeControl` did not write whole. */
function recordOf(bytes: Uint8Array, digests: Digests): ControlRecord | undefined {
  if (bytes.length <= DIGEST_CHARS + 1) return undefined;
  const textBytes = bytes.subarray(0, bytes.length - DIGEST_CHARS - 1);
  let text: string;
  let digest: string;
  try {
    text = decoder.decode(textBytes);
    digest = decoder.decode(bytes.subarray(bytes.length - DIGEST_CHARS));
  } catch {
    return undefined; // not UTF-8: rotten
  }
  if (digests.member(textBytes) !== digest) return undefined;
  // The digest holds, so this is what encodeControl wrote, field by field.
  const record = JSON.parse(text) as ControlRecord;
  return record.format === CONTROL_FORMAT ? record : undefined;
}
