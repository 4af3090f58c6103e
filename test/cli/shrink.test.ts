import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { Workplace } from "./command-line.ts";
import { inProcess } from "./in-process.ts";

const workplace = new Workplace();
afterAll(() => {
  workplace.remove();
});

/** Disks that forget control records behind everybody's back, which no protocol survives (docs/faults.md); and faults besides. */
const FORGETFUL = [
  "name: forgetful",
  "servers: { backups: [a, b, c, d] }",
  "scheme: parity:2+1",
  "subsegment: 4KiB",
  "workload: { kind: synthetic, image: 32KiB, checkpointEvery: 100ms }",
  "faults:",
  "  - { at: 159ms, kind: lost-write, target: a, files: control, writes: 4 }",
  "  - { at: 191ms, kind: lost-write, target: b, files: control, writes: 3 }",
  "  - { at: 217ms, kind: loss, ratePpm: 1000, lasts: 3ms }",
  "  - { at: 316ms, kind: crash, target: a, restartAfter: 5ms }",
  "  - { at: 315ms, kind: crash, target: b, restartAfter: 5ms }",
  "  - { at: 347ms, kind: permanent-loss, target: production }",
  "duration: 900ms",
].join("\n");

interface ShrinkJson {
  readonly outcome: string;
  readonly written: string;
  readonly promise: string;
  readonly digest: string;
  readonly runCount: number;
  readonly isMinimal: boolean;
  readonly size: { readonly servers: number; readonly faults: number };
}

describe("ckptlab shrink FILE", () => {
  let file = "";
  let out = "";
  let written = "";
  let first: ShrinkJson;
  beforeAll(async () => {
    file = workplace.write("forgetful.yaml", FORGETFUL);
    out = path.join(path.dirname(file), "smaller");
    const { exitCode, stdout } = await inProcess(["shrink", file, "--out", out, "--json"]);
    expect(exitCode).toBe(1);
    first = JSON.parse(stdout) as ShrinkJson;
    written = first.written;
  });

  it("writes a smaller counterexample, which says that it is minimal", () => {
    expect(first).toMatchObject({ outcome: "shrunk", promise: "decidability", isMinimal: true });
    expect(first.size.servers).toBeLessThan(4);
    expect(first.size.faults).toBeLessThan(6);
    const text = readFileSync(written, "utf8");
    expect(text).toContain("no single piece can be taken away");
    const loaded = loadScenario(text, written);
    expect(loaded).toMatchObject({
      ok: true,
      counterexample: { promise: "decidability", digest: first.digest },
    });
  });

  it("which replay shows again, and explain tells", async () => {
    const replayed = await inProcess(["replay", written]);
    expect(replayed.exitCode).toBe(1);
    expect(replayed.stdout).toContain("breaks again");
    expect(replayed.stdout).toContain("same digest");
    expect((await inProcess(["explain", written])).exitCode).toBe(1);
  });

  it("and which cannot be shrunk further: it gives itself", async () => {
    const { exitCode, stdout } = await inProcess(["shrink", written, "--out", out]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(path.basename(written));
    expect(readdirSync(out)).toEqual([path.basename(written)]);
  });

  it("says when its runs are used up", async () => {
    const { exitCode, stdout } = await inProcess([
      "shrink",
      file,
      "--out",
      path.join(out, "few"),
      "--runs",
      "3",
    ]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("the 3 runs that were allowed are used up");
  });

  it("has nothing to do where every promise holds, and writes nothing", async () => {
    const quiet = workplace.write("quiet.yaml", FORGETFUL.replaceAll(/^ {2}- .*lost-write.*\n/gm, ""));
    const nothing = path.join(out, "nothing");
    const { exitCode, stdout } = await inProcess(["shrink", quiet, "--out", nothing]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("there is nothing to shrink");
    expect(readdirSync(out)).not.toContain("nothing");
  });

  it("refuses what is no scenario, and a schedule of the model checker, with a reason", async () => {
    const folder = new URL("../regressions/", import.meta.url);
    const schedule = readdirSync(folder).find((each) => {
      const text = readFileSync(new URL(each, folder), "utf8");
      return text.includes("\nsteps:") || text.includes("configuration:");
    });
    if (schedule === undefined) throw new Error("there is no schedule among the regressions");
    const { exitCode, stderr } = await inProcess(["shrink", new URL(schedule, folder).pathname]);
    expect({ exitCode, stderr: stderr.includes("breadth first") }).toEqual({ exitCode: 64, stderr: true });
    expect((await inProcess(["shrink", workplace.write("bad.yaml", "name: [")])).exitCode).toBe(64);
    expect((await inProcess(["shrink", "not-there.yaml"])).exitCode).toBe(64);
  });
});
