/**
 * What a fault does to a disk, in words: each way is a choice of the model checker, and its words stand in schedules.
 *
 * A crash with "unflushed-any" decides for each file that was written or removed since the last flush: the old bytes, the
 * new ones, or a part of the new ones; the write under way counts among them. Parts are prefixes, for that is what the
 * control record is made for; a record is cut in its header and behind it. Rot flips bits in one file at rest.
 *
 * Not covered: lost and misdirected writes, rot in several files at once, tears that leave old bytes behind new ones.
 */
import { decodeControl } from "../../core/protocol/server-control.ts";
import { type FileKind, fileKindOf } from "../../sim/file-kind.ts";
import type { FaultChoice } from "./configuration.ts";
import { MODEL_DIGESTS } from "./model-digests.ts";
import type { PlainDisk } from "./plain-disk.ts";

/** More ways than this are not all taken: then all old, all new, and each file by itself. */
const WAYS_MAX = 64;

/** A part of a control record's header, in bytes, and a part of what follows it. */
const HEADER_CUT_BYTES = 10;
const BODY_CUT_BYTES = 60;

type Files = Readonly<Record<string, Uint8Array>>;

interface Way {
  readonly words: string;
  readonly bytes: Uint8Array | undefined;
}

/** The ways in which this fault may strike now; none when there is nothing to strike. */
export function harmsOf(fault: FaultChoice, disk: PlainDisk): string[] {
  switch (fault.kind) {
    case "crash":
      return fault.disk === "unflushed-any" ? leftovers(disk).map(({ words }) => words) : [""];
    case "rot":
      return filesOfKind(disk.files, fault.files).map((file) => fileWords(disk.files, file));
    case "storage-fails": {
      const [head] = disk.queue;
      return head?.kind === "write" || head?.kind === "flush" ? [head.kind] : [];
    }
  }
}

/** The files after a crash that left what `words` say. */
export function filesLeft(disk: PlainDisk, words: string): Record<string, Uint8Array> {
  const left = leftovers(disk).find((each) => each.words === words);
  return left === undefined ? disk.durable : left.files;
}

/** What rotten bytes were before. */
const soundBytes: WeakMap<Uint8Array, Uint8Array> = new WeakMap();

/** The files as they would be without rot: what was stored, whatever became of it. */
export function withoutRot(files: Files): Files {
  let sound: Record<string, Uint8Array> | undefined;
  for (const [file, bytes] of Object.entries(files)) {
    const before = soundBytes.get(bytes);
    if (before !== undefined) (sound ??= { ...files })[file] = before;
  }
  return sound ?? files;
}

/** Flips bits in the file that `words` name, wherever the disk has these very bytes. */
export function rotFile(disk: PlainDisk, words: string): void {
  const file = Object.keys(disk.files).find((each) => fileWords(disk.files, each) === words);
  const bytes = file === undefined ? undefined : disk.files[file];
  if (file === undefined || bytes === undefined) return;
  const rotten = bytes.slice();
  const place = Math.floor(rotten.length / 2);
  rotten[place] = (rotten[place] ?? 0) ^ 0x40;
  soundBytes.set(rotten, bytes);
  const isFlushed = disk.durable[file] === bytes;
  const isShared = disk.durable === disk.files;
  disk.files = { ...disk.files, [file]: rotten };
  if (isShared) disk.durable = disk.files;
  else if (isFlushed) disk.durable = { ...disk.durable, [file]: rotten };
}

function filesOfKind(files: Files, kind: FileKind): string[] {
  return Object.keys(files)
    .filter((file) => fileKindOf(file) === kind)
    .sort();
}

/** The two copies of the control record take turns: they are called by what they are, not by their names. */
function fileWords(files: Files, file: string): string {
  if (fileKindOf(file) !== "control") return file;
  const other = file === "c/0" ? "c/1" : "c/0";
  return numberOf(files[file]) >= numberOf(files[other]) ? "newer control record" : "older control record";
}

function numberOf(bytes: Uint8Array | undefined): number {
  const copy = decodeControl(bytes, bytes !== undefined, MODEL_DIGESTS);
  return copy.kind === "whole" ? copy.number : 0;
}

function leftovers(
  disk: PlainDisk,
): { readonly words: string; readonly files: Record<string, Uint8Array> }[] {
  const { durable, files } = disk;
  const [head] = disk.queue;
  const underWay = head?.kind === "write" ? { [head.file]: head.bytes } : {};
  const goal: Files = { ...files, ...underWay };
  const named = new Set([...Object.keys(durable), ...Object.keys(goal)]);
  const changed = [...named].filter((file) => durable[file] !== goal[file]).sort();
  const ways = changed.map((file) => ({ file, ways: waysOf(durable[file], goal[file], file) }));
  const count = ways.reduce((product, each) => product * each.ways.length, 1);
  let chosen: (readonly Way[])[] = [[]];
  if (count <= WAYS_MAX) {
    for (const each of ways) chosen = chosen.flatMap((before) => each.ways.map((way) => [...before, way]));
  } else {
    const old = ways.map((each) => each.ways[0] as Way);
    chosen = [old, ways.map((each) => each.ways[1] as Way)];
    ways.forEach((each, index) => {
      for (const way of each.ways.slice(1)) chosen.push(old.map((one, at) => (at === index ? way : one)));
    });
  }
  return chosen.map((way) => {
    const left: Record<string, Uint8Array> = { ...durable };
    const words: string[] = [];
    way.forEach(({ words: wayWords, bytes }, index) => {
      const file = changed[index] as string;
      if (bytes === undefined) delete left[file];
      else left[file] = bytes;
      if (wayWords !== "old")
        words.push(`${fileKindOf(file) === "control" ? "control record" : file} ${wayWords}`);
    });
    return { words: words.length === 0 ? "nothing new is left" : words.join(", "), files: left };
  });
}

/** The old way first, then the new one, then parts. */
function waysOf(before: Uint8Array | undefined, after: Uint8Array | undefined, file: string): Way[] {
  const old: Way = { words: "old", bytes: before };
  if (after === undefined) return [old, { words: "removed", bytes: undefined }];
  const cuts =
    fileKindOf(file) === "control" ? [HEADER_CUT_BYTES, BODY_CUT_BYTES] : [Math.floor(after.length / 2)];
  return [
    old,
    { words: "whole", bytes: after },
    ...cuts
      .filter((bytes) => bytes < after.length)
      .map((bytes): Way => ({ words: `cut after ${bytes} bytes`, bytes: after.subarray(0, bytes) })),
  ];
}
