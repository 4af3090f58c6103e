/** The verdict of a comparison: true of every scheme that it speaks of, with each number beside its scheme. */
import { describe, expect, it } from "vitest";
import { contestSchemes, mainContest } from "../../src/verify/compare-contest.ts";
import { sampleOf, TIMES_KEPT_MAX } from "../../src/verify/compare-times.ts";
import { verdictSentence } from "../../src/verify/compare-words.ts";
import type { CompareRow } from "../../src/verify/result.ts";

function row(
  scheme: string,
  tolerance: number,
  stored: number,
  changes: Partial<CompareRow> = {},
): CompareRow {
  return {
    scheme,
    k: 1,
    m: tolerance,
    former: "production",
    width: tolerance + 1,
    widthKind: "own",
    tolerance,
    runCount: 3,
    brokenCount: 0,
    imageBytes: 1024,
    storedBytesPerImageByte: stored,
    takeImageBytesPerImageByte: 0,
    takeMemberBytesPerImageByte: stored,
    restoreBytesPerImageByte: undefined,
    rebuiltRunCount: 0,
    repairBytesPerRebuiltByte: undefined,
    rebuiltBytesPerImageByte: undefined,
    controlBytesPerImageByte: 0,
    durableNs: sampleOf([stored * 1e7]),
    restoreNs: undefined,
    reassembleNs: sampleOf([stored * 1e6]),
    restoredCount: 2,
    refusedCount: 0,
    waitingCount: 0,
    survival: [],
    digests: [],
    ...changes,
  };
}

const ROWS = [
  row("mirror:2", 1, 2),
  row("mirror:3", 2, 3),
  row("stripe:4", 0, 1),
  row("parity:4+1", 1, 1.25),
];

describe("verdictSentence", () => {
  it("ranks only schemes of one tolerance and says which: one that survives more is not among them", () => {
    expect(verdictSentence(ROWS, 12, 0)).toBe(
      "All 12 runs kept every promise. With the former on the production server and each scheme at its own width: " +
        "of the schemes that always survive one lost server but not always two, parity:4+1 stores the least, " +
        "1.25 bytes for each byte of a checkpoint, and mirror:2 the most, 2.00. Half of the checkpoints before a takeover " +
        "were durable within 12.5\u00a0ms under parity:4+1 and within 20.0\u00a0ms under mirror:2; half of the restores had " +
        "the image together within 1.3\u00a0ms under parity:4+1 and within 2.0\u00a0ms under mirror:2.",
    );
  });

  it("names the place of the former that its numbers are of, and looks at no other place or width", () => {
    const others = ROWS.flatMap((each) => [
      { ...each, former: "backup" } as const,
      { ...each, former: "dedicated", storedBytesPerImageByte: 9 } as const,
      { ...each, former: "backup", widthKind: "common", storedBytesPerImageByte: 0.1 } as const,
    ]);
    const sentence = verdictSentence(others, 12, 0);
    expect(sentence).toContain("With the former on a backup server and each scheme at its own width");
    expect(sentence).toContain("parity:4+1 stores the least, 1.25 bytes");
    expect(sentence).toContain("mirror:2 the most, 2.00");
  });

  it("calls none the least when all store the same, and none at all when no two survive alike", () => {
    expect(verdictSentence([row("mirror:2", 1, 2), row("parity:1+1", 1, 2)], 2, 0)).toContain(
      "all store 2.00 bytes for each byte of a checkpoint.",
    );
    expect(verdictSentence(ROWS.slice(1, 3), 2, 0)).toBe("All 2 runs kept every promise.");
    expect(verdictSentence([], 2, 1)).toBe("1 of 2 runs broke a promise or stayed undecided.");
  });

  it("says no time of a scheme that has none", () => {
    const untimed = ROWS.map((each) => ({ ...each, durableNs: undefined }));
    expect(verdictSentence(untimed, 12, 0)).toContain(
      "2.00. Half of the restores had the image together within",
    );
    expect(
      verdictSentence(
        untimed.map((each) => ({ ...each, reassembleNs: undefined })),
        12,
        0,
      ),
    ).toMatch(/2\.00\.$/);
  });
});

describe("contests", () => {
  it("hold the schemes of one tolerance, and their words name both ends of it", () => {
    expect(mainContest(ROWS)?.rows.map(({ scheme }) => scheme)).toEqual(["mirror:2", "parity:4+1"]);
    expect(mainContest(ROWS.slice(1))).toBeUndefined();
    expect(contestSchemes(2)).toBe("the schemes that always survive two lost servers but not always three");
  });
});

describe("sampleOf", () => {
  it("keeps few times whole, and thins many evenly, the ends among them", () => {
    expect(sampleOf([3, 1, 2])).toEqual({ min: 1, p50: 2, p99: 3, max: 3, count: 3, times: [1, 2, 3] });
    const many = Array.from({ length: 10_001 }, (_, index) => 10_000 - index);
    const sample = sampleOf(many);
    expect(sample).toMatchObject({ min: 0, p50: 5000, max: 10_000, count: 10_001 });
    expect(sample?.times).toHaveLength(TIMES_KEPT_MAX);
    expect(sample?.times[0]).toBe(0);
    expect(sample?.times.at(-1)).toBe(10_000);
    const gaps = (sample?.times ?? []).slice(1).map((time, index) => time - (sample?.times[index] ?? 0));
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
    expect(sampleOf([])).toBeUndefined();
  });
});
