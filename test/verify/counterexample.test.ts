import { describe, expect, it } from "vitest";
import { scenarioHash } from "../../src/scenario/canonical.ts";
import type { CounterexampleRecord } from "../../src/scenario/counterexample.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { writeScenario } from "../../src/scenario/write.ts";
import { type BrokenRun, counterexampleOf } from "../../src/verify/counterexample.ts";
import { replayOf } from "../../src/verify/replay.ts";
import type { RunResult } from "../../src/verify/result.ts";
import { runScenario, type RunOptions } from "../../src/verify/run.ts";
import { PLANTED } from "./simulation/planted-bugs.ts";

const TEXT = `
name: planted
servers: { backups: [a, b, c, d], dedicatedFormer: f }
former: dedicated
subsegment: 4KiB
scheme: parity:2+1
workload: { kind: synthetic, image: 40KiB, contentSeed: 3, checkpointEvery: 40ms }
faults:
  - { at: 350ms..420ms, kind: permanent-loss, target: production }
  - { at: 100ms..200ms, kind: crash, target: former, restartAfter: 20ms }
  - { at: 100ms..200ms, kind: bit-rot, target: any-backup, bits: 3 }
  - { at: 10ms, kind: crash, target: any-backup, toleranceMin: 2 }
duration: 1500ms
expect: { restoreMsP99: { max: 0.1 } }
compare: { schemes: [mirror:2, mirror:3], formers: [dedicated, backup] }
`;

function loaded(text: string): Extract<ReturnType<typeof loadScenario>, { ok: true }> {
  const result = loadScenario(text, "test");
  if (!result.ok) throw new Error(`${result.error.field}: ${result.error.message}`);
  return result;
}

function recordIn(text: string | undefined): CounterexampleRecord {
  const { counterexample } = loaded(text ?? "");
  if (counterexample === undefined) throw new Error("no counterexample");
  return counterexample;
}

async function brokenRun(
  options: RunOptions = {},
  text: string = TEXT,
): Promise<BrokenRun & { readonly result: RunResult }> {
  const { scenario } = loaded(text);
  const result = await runScenario(scenario, { plant: PLANTED.nobodyRestores, ...options });
  expect(result.verdict).toBe("broken");
  return { scenario, result, withoutFaults: options.withoutFaults, planted: "nobodyRestores" };
}

