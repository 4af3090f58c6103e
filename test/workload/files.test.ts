import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Segment } from "../../src/core/checkpoint/image.ts";
import { FilesRun } from "../../src/workload/files.ts";
import { createWorkload } from "../../src/workload/index.ts";
import { firstDifference } from "../../src/workload/same-bytes.ts";
import { Driver } from "./driver.ts";

const MS = 1_000_000;
const SEGMENTS: readonly Segment[] = [
  { name: "notes.txt", bytes: new TextEncoder().encode("several words\n") },
  { name: "empty", bytes: new Uint8Array(0) },
  { name: "photo.raw", bytes: Uint8Array.from({ length: 999 }, (_, index) => (index * 31) & 0xff) },
];

function begun(): { run: FilesRun; driver: Driver } {
  const run = new FilesRun({ kind: "files", segments: SEGMENTS, checkpointEveryNs: 50 * MS });
  const driver = new Driver(run);
  driver.begin();
  return { run, driver };
}

function copyOf(segments: readonly Segment[]): { name: string; bytes: Uint8Array }[] {
  return segments.map(({ name, bytes }) => ({ name, bytes: bytes.slice() }));
}

describe("files", () => {
  it("are handed over at the beginning and at every tick, and restart as they were", () => {
    const { run, driver } = begun();
    driver.runUntil(220 * MS);
    expect(driver.checkpoints).toHaveLength(5);
    driver.crash(0);
    driver.restart(1, copyOf(driver.newestDurable.segments));
    driver.runUntil(400 * MS);
    expect(run.judge(driver.running)).toEqual({
      violations: [],
      checkedCounts: { instancesChecked: 1, restarts: 1, filesCompared: 6 },
      continuationCount: 1,
    });
  });

  const wrong: Record<string, (segments: { name: string; bytes: Uint8Array }[]) => readonly Segment[]> = {
    "a flipped bit": (segments) => {
      const [, , photo] = segments;
      if (photo !== undefined) photo.bytes[500] = (photo.bytes[500] ?? 0) ^ 4;
      return segments;
    },
    "another name": ([first, ...rest]) => [
      { name: "note.txt", bytes: first?.bytes ?? new Uint8Array() },
      ...rest,
    ],
    "another order": (segments) => segments.toReversed(),
    "a missing file": ([first, , third]) => [first, third].filter((one) => one !== undefined),
    "a file cut short": (segments) =>
      segments.map(({ name, bytes }) => ({ name, bytes: bytes.subarray(0, 900) })),
    "a longer file": (segments) =>
      segments.map(({ name, bytes }) => ({ name, bytes: Uint8Array.of(...bytes, 0) })),
  };
  for (const [fault, plant] of Object.entries(wrong)) {
    it(`show ${fault} after a restart, also when that instance is gone at the end`, () => {
      const { run, driver } = begun();
      driver.runUntil(220 * MS);
      driver.crash(0);
      driver.restart(1, plant(copyOf(SEGMENTS)));
      expect(run.judge(driver.running).violations.length).toBe(2);
      expect(
        run
          .fork()
          .judge([])
          .violations.map(({ promise }) => promise),
      ).toEqual(["integrity"]);
      driver.crash(1);
      expect(run.judge(driver.running).violations).toHaveLength(1);
    });
  }

  it("show a change of the bytes in place, because the comparison has a copy of its own", () => {
    const segments = copyOf(SEGMENTS);
    const run = createWorkload({ kind: "files", segments, checkpointEveryNs: MS }, {});
    const software = run.create();
    expect(run.judge([software]).violations).toEqual([]);
    segments[2]?.bytes.fill(0);
    expect(run.judge([software]).violations).toHaveLength(1);
  });
});

describe("firstDifference", () => {
  it("finds the first byte that differs, at any length and alignment", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.nat(3),
        fc.nat(3),
        fc.nat(63),
        fc.integer({ min: 1, max: 255 }),
        (bytes, leftShift, rightShift, place, flip) => {
          const left = shifted(bytes, leftShift);
          const right = shifted(bytes, rightShift);
          expect(firstDifference(left, right)).toBeUndefined();
          expect(firstDifference(left, shifted(Uint8Array.of(...bytes, 0), rightShift))).toBe(bytes.length);
          if (place >= bytes.length) return;
          right[place] = (right[place] ?? 0) ^ flip;
          expect(firstDifference(left, right)).toBe(place);
        },
      ),
    );
  });
});

/** The same bytes at another offset of their buffer. */
function shifted(bytes: Uint8Array, shift: number): Uint8Array {
  const place = new Uint8Array(bytes.length + shift).subarray(shift);
  place.set(bytes);
  return place;
}
