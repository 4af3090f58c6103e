import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Segment } from "../../src/core/checkpoint/image.ts";
import { SyntheticRun, SyntheticSoftware } from "../../src/workload/synthetic.ts";
import { applyStep, contentAtStep, initialContent, stepOf } from "../../src/workload/synthetic-content.ts";
import { Driver } from "./driver.ts";
import type { DriverSettings } from "./driver.ts";
import { bytesOf, MS } from "./ledger-fixture.ts";

function begun(
  imageBytes: number,
  settings: Partial<DriverSettings> = {},
): { run: SyntheticRun; driver: Driver } {
  const run = new SyntheticRun({
    kind: "synthetic",
    imageBytes,
    contentSeed: 42,
    checkpointEveryNs: 40 * MS,
  });
  const driver = new Driver(run, settings);
  driver.begin();
  return { run, driver };
}

function onlySoftware(driver: Driver): SyntheticSoftware {
  const [software] = driver.running;
  if (!(software instanceof SyntheticSoftware)) throw new Error("synthetic software runs");
  return software;
}

function altered(segments: readonly Segment[], offset: number): Segment[] {
  return segments.map(({ name, bytes }) => {
    const copy = bytes.slice();
    copy[offset] = (copy[offset] ?? 0) ^ 16;
    return { name, bytes: copy };
  });
}

describe("synthetic software", () => {
  it("restarts from every checkpoint and ends as an uninterrupted run does, for any size", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 41, max: 70_000 })),
        fc.nat(1_000),
        fc.integer({ min: 30, max: 600 }),
        (imageBytes, seed, crashMs) => {
          const { run, driver } = begun(imageBytes, { seed, failedPercent: 20 });
          driver.runUntil(crashMs * MS);
          fc.pre(driver.checkpoints.some(({ durable }) => durable));
          driver.crash(0);
          expect(driver.restart(1, driver.newestDurable.segments)).toBeUndefined();
          driver.runUntil(1_500 * MS);
          const { violations, checkedCounts } = run.judge(driver.running);
          expect(violations).toEqual([]);
          expect(checkedCounts["bytesCompared"]).toBe(2 * imageBytes);
          expect(checkedCounts["stepsReached"]).toBeGreaterThan(80);
          expect(driver.releases.length).toBeGreaterThan(40);
          expect(driver.releases.every(({ wasDurable }) => wasDurable)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("releases the output of each step once, in order, from a checkpoint that holds it", () => {
    const { driver } = begun(1_000);
    driver.runUntil(1_000 * MS);
    expect(driver.releases.map(({ output }) => output)).toEqual(
      driver.releases.map((_, index) => `step ${index + 1}`),
    );
    for (const { sequence, output } of driver.releases) {
      const held = driver.checkpoints.find((one) => one.sequence === sequence);
      expect(stepOf(bytesOf(held?.segments ?? []))).toBeGreaterThanOrEqual(
        Number(output.slice("step ".length)),
      );
    }
  });

  it("never changes bytes that were handed over", () => {
    const { driver } = begun(5_000);
    driver.runUntil(300 * MS);
    const copies = driver.checkpoints.map(({ segments }) => bytesOf(segments).slice());
    driver.runUntil(900 * MS);
    copies.forEach((copy, index) => expect(bytesOf(driver.checkpoints[index]?.segments ?? [])).toEqual(copy));
    expect(new Set(copies.map((copy) => stepOf(copy))).size).toBe(copies.length);
  });

  it("is the same on both sides of a fork, and independent afterwards", () => {
    const { run, driver } = begun(3_000, { failedPercent: 30 });
    driver.runUntil(333 * MS);
    const fork = driver.fork();
    fork.runUntil(900 * MS);
    expect(onlySoftware(driver).step).toBe(33);
    driver.runUntil(900 * MS);
    expect(fork.releases).toEqual(driver.releases);
    expect(onlySoftware(fork).image).toEqual(onlySoftware(driver).image);
    expect(fork.run.judge(fork.running)).toEqual(run.judge(driver.running));
  });
});

describe("the judgement of synthetic software sees", () => {
  const restarted = (change: (segments: readonly Segment[]) => readonly Segment[]): string[] => {
    const { run, driver } = begun(64);
    driver.runUntil(300 * MS);
    driver.crash(0);
    driver.restart(1, change(driver.newestDurable.segments));
    return run.judge(driver.running).violations.map(({ promise }) => promise);
  };

  it("nothing where nothing is wrong", () => {
    expect(restarted((segments) => segments)).toEqual([]);
  });

  it("a flipped bit anywhere in the image that it was restarted from", () => {
    for (let offset = 0; offset < 64; offset += 1) {
      expect(restarted((segments) => altered(segments, offset))).toContain("integrity");
    }
  });

  it("a flipped bit in an image without a step", () => {
    const { run, driver } = begun(7);
    driver.runUntil(300 * MS);
    driver.crash(0);
    driver.restart(1, altered(driver.newestDurable.segments, 6));
    expect(run.judge(driver.running).violations.map(({ promise }) => promise)).toEqual([
      "integrity",
      "continuation",
    ]);
  });

  it("an image of another size or name, which does not start at all", () => {
    const { run, driver } = begun(64);
    const { segments } = { segments: [{ name: "synthetic.image", bytes: new Uint8Array(63) }] };
    expect(driver.restart(1, segments)).toMatch(/63 bytes instead of 64/);
    expect(driver.restart(1, [])).toMatch(/one segment/);
    expect(run.judge([]).violations.map(({ promise }) => promise)).toEqual(["integrity", "integrity"]);
  });

  it("a state that went another way", () => {
    const { run, driver } = begun(64);
    driver.runUntil(300 * MS);
    const { image } = onlySoftware(driver);
    image[63] = (image[63] ?? 0) ^ 1;
    expect(run.judge(driver.running).violations.map(({ promise }) => promise)).toEqual(["continuation"]);
  });

  it("a released output that a restart from too old a checkpoint has lost", () => {
    const { run, driver } = begun(64);
    driver.runUntil(300 * MS);
    driver.crash(0);
    expect(driver.restart(1, driver.checkpoints[0]?.segments ?? [])).toBeUndefined();
    expect(run.judge(driver.running).violations.map(({ promise }) => promise)).toEqual(["output-commit"]);
  });
});

describe("synthetic content", () => {
  it("at a step is what the steps before it made of the first image", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 300 }),
        fc.integer(),
        fc.nat(40),
        (imageBytes, contentSeed, step) => {
          const settings = { imageBytes, contentSeed };
          const earlier = contentAtStep(settings, step);
          applyStep(earlier, contentSeed, step + 1);
          expect(earlier).toEqual(contentAtStep(settings, step + 1));
          expect(stepOf(earlier)).toBe(step + 1);
        },
      ),
    );
  });

  it("differs by seed, and fills the image", () => {
    const first = initialContent({ imageBytes: 4_096, contentSeed: 1 });
    expect(first).not.toEqual(initialContent({ imageBytes: 4_096, contentSeed: 2 }));
    expect(new Set(first.subarray(8)).size).toBe(256);
    expect(initialContent({ imageBytes: 0, contentSeed: 1 })).toHaveLength(0);
  });

  it("is this, on every engine", () => {
    expect(
      Buffer.from(contentAtStep({ imageBytes: 26, contentSeed: 7 }, 3)).toString("hex"),
    ).toMatchInlineSnapshot(`"0300000000000000f6aea35beda48661b6f0b0c6b182b32f73ab"`);
  });
});
