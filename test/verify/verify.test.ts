import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { runChunk } from "../../src/verify/crash-points/index.ts";
import { replayOf } from "../../src/verify/replay.ts";
import { runScenario } from "../../src/verify/run.ts";
import type { TimedResult } from "../../src/verify/verify-task.ts";
import { verifyAll } from "../../src/verify/verify.ts";
import { here, runOf, smallPlan } from "./small-plan.ts";
import { PLANTED } from "./simulation/planted-bugs.ts";

describe("a verification", () => {
  it("adds up what its pieces gave, and pieces that an earlier start finished are not executed again", async () => {
    const plan = await smallPlan(8, 6);
    const finished = new Map<string, TimedResult>();
    const { run, found, executed } = runOf(plan, here);
    const progress: number[] = [];
    const result = await verifyAll({
      ...run,
      onFinished: (task, timed) => finished.set(task.id, JSON.parse(JSON.stringify(timed)) as TimedResult),
      onProgress: (doneCount) => progress.push(doneCount),
    });
    expect(executed).toEqual([...plan.tasks].map(({ id }) => id));
    expect(new Set(executed).size).toBe(executed.length);
    expect(progress).toEqual(Array.from({ length: plan.taskCount + 1 }, (_, index) => index));
    expect(result.parts.map(({ id }) => id)).toEqual(["crash-points", "interleavings"]);
    const [crash, order] = result.parts;
    expect(result.parts.flatMap(({ violations }) => violations)).toHaveLength(found.length);
    const chunks = [...finished.values()].flatMap(({ result: each }) =>
      each.part === "crash-points" ? [each.result] : [],
    );
    expect(crash?.counts.executed).toBe(chunks.reduce((sum, { counts }) => sum + counts.executed, 0));
    expect(crash?.counts.executed).toBeGreaterThan(plan.taskCount);
    expect(crash?.cells.reduce((sum, cell) => sum + cell.executed, 0)).toBe(crash?.counts.executed);
    for (const cell of crash?.cells ?? []) {
      const outcomeCount = cell.restored + cell.refused + cell.waiting + cell.unneeded;
      expect(outcomeCount).toBeLessThanOrEqual(cell.executed);
      expect(outcomeCount + cell.brokenCount).toBeGreaterThanOrEqual(cell.executed);
    }
    expect(order?.states).toHaveLength(1);
    expect(order?.states[0]).toMatchObject({ visited: 300, exhausted: false });

    const again = runOf(plan, () => Promise.reject(new Error("executed again")));
    const resumed = await verifyAll({ ...again.run, finished });
    expect(again.executed).toEqual([]);
    expect(resumed).toEqual(result);
  });

  it("a bug in the core breaks it, and its counterexample is a scenario that breaks again with the same digest", async () => {
    const plan = { ...(await smallPlan(6, 12)), parts: ["crash-points"] as const };
    const tasks = [...plan.tasks].filter(({ part }) => part === "crash-points");
    const plant = PLANTED.nobodyRestores;
    const { run, found } = runOf({ ...plan, taskCount: tasks.length, tasks }, async (task) => {
      if (task.part !== "crash-points") throw new Error("only crash points");
      return { result: { part: task.part, result: await runChunk(task.chunk, { plant }) }, seconds: 0 };
    });
    const result = await verifyAll(run);
    expect(result.verdict).toBe("broken");
    const [part] = result.parts;
    expect(part?.violations.length).toBeGreaterThan(0);
    expect(part?.violations.length).toBe(found.length);
    const [first] = part?.violations ?? [];
    expect(first?.command).toBe(`ckptlab replay ${first?.file ?? ""}`);
    const [kept] = found;
    const loaded = loadScenario(kept?.text("a.yaml") ?? "", "a.yaml");
    if (!loaded.ok || loaded.counterexample === undefined) throw new Error("no counterexample");
    const replayed = await runScenario(loaded.scenario, { plant });
    expect(replayOf(loaded.counterexample, replayed).sameDigest).toBe(true);
  });

  it("of one part asks nothing of promises that the part cannot exercise; the whole does", async () => {
    const plan = await smallPlan(1, 1);
    const tasks = [...plan.tasks].filter(({ part }) => part === "interleavings");
    const taskCount = tasks.length;
    const whole = await verifyAll(runOf({ ...plan, taskCount, tasks }, here).run);
    expect(whole.verdict).toBe("broken");
    expect(whole.idlePromises).toContain("accounting");
    const part = await verifyAll(runOf({ ...plan, taskCount, tasks, parts: ["interleavings"] }, here).run);
    expect(part).toMatchObject({ verdict: "held", idlePromises: [] });
    const none = { ...plan, taskCount: 0, tasks: [] };
    const nothing = await verifyAll(runOf({ ...none, parts: ["crash-points"] }, here).run);
    expect(nothing.verdict).toBe("undecided");
  });

  it("whose time is up takes no further piece: undecided, with what is left counted", async () => {
    const plan = await smallPlan(70, 1);
    let askedCount = 0;
    const isTimeUp = (): boolean => {
      askedCount += 1;
      return askedCount > 10;
    };
    let underWayCount = 0;
    let underWayCountMax = 0;
    const { run, executed } = runOf(plan, async (task) => {
      underWayCount += 1;
      underWayCountMax = Math.max(underWayCountMax, underWayCount);
      const timed = await here(task);
      underWayCount -= 1;
      return timed;
    });
    const result = await verifyAll({ ...run, isTimeUp, handedOutCountMax: 4 });
    expect(executed).toHaveLength(10);
    expect(underWayCountMax).toBe(4);
    expect(result).toMatchObject({
      verdict: "undecided",
      pieceCount: plan.taskCount,
      leftPieceCount: plan.taskCount - 10,
      idlePromises: [],
    });
  });
});
