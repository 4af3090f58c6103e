import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runChunk } from "../../src/verify/crash-points/index.ts";
import { checkShards, mergeShards, type ShardRecord, shardOfPlan } from "../../src/verify/shard.ts";
import type { TimedResult, VerifyPlan, VerifyTask } from "../../src/verify/verify-task.ts";
import { verifyAll } from "../../src/verify/verify.ts";
import { PLANTED } from "./simulation/planted-bugs.ts";
import { here, runOf, smallPlan } from "./small-plan.ts";

const CODE = "0123456789abcdef";

/** A plan of so many pieces that nobody runs. */
function planOf(taskCount: number): VerifyPlan {
  const tasks = Array.from({ length: taskCount }, (_, index) => ({ id: String(index) }) as VerifyTask);
  return {
    profile: "commit",
    parts: ["crash-points"],
    shard: undefined,
    taskCount,
    tasks,
    crashPoints: undefined,
    interleavings: [],
  };
}

function shardsOf(plan: VerifyPlan, count: number): VerifyPlan[] {
  return Array.from({ length: count }, (_, index) => shardOfPlan(plan, { number: index + 1, count }));
}

const idsOf = (plan: VerifyPlan): string[] => [...plan.tasks].map(({ id }) => id);

describe("shards of a plan", () => {
  it("hold each piece exactly once, as evenly as can be, and know how many they hold", () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), fc.integer({ min: 1, max: 40 }), (taskCount, count) => {
        const shards = shardsOf(planOf(taskCount), count);
        const ids = shards.map(idsOf);
        const sorted = ids.flat().sort((a, b) => Number(a) - Number(b));
        expect(sorted).toEqual(idsOf(planOf(taskCount)));
        const sizes = ids.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(shards.map((shard) => shard.taskCount)).toEqual(sizes);
      }),
    );
  });

  it("do not get all of what comes round every so many pieces", () => {
    for (const shard of shardsOf(planOf(90), 3)) {
      const rests = new Map<number, number>();
      for (const id of idsOf(shard)) rests.set(Number(id) % 3, (rests.get(Number(id) % 3) ?? 0) + 1);
      expect([...rests.values()]).toEqual([10, 10, 10]);
    }
  });
});

/** Runs each shard by itself, as other machines would: what is left of it has been through JSON. */
async function runShards(
  plan: VerifyPlan,
  count: number,
  execute: (task: VerifyTask) => Promise<TimedResult>,
): Promise<ShardRecord[]> {
  return Promise.all(
    shardsOf(plan, count).map(async (own, index) => {
      const finished = new Map<string, TimedResult>();
      await verifyAll({
        ...runOf(own, execute).run,
        onFinished: (task, timed) => finished.set(task.id, JSON.parse(JSON.stringify(timed)) as TimedResult),
      });
      const shard = { number: index + 1, count };
      return { name: `shard-${index + 1}`, profile: "commit", code: CODE, only: undefined, shard, finished };
    }),
  );
}

async function mergedOf(plan: VerifyPlan, records: readonly ShardRecord[]) {
  expect(checkShards(records, CODE)).toBeUndefined();
  const merged = mergeShards(plan, records);
  if (!merged.ok) throw new Error(merged.error.message);
  const kept = runOf(plan, () => Promise.reject(new Error("executed again")));
  return { result: await verifyAll({ ...kept.run, finished: merged.finished }), found: kept.found };
}

describe("merged shards", () => {
  it("give exactly the result that one run gives, whatever order they come in", async () => {
    const plan = await smallPlan(14, 4);
    const whole = await verifyAll(runOf(plan, here).run);
    const records = await runShards(plan, 3, here);
    const { result } = await mergedOf(plan, records.toReversed());
    expect(result).toEqual(whole);
    expect(result.shard).toBeUndefined();
    expect(result.parts.map(({ id }) => id)).toEqual(["crash-points", "interleavings"]);
  });

  it("ask of the whole what a shard is not asked: that no promise was idle", async () => {
    const plan = await smallPlan(2, 1);
    const [first] = shardsOf(plan, 2);
    if (first === undefined) throw new Error("no shard");
    const alone = await verifyAll(runOf(first, here).run);
    expect(alone).toMatchObject({ verdict: "held", idlePromises: [], shard: { number: 1, count: 2 } });
    const { result } = await mergedOf(plan, await runShards(plan, 2, here));
    expect(result.verdict).toBe("broken");
    expect(result.idlePromises.length).toBeGreaterThan(0);
  });

  it("keep the counterexamples that one run keeps", async () => {
    const small = await smallPlan(6, 8);
    const tasks = [...small.tasks].filter(({ part }) => part === "crash-points");
    const plan = { ...small, parts: ["crash-points"] as const, taskCount: tasks.length, tasks };
    const planted = async (task: VerifyTask): Promise<TimedResult> => {
      if (task.part !== "crash-points") throw new Error("only crash points");
      const result = await runChunk(task.chunk, { plant: PLANTED.nobodyRestores });
      return { result: { part: task.part, result }, seconds: 0 };
    };
    const one = runOf(plan, planted);
    const whole = await verifyAll(one.run);
    const { result, found } = await mergedOf(plan, await runShards(plan, 4, planted));
    expect(whole.verdict).toBe("broken");
    expect(result).toEqual(whole);
    expect(found.map((each) => each.text("a.yaml"))).toEqual(one.found.map((each) => each.text("a.yaml")));
  });
});

describe("shards that are not those of one verification are refused by name", () => {
  const record = (number: number, change: Partial<ShardRecord> = {}): ShardRecord => ({
    name: `${number}.jsonl`,
    profile: "commit",
    code: CODE,
    only: undefined,
    shard: { number, count: 3 },
    finished: new Map(),
    ...change,
  });

  it.each([
    [
      "other-code",
      [record(1), record(2, { code: "ffffffffffffffff" }), record(3)],
      /^2\.jsonl was written by other/,
    ],
    [
      "other-profile",
      [record(1), record(2, { profile: "exhaustive" })],
      /^2\.jsonl is of profile exhaustive, and 1/,
    ],
    [
      "other-parts",
      [record(1), record(2, { only: "interleavings" })],
      /^2\.jsonl is of interleavings, and 1/,
    ],
    [
      "other-count",
      [record(1), record(2, { shard: { number: 2, count: 4 } })],
      /^2\.jsonl is shard 2\/4, and 1/,
    ],
    [
      "doubled-shard",
      [record(1), record(2), record(1, { name: "a" })],
      /^1\.jsonl and a are both shard 1\/3$/,
    ],
    ["missing-shard", [record(2)], /^none of these files is shard 1\/3, 3\/3$/],
  ] as const)("%s", (code, records, words) => {
    const error = checkShards(records, CODE);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(words);
  });

  it("unfinished-shard", () => {
    const timed = { seconds: 0 } as TimedResult;
    const records = [1, 2, 3].map((number) => {
      const ids = idsOf(shardOfPlan(planOf(30), { number, count: 3 }));
      return record(number, { finished: new Map(ids.map((id) => [id, timed])) });
    });
    expect(mergeShards(planOf(30), records)).toMatchObject({ ok: true });
    const [first, second, third] = records as [ShardRecord, ShardRecord, ShardRecord];
    const fewer = new Map([...second.finished].slice(2));
    const merged = mergeShards(planOf(30), [first, { ...second, finished: fewer }, third]);
    expect(merged.ok ? undefined : merged.error).toEqual({
      code: "unfinished-shard",
      message: "2.jsonl lacks 2 of the 10 pieces of shard 2/3; run it again with the same file",
    });
  });
});
