/** Situations that runs get into: the marks of whole runs, and of moments that a run seldom shows. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { prepareEngines, prepareRun } from "../../src/verify/run.ts";
import { SITUATIONS, situationsIn, type SituationId, unmetSituations } from "../../src/verify/situations.ts";
import { ballot, HistoryBuilder, key } from "./history-builder.ts";
import { QUIET_SCENARIO } from "./quiet-scenario.ts";

const SCENARIOS = path.resolve(import.meta.dirname, "../../scenarios");

async function marksOf(text: string): Promise<SituationId[]> {
  const loaded = loadScenario(text, "test");
  if (!loaded.ok) throw new Error(loaded.error.message);
  const engines = await prepareEngines(loaded.scenario);
  return [...situationsIn(prepareRun(loaded.scenario, engines).world.run())].sort();
}

describe("situations of a run", () => {
  it("are few where nothing happens", async () => {
    expect(await marksOf(QUIET_SCENARIO)).toEqual(["retired"]);
  });

  it("are those that a shipped scenario was written for", async () => {
    const marks = await marksOf(readFileSync(path.join(SCENARIOS, "older-checkpoint.yaml"), "utf8"));
    expect(marks).toEqual(
      expect.arrayContaining([
        "accepted-older",
        "attempts-exhausted",
        "degraded-and-back",
        "lost-while-rebuilding",
        "refused-unrecoverable",
        "rejoined",
        "storage-failed",
      ]),
    );
    expect(marks).not.toContain("declared-lost");
  });
});

describe("situations read from a history", () => {
  const marks = (history: HistoryBuilder): SituationId[] => [...situationsIn(history.end(90))].sort();

  it("a restore that waited is told from one that went through", () => {
    const waiting = new HistoryBuilder()
      .started(0, ballot(1))
      .note(1, { kind: "restore-started", ballot: ballot(2), operator: false })
      .verdict(1, ballot(2), { kind: "waiting", key: undefined, slots: [1] });
    expect(marks(waiting)).toEqual([]);
    const ended = waiting.verdict(1, ballot(2), {
      kind: "restored",
      key: key(1, 1),
      flags: ["declared-lost"],
    });
    expect(marks(ended)).toEqual(["declared-lost", "partial-restored", "restored", "waiting-ended"]);
  });

  it("rot counts as fetched only in the checkpoint that is then restored", () => {
    const rot = (sequence: number): HistoryBuilder =>
      new HistoryBuilder()
        .started(0, ballot(1))
        .durable(0, key(1, 1))
        .note(1, { kind: "restore-started", ballot: ballot(2), operator: false })
        .note(2, { kind: "rot-found", slot: 1, key: key(1, sequence), group: 0, member: 1 })
        .verdict(1, ballot(2), { kind: "restored", key: key(1, 1), flags: [] });
    expect(marks(rot(1))).toContain("rotten-member-fetched");
    expect(marks(rot(2))).not.toContain("rotten-member-fetched");
  });
});

describe("unmet situations", () => {
  it("are those that no run of all got into, each with its sentence", () => {
    const all = Object.keys(SITUATIONS) as SituationId[];
    expect(unmetSituations([new Set(all.slice(2)), new Set(all.slice(0, 1))])).toEqual([all[1]]);
    for (const sentence of Object.values(SITUATIONS)) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});
