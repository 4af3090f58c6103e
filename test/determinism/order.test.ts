/**
 * Runs share no state: in whatever order they are executed in one process, and in however many threads beside each other, each
 * gives what it gives by itself.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomRoot } from "../../src/sim/random.ts";
import type { EngineBundles } from "./bundle.ts";
import { removeFolder, scratchFolder } from "../scratch-folder.ts";
import { bundlesIn, CASES, ROOT, SQLITE_BASE64 } from "./engine-case.ts";
import type { CaseReply, Job, JobCase, JobReply } from "./job.ts";

const folder = scratchFolder(ROOT, "determinism-test");
let bundles: EngineBundles;
/** What each case gives in the order of the corpus. */
let expected: ReadonlyMap<string, unknown>;

/** Every other scenario with its first seed: all workloads are among them. */
const SOME: readonly JobCase[] = CASES.filter((_, index) => index % 6 === 0).map((each) => ({
  ...each,
  isRepeated: false,
}));

let jobCount = 0;

async function runInThread(cases: readonly JobCase[]): Promise<readonly CaseReply[]> {
  jobCount += 1;
  const jobFile = path.join(folder, `job-${jobCount}.json`);
  const replyFile = path.join(folder, `reply-${jobCount}.json`);
  const job: Job = { cases, sqliteBase64: SQLITE_BASE64 };
  writeFileSync(jobFile, JSON.stringify(job));
  await new Promise<void>((resolve, reject) => {
    const worker = new Worker(bundles.processFile, { argv: [jobFile, replyFile] });
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}`))));
  });
  return (JSON.parse(readFileSync(replyFile, "utf8")) as JobReply).replies;
}

function byName(replies: readonly CaseReply[]): Map<string, unknown> {
  return new Map(replies.map((reply) => [reply.name, reply.ok ? reply.outcome : reply.error]));
}

function shuffled(cases: readonly JobCase[], seed: string): JobCase[] {
  const stream = new RandomRoot(seed).stream("order");
  const rest = [...cases];
  return cases.map(() => rest.splice(stream.below(rest.length), 1)[0] as JobCase);
}

beforeAll(async () => {
  bundles = await bundlesIn(folder);
  expected = byName(await runInThread(SOME));
}, 180_000);
afterAll(() => removeFolder(folder));

describe("the outcome of a run depends on nothing but the run", () => {
  it("all of them finished, and they are different runs", () => {
    expect(expected.size).toBe(SOME.length);
    const digests = new Set([...expected.values()].map((outcome) => (outcome as { digest?: string }).digest));
    expect(digests.size).toBe(SOME.length);
    expect(digests).not.toContain(undefined);
  });

  it.each(["one", "two"])(
    "shuffled (%s), in one thread",
    async (seed) => {
      const order = shuffled(SOME, seed);
      expect(order.map(({ name }) => name)).not.toEqual(SOME.map(({ name }) => name));
      expect(byName(await runInThread(order))).toEqual(
        new Map(order.map(({ name }) => [name, expected.get(name)])),
      );
    },
    180_000,
  );

  it("in three threads beside each other, with runs of every kind at once", async () => {
    const order = shuffled(SOME, "threads");
    const lots = [0, 1, 2].map((lot) => order.filter((_, index) => index % 3 === lot));
    const replies = await Promise.all(lots.map(runInThread));
    expect(byName(replies.flat())).toEqual(
      new Map(lots.flat().map(({ name }) => [name, expected.get(name)])),
    );
  }, 180_000);
});

describe("the comparison", () => {
  it("finds state that one run leaves to the next", async () => {
    const sound = bundles;
    bundles = await bundlesIn(folder, {
      id: "a counter that lives on",
      file: "src/core/protocol/production.ts",
      replacements: [
        {
          find: "env.setTimer(PRODUCTION_BEAT, cluster.times.heartbeatNs);",
          replace:
            "globalThis.lived = (globalThis.lived ?? 0) + 1; env.setTimer(PRODUCTION_BEAT, cluster.times.heartbeatNs + (globalThis.lived % 7));",
        },
      ],
    });
    try {
      const two = SOME.slice(0, 2);
      const forward = byName(await runInThread(two));
      const backward = byName(await runInThread(two.toReversed()));
      expect(backward).not.toEqual(forward);
    } finally {
      bundles = sound;
    }
  }, 180_000);
});
