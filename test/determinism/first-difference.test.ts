/** A difference that is planted into one engine is found at its first event, whatever it is and wherever it shows later. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../tools/chromium.mjs";
import type { SourcePatch } from "../zoo/planted-build.ts";
import type { EngineBundles } from "./bundle.ts";
import { removeFolder, scratchFolder } from "../scratch-folder.ts";
import { bundlesIn, caseNamed, ROOT, runOne } from "./engine-case.ts";
import { type Difference, differenceLines, firstDifference } from "./first-difference.ts";
import type { JobCase, Mark } from "./job.ts";
import { determinism } from "./main.ts";

/** Several processes each, on a machine that may be busy. */
const TEST_MS_MAX = 180_000;

const folder = scratchFolder(ROOT, "determinism-test");
let sound: EngineBundles;

beforeAll(async () => {
  sound = await bundlesIn(folder);
});
afterAll(() => removeFolder(folder));

/** Small, and with everything in it that the patches touch. */
const CASE: JobCase = { ...caseNamed("empty-image"), isRepeated: false };

async function eventCountOf(bundles: EngineBundles): Promise<number> {
  const reply = await runOne(folder, bundles, CASE);
  return reply.ok ? reply.outcome.eventCount : 0;
}

async function found(planted: EngineBundles): Promise<Difference> {
  const counts = [await eventCountOf(sound), await eventCountOf(planted)];
  return firstDifference(
    CASE,
    [(each) => runOne(folder, sound, each), (each) => runOne(folder, planted, each)],
    Math.max(...counts),
  );
}

/** The same by brute force: a mark after each event, compared one by one. */
async function firstUnequalEvent(planted: EngineBundles): Promise<number | undefined> {
  const watch = { everyEvents: 1, afterEvent: 0, toEvent: 1e9, inWords: false };
  const marks: (readonly Mark[])[] = [];
  for (const bundles of [sound, planted])
    marks.push((await runOne(folder, bundles, { ...CASE, watch })).marks);
  const [a = [], b = []] = marks;
  const index = a.findIndex((mark, place) => mark.digest !== b[place]?.digest);
  return (a[index] ?? b[a.length])?.event;
}

/** Patches the moment at which the production server sets its timer for the next heartbeat; `beat` counts them from 1. */
function beatPatch(id: string, delayNs: string): SourcePatch {
  const find = "env.setTimer(PRODUCTION_BEAT, cluster.times.heartbeatNs);";
  const count = "const beat = (globalThis.plantedBeat = (globalThis.plantedBeat ?? 0) + 1);";
  const replace = `${count} const delayNs = cluster.times.heartbeatNs; env.setTimer(PRODUCTION_BEAT, ${delayNs});`;
  return { id, file: "src/core/protocol/production.ts", replacements: [{ find, replace }] };
}

describe("the first event that differs", () => {
  it(
    "is the one in which a handler does something else, not the later one in which it shows",
    async () => {
      const planted = await bundlesIn(
        folder,
        beatPatch("one nanosecond later", "delayNs + (beat > 7 ? 1 : 0)"),
      );
      const difference = await found(planted);
      if (difference.kind !== "event") throw new Error(difference.kind);
      expect(difference.event).toBe(await firstUnequalEvent(planted));
      const lines = differenceLines(difference, ["sound", "planted"]);
      expect(lines[0]).toBe(`first event that differs: number ${difference.event}`);
      const unequal = lines.slice(1).filter((line) => !line.startsWith("    "));
      expect(unequal).toEqual([
        expect.stringMatching(/^  sound: {3}timer \S+ in 10000000 ns$/),
        expect.stringMatching(/^  planted: {3}timer \S+ in 10000001 ns$/),
      ]);
    },
    TEST_MS_MAX,
  );

  it(
    "is found when a run breaks off, with the error",
    async () => {
      const patch = beatPatch(
        "breaks off",
        '(() => { if (beat > 5) throw new Error("planted"); return delayNs; })()',
      );
      const lines = differenceLines(await found(await bundlesIn(folder, patch)), ["sound", "planted"]);
      expect(lines[0]).toMatch(/^first event that differs: number [1-9][0-9]*$/);
      expect(lines).toContain("  planted: Error: planted");
    },
    TEST_MS_MAX,
  );

  it(
    "is not made up when only the judgement differs",
    async () => {
      const patch: SourcePatch = {
        id: "another result",
        file: "src/verify/run.ts",
        replacements: [{ find: "version: VERSION,", replace: 'version: VERSION + " planted",' }],
      };
      const difference = await found(await bundlesIn(folder, patch));
      expect(difference).toEqual({ kind: "after-the-events" });
      expect(differenceLines(difference, ["a", "b"])).toHaveLength(1);
    },
    TEST_MS_MAX,
  );
});

/** The V8 of Node 24 computes powers in another way than that of Node 22, and Chromium's is newer still. */
const roundsAsBefore = Number(process.versions.node.split(".")[0]) < 24;

/** Needs a second engine. The program is the same on both: what differs is how they round a power. */
describe.runIf(findChromium() !== undefined && roundsAsBefore)(
  "an operator that engines round in different ways",
  () => {
    // Powers beyond 2^53, whose last digits a remainder shows; about one in ten is rounded in another way.
    const powers = "Array.from({ length: 200 }, (_, n) => Math.floor((n + 1.5) ** 10) % 1000)";
    const patch = beatPatch(
      "powers in a delay",
      `delayNs + (${powers}.reduce((sum, each) => sum + each, 0) % 1000)`,
    );

    it("gives other runs on Chromium, and the command finds the event", async () => {
      const lines: string[] = [];
      const args = ["--engines", "chromium", "--only", "empty-image/1", "--offline"];
      expect(await determinism(ROOT, args, (line) => lines.push(line), { patch })).toBe(1);
      const text = lines.join("\n");
      expect(text).toMatch(/FAILED empty-image\/1 on chromium: node-\d+: digest \w+ .*; chromium: digest/);
      expect(text).toMatch(/first event that differs: number \d+\n/);
      const delays = [...text.matchAll(/^ {2}\S+: {3}timer \S+ in (\d+) ns$/gm)].map(([, delay]) => delay);
      expect(delays).toHaveLength(2);
      expect(delays[0]).not.toBe(delays[1]);
    });

    it("gives the same run without it", async () => {
      const lines: string[] = [];
      const args = ["--engines", "chromium", "--only", "empty-image/1", "--offline"];
      expect(await determinism(ROOT, args, (line) => lines.push(line)), lines.join("\n")).toBe(0);
      expect(lines.join("\n")).toMatch(/^chromium +chromium [1-9]/m);
    });
  },
);
