import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { codeFingerprint } from "../../src/cli/code-fingerprint.ts";
import { openJournal } from "../../src/cli/verify-journal.ts";
import { shardOfPlan } from "../../src/verify/shard.ts";
import {
  planVerification,
  runVerifyTask,
  type TimedResult,
  type VerifyTask,
} from "../../src/verify/verify-task.ts";
import type { Shard, VerifyResult } from "../../src/verify/verify-result.ts";
import { ckptlab, Workplace } from "./command-line.ts";
import { inProcess } from "./in-process.ts";

const workplace = new Workplace();
afterAll(() => {
  workplace.remove();
});

/** One real piece that stands for all of the plan: what is merged here are files, and not what pieces find. */
async function onePiece(): Promise<TimedResult> {
  const [task] = (await planVerification("commit", { only: "crash-points" })).tasks as Iterable<VerifyTask>;
  if (task?.part !== "crash-points") throw new Error("no piece");
  return {
    result: await runVerifyTask({ ...task, chunk: { ...task.chunk, caseCountMax: 3 } }),
    seconds: 0.5,
  };
}

async function writeShards(
  folder: string,
  count: number,
  code: string = codeFingerprint(),
): Promise<string[]> {
  mkdirSync(workplace.path(folder), { recursive: true });
  const plan = await planVerification("commit", { only: "crash-points" });
  const piece = await onePiece();
  return Array.from({ length: count }, (_, index) => {
    const shard: Shard = { number: index + 1, count };
    const file = workplace.path(`${folder}/${index + 1}.jsonl`);
    const journal = openJournal(file, { profile: "commit", code, only: "crash-points", shard });
    if (!journal.ok) throw new Error(journal.error.message);
    const lines = [...shardOfPlan(plan, shard).tasks].map(({ id }) => JSON.stringify({ id, timed: piece }));
    writeFileSync(file, `${readFileSync(file, "utf8")}${lines.join("\n")}\n`);
    return file;
  });
}

describe("ckptlab merge", () => {
  it("adds the files of all shards up to one result, in every form that verify has", async () => {
    const files = await writeShards("whole", 3);
    const junit = workplace.path("merged.xml");
    const summary = workplace.path("merged.md");
    const reply = await inProcess(["merge", ...files, "--json", "--junit", junit, "--summary", summary]);
    expect(reply.exitCode).toBe(0);
    expect(reply.stderr).toBe("merged 1/3, 2/3, 3/3\n");
    const result = JSON.parse(reply.stdout) as VerifyResult;
    const plan = await planVerification("commit", { only: "crash-points" });
    const one = (await onePiece()).result.result as { readonly counts: { readonly executed: number } };
    expect(result).toMatchObject({ verdict: "held", pieceCount: plan.taskCount, leftPieceCount: 0 });
    expect(result.shard).toBeUndefined();
    expect(result.parts[0]?.counts.executed).toBe(plan.taskCount * one.counts.executed);
    expect(result.workSeconds).toBe(plan.taskCount / 2);
    expect(readFileSync(junit, "utf8")).toContain("<testsuites ");
    expect(readFileSync(summary, "utf8")).toContain("## ckptlab verify: ✅");
  });

  it("refuses what is not all the shards of one verification of this code, by name", async () => {
    const [first = "", second = "", third = ""] = await writeShards("refused", 3);
    const [other = ""] = await writeShards("other", 3, "ffffffffffffffff");
    const cut = workplace.write("cut.jsonl", readFileSync(second, "utf8").replace(/\n[^\n]*\n$/, "\n"));
    const whole = workplace.path("whole.jsonl");
    openJournal(whole, { profile: "commit", code: codeFingerprint() });
    const junit = workplace.path("none.xml");
    for (const [files, words] of [
      [[first, third], /^error: missing-shard: none of these files is shard 2\/3\n$/],
      [[first, second, second, third], /^error: doubled-shard: /],
      [[other, second, third], /^error: other-code: /],
      [[first, cut, third], /^error: unfinished-shard: .*cut\.jsonl lacks 1 of the \d+ pieces of shard 2\/3/],
      [[first, whole, third], /^error: .*whole\.jsonl: no-shard: it was not written with --shard\n$/],
      [[first, "README.md"], /^error: README\.md: it is no journal of ckptlab verify\n$/],
      [[first, "nowhere.jsonl"], /^error: nowhere\.jsonl: no such file\n$/],
    ] as const) {
      const reply = await inProcess(["merge", ...files, "--junit", junit]);
      expect(reply.stderr).toMatch(words);
      expect(reply).toMatchObject({ exitCode: 64, stdout: "" });
    }
    expect(existsSync(junit)).toBe(false);
  });
});

describe("ckptlab verify --shard", () => {
  it("needs a file to leave its pieces in, and a number that there is", async () => {
    const alone = await inProcess(["verify", "--shard", "1/2"]);
    expect(alone).toMatchObject({ exitCode: 64, stdout: "" });
    expect(alone.stderr).toMatch(/--shard 1\/2: needs --resume FILE/);
    for (const wrong of ["0/2", "3/2", "2", "1/0", "a/b"]) {
      const reply = await inProcess(["verify", "--shard", wrong]);
      expect(reply.exitCode).toBe(64);
      expect(reply.stderr).toMatch(/like 2\/4/);
    }
  });

  it("as a process runs its pieces alone, goes on where it was, and tells a GitHub job", async () => {
    const { taskCount } = await planVerification("commit", { only: "crash-points" });
    const shard = `5/${Math.ceil(taskCount / 2)}`;
    const file = workplace.path("shard.jsonl");
    const page = workplace.write("page.md", "before\n");
    const argv = [
      "verify",
      "--only",
      "crash-points",
      "--shard",
      shard,
      "--resume",
      file,
      "--workers",
      "1",
      "--json",
    ];
    const environment = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: page };
    const reply = await ckptlab(argv, environment, workplace.folder);
    expect(reply.stderr).toBe("");
    const result = JSON.parse(reply.stdout) as VerifyResult;
    expect(result).toMatchObject({ verdict: "held", pieceCount: 2, leftPieceCount: 0 });
    expect(result.parts.map(({ id }) => id)).toEqual(["crash-points"]);
    expect(readFileSync(page, "utf8")).toMatch(/^before\n## ckptlab verify: ✅/);
    const again = JSON.parse((await ckptlab(argv, environment, workplace.folder)).stdout) as VerifyResult;
    expect(again.parts.map(({ counts }) => counts)).toEqual(result.parts.map(({ counts }) => counts));
    expect(again.workSeconds).toBe(result.workSeconds);
    const other = await ckptlab(argv.map((word) => (word === shard ? "1/7" : word)));
    expect(other.exitCode).toBe(64);
    expect(other.stderr).toMatch(/it is of shard 5\/\d+ of crash-points/);
    expect(readdirSync(workplace.folder)).not.toContain("counterexamples");
  });
});
