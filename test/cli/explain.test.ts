import { existsSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { Replay } from "../../src/verify/replay.ts";
import { PROMISES } from "../../src/verify/promises/index.ts";
import { ckptlab, Workplace } from "./command-line.ts";
import { inProcess } from "./in-process.ts";

const workplace = new Workplace();
afterAll(() => {
  workplace.remove();
});

const SMALL = [
  "name: small",
  "servers: { backups: [a, b, c] }",
  "scheme: parity:2+1",
  "subsegment: 4KiB",
  "workload: { kind: synthetic, image: 32KiB, checkpointEvery: 100ms }",
  "faults:",
  "  - { at: 200ms, kind: permanent-loss, target: production }",
  "duration: 900ms",
].join("\n");

/** Disks that forget control records behind everybody's back, which no protocol survives (docs/faults.md). */
const FORGETFUL = [
  ...SMALL.split("\n").filter((line) => !line.includes("- {") && !line.startsWith("duration")),
  "  - { at: 159ms, kind: lost-write, target: a, files: control, writes: 4 }",
  "  - { at: 191ms, kind: lost-write, target: b, files: control, writes: 3 }",
  "  - { at: 316ms, kind: crash, target: a, restartAfter: 5ms }",
  "  - { at: 315ms, kind: crash, target: b, restartAfter: 5ms }",
  "  - { at: 347ms, kind: permanent-loss, target: production }",
  "duration: 900ms",
].join("\n");

describe("ckptlab explain ID", () => {
  it.each(PROMISES.map(({ id }) => id))(
    "%s: claim, checks, what is not checked, bounds, words",
    async (id) => {
      const promise = PROMISES.find((each) => each.id === id);
      const { exitCode, stdout, stderr } = await inProcess(["explain", id]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toContain(promise?.claim);
      for (const sentence of [...(promise?.checks ?? []), ...(promise?.doesNotCheck ?? [])]) {
        expect(stdout).toContain(`  - ${sentence}\n`);
      }
      expect(stdout).toMatch(/\nBounds\n {2}\S[^]*\nWords\n {2}\S/);
    },
  );

  it("--json gives the same as data", async () => {
    const { stdout } = await inProcess(["explain", "decidability", "--json"]);
    const explained = JSON.parse(stdout) as { readonly bounds: readonly { readonly value: number }[] };
    expect(explained).toMatchObject({ id: "decidability" });
    expect(explained.bounds).toHaveLength(3);
  });

  it("without an argument lists every promise", async () => {
    const { exitCode, stdout } = await inProcess(["explain"]);
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(PROMISES.length);
    for (const { id, claim } of PROMISES)
      expect(stdout).toMatch(new RegExp(`^${id} +${claim.slice(0, 20)}`, "m"));
  });

  it("an unknown one exits 64 with the nearest and the list", async () => {
    const { exitCode, stdout, stderr } = await inProcess(["explain", "decidabilty"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
    expect(stderr).toBe(
      "error: decidabilty: neither a promise nor a file (did you mean decidability?)\n" +
        `promises: ${PROMISES.map(({ id }) => id).join(", ")}\n`,
    );
  });
});

describe("ckptlab explain FILE", () => {
  it("tells the run in at most a screenful; --all tells every entry; --json gives them as data", async () => {
    const file = workplace.write("small.yaml", SMALL);
    const [page, all, json] = await Promise.all([
      inProcess(["explain", file]),
      inProcess(["explain", file, "--all"]),
      inProcess(["explain", file, "--json"]),
    ]);
    expect(page).toMatchObject({ exitCode: 0, stderr: "" });
    expect(page.stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
    expect(page.stdout).toMatch(/^200\.000 ms {2}fault: production is lost for good$/m);
    expect(page.stdout).toMatch(/ms {2}[abc] verdict: restored checkpoint \d+ of incarnation/);
    expect(page.stdout).toMatch(/\nheld: integrity, /);
    const entryCount = Number(/(\d+) entries; --all/.exec(page.stdout)?.[1]);
    const { entries } = JSON.parse(json.stdout) as { readonly entries: readonly unknown[] };
    expect(entries).toHaveLength(entryCount);
    expect(all.stdout.match(/^ *[0-9.]+ ms {2}/gm)).toHaveLength(entryCount);
  });

  it("a broken run exits 1 and says what broke; a bad file exits 64", async () => {
    const broken = await inProcess(["explain", workplace.write("forgetful.yaml", FORGETFUL)]);
    expect(broken.exitCode).toBe(1);
    expect(broken.stdout).toMatch(/\nBROKEN decidability: /);
    const bad = await inProcess(["explain", workplace.write("bad.yaml", "name: 7 7\n")]);
    expect(bad).toMatchObject({ exitCode: 64, stdout: "" });
  });
});

describe("ckptlab replay", () => {
  let folder = "";
  let file = "";
  let runReply = "";

  beforeAll(async () => {
    folder = mkdtempSync(path.join(workplace.folder, "run-"));
    const scenario = workplace.write("forgetful.yaml", FORGETFUL);
    const { exitCode, stderr } = await ckptlab(
      ["run", scenario, "--scheme", "mirror:2", "--seed", "s"],
      {},
      folder,
    );
    expect(exitCode).toBe(1);
    runReply = stderr;
    file = path.join(folder, /^counterexample: (.*)$/m.exec(stderr)?.[1] ?? "");
  });

  it("run wrote one file, which breaks the promise again with the same digest: exit 1", async () => {
    expect(runReply).toMatch(/^counterexample: counterexamples\/small-decidability-[0-9a-f]{8}\.yaml$/m);
    expect(readdirSync(path.join(folder, "counterexamples"))).toHaveLength(1);
    const { exitCode, stdout, stderr } = await inProcess(["replay", file]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    expect(stdout).toMatch(/^decidability breaks again: /);
    expect(stdout).toMatch(/^same digest: [0-9a-f]{16}, this is the same run$/m);
    const json = JSON.parse((await inProcess(["replay", file, "--json"])).stdout) as Replay;
    expect(json).toMatchObject({ outcome: "breaks-again", sameDigest: true, sameMessage: true });
  });

  it("the same file runs as a plain scenario, and no second file is written", async () => {
    const { exitCode, stdout } = await ckptlab(["run", file, "--quiet"], {}, folder);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^BROKEN {2}small {2}mirror:2 on 2 servers, former: production, seed s\n/);
    expect(readdirSync(path.join(folder, "counterexamples"))).toHaveLength(1);
  });

  it("what no longer breaks exits 0 and says that the digest is another one", async () => {
    const broken = parse(readFileSync(file, "utf8")) as { readonly faults: { readonly kind: string }[] };
    const faults = broken.faults.filter(({ kind }) => kind !== "lost-write");
    const mended = stringify({ ...broken, faults });
    const { exitCode, stdout } = await inProcess(["replay", workplace.write("mended.yaml", mended)]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^decidability holds now; the file says: /);
    expect(stdout).toMatch(/^another digest: .*; the code or the engine changed$/m);
  });

  it.each([
    [
      "a scenario that is no counterexample",
      () => workplace.write("plain.yaml", SMALL),
      /is missing: this is a scenario/,
    ],
    ["a file that does not exist", () => workplace.path("none.yaml"), /no such file/],
    [
      "a record that is spoiled",
      () =>
        workplace.write("x.yaml", readFileSync(file, "utf8").replace(/promise: decidability/, "promise: 7")),
      /counterexample\.promise: /,
    ],
    [
      "a promise that does not exist",
      () =>
        workplace.write(
          "y.yaml",
          readFileSync(file, "utf8").replace(/promise: decidability/, "promise: luck"),
        ),
      /counterexample\.promise: .*luck/,
    ],
  ])("%s exits 64", async (_, make, words) => {
    const { exitCode, stdout, stderr } = await inProcess(["replay", make()]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
    expect(stderr).toMatch(words);
  });

  it("a folder that cannot be made does not hide the broken promise", async () => {
    const place = mkdtempSync(path.join(workplace.folder, "full-"));
    workplace.write(`${path.basename(place)}/counterexamples`, "a file stands where the folder would be");
    const scenario = workplace.write("forgetful.yaml", FORGETFUL);
    const { exitCode, stderr } = await ckptlab(["run", scenario], {}, place);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^no counterexample was written: /m);
    expect(existsSync(path.join(place, "counterexamples"))).toBe(true);
  });
});