describe("a counterexample file", () => {
  const OVERRIDES: readonly RunOptions[] = [
    {},
    { seed: "another" },
    { overrides: { scheme: "mirror:3", former: "backup", width: 4 } },
    { overrides: { scheme: "mirror:2", former: "production", width: "own" }, seed: "7" },
    { withoutFaults: true, plant: PLANTED.piecesSentTwice },
  ];
  it.each(OVERRIDES)("is the run that broke, whatever the command line overrode: %o", async (options) => {
    const broken = await brokenRun(options);
    const text = counterexampleOf(broken)?.text("a.yaml") ?? "";
    const again = loaded(text);
    const plant = options.plant ?? PLANTED.nobodyRestores;
    const result = await runScenario(again.scenario, { plant });
    expect(result.digest).toBe(broken.result.digest);
    expect(again.counterexample?.digest).toBe(broken.result.digest);
    expect(result.promises).toEqual(broken.result.promises);
    expect(again.scenario).toMatchObject({ seed: broken.result.seed, compare: undefined, expect: {} });
  });

  it("draws no faults where the run that broke was without them", async () => {
    const plant = PLANTED.piecesSentTwice;
    const broken = await brokenRun({ withoutFaults: true, plant }, `${TEXT}swarm: { count: 8 }\n`);
    const { scenario } = loaded(counterexampleOf(broken)?.text("a.yaml") ?? "");
    expect((await runScenario(scenario, { plant })).digest).toBe(broken.result.digest);
  });

  it("says for people what broke, and how to see it again", async () => {
    const counterexample = counterexampleOf(await brokenRun());
    expect(counterexample?.fileName).toMatch(/^planted-decidability-[0-9a-f]{8}\.yaml$/);
    const lines = (counterexample?.text("'my dir/a.yaml'") ?? "").split("\n");
    expect(lines[0]).toMatch(/^# A counterexample/);
    expect(lines).toContain("# promise   decidability");
    expect(lines).toContain("# planted   nobodyRestores (not in a published build)");
    expect(lines).toContain("# replay    ckptlab replay 'my dir/a.yaml'");
  });

  it("its record is no part of the scenario and of its hash", async () => {
    const counterexample = counterexampleOf(await brokenRun());
    const { scenario } = loaded(counterexample?.text("a.yaml") ?? "");
    const plain = loaded(writeScenario(scenario));
    expect(plain.counterexample).toBeUndefined();
    expect(plain.scenario).toEqual(scenario);
    expect(scenarioHash(plain.scenario)).toBe(scenarioHash(scenario));
  });

  it("a line end in a violation does not end the comment", async () => {
    const broken = await brokenRun();
    const promises = [
      { id: "integrity", status: "broken", checkedCount: 1, violations: ["one\nname: x"] } as const,
    ];
    const text =
      counterexampleOf({ ...broken, result: { ...broken.result, promises } })?.text("a.yaml") ?? "";
    expect(loaded(text).counterexample?.message).toBe("one\nname: x");
    expect(text).toContain("# message   one name: x\n");
  });

  it("there is none of a run that held, nor of a scenario that needs files beside it", async () => {
    const broken = await brokenRun();
    const held = await runScenario(broken.scenario);
    expect(counterexampleOf({ scenario: broken.scenario, result: held })).toBeUndefined();
    const workload = { kind: "files", paths: ["a"], checkpointEveryNs: 1e8 } as const;
    expect(counterexampleOf({ ...broken, scenario: { ...broken.scenario, workload } })).toBeUndefined();
  });

  it.each([
    ["digest: 0123456789abcdef", "digest: 12", "counterexample.digest"],
    ["promise: integrity", "promise: 7", "counterexample.promise"],
    ["version: 0.1.0", "versions: 0.1.0", "counterexample.version"],
  ])("a record with %s spoiled to %s is refused with its field", (good, bad, field) => {
    const record = "{ promise: integrity, message: m, digest: 0123456789abcdef, version: 0.1.0 }";
    const text = `${TEXT}counterexample: ${record}\n`;
    expect(loaded(text).counterexample).toMatchObject({ promise: "integrity", planted: undefined });
    const result = loadScenario(text.replace(good, bad), "test");
    expect(result.ok ? "" : result.error.field).toBe(field);
  });
});

describe("a replay", () => {
  it("of the same code breaks again with the same digest", async () => {
    const { result, scenario } = await brokenRun();
    const record = recordIn(counterexampleOf({ scenario, result })?.text("a.yaml"));
    const replay = replayOf(record, result);
    expect(replay).toMatchObject({ outcome: "breaks-again", sameDigest: true, sameMessage: true });
    expect(replay.sentences[0]).toBe(`decidability breaks again: ${record.message}`);
    expect(replay.sentences[1]).toMatch(/^same digest: /);
  });

  it("of mended code holds, with another digest and the reason for it", async () => {
    const { result, scenario } = await brokenRun();
    const now = await runScenario(scenario);
    for (const planted of [undefined, "nobodyRestores"]) {
      const text = counterexampleOf({ scenario, result, planted })?.text("a.yaml");
      const replay = replayOf(recordIn(text), now);
      expect(replay).toMatchObject({ outcome: "holds", sameDigest: false });
      expect(replay.sentences[1]).toMatch(
        planted === undefined ? /code or the engine changed/ : /nobodyRestores planted/,
      );
    }
  });

  it("tells another promise that breaks from the one that broke, and undecided from held", async () => {
    const { result } = await brokenRun();
    const record = {
      promise: "placement",
      message: "m",
      digest: result.digest,
      version: "0.0.1",
      planted: undefined,
      outcome: undefined,
    };
    expect(replayOf(record, result).outcome).toBe("breaks-otherwise");
    const cut = { ...result, promises: [], verdict: "undecided", undecided: ["Cut short."] } as const;
    expect(replayOf(record, cut)).toMatchObject({
      outcome: "undecided",
      sentences: expect.arrayContaining(["undecided: Cut short."]) as unknown,
    });
    expect(replayOf(record, { ...cut, verdict: "held" }).sentences[0]).toMatch(/holds in the very run/);
    const another = replayOf({ ...record, digest: "0000000000000000" }, result);
    expect(another.sentences.at(-1)).toMatch(/found with version 0\.0\.1, this is/);
  });
});
