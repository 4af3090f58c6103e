import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { compareScenario } from "../../src/verify/compare.ts";
import type { CompareResult } from "../../src/verify/result.ts";
import { ckptlab, Workplace } from "./command-line.ts";

const workplace = new Workplace();
afterAll(() => {
  workplace.remove();
});

const COMPARED = [
  "name: compared",
  "servers: { backups: [a, b, c] }",
  "scheme: parity:2+1",
  "subsegment: 4KiB",
  "workload: { kind: synthetic, image: 32KiB, checkpointEvery: 100ms }",
  "duration: 400ms",
  "faults: [{ at: 200ms, kind: permanent-loss, target: production }]",
  "compare: { schemes: [mirror:2, parity:2+1], formers: [production], seeds: 2 }",
].join("\n");

describe("ckptlab compare", () => {
  it("--json gives the result on stdout; --report writes a page that stands alone", async () => {
    const file = workplace.write("compared.yaml", COMPARED);
    const page = workplace.path("page.html");
    const { exitCode, stdout, stderr } = await ckptlab(["compare", file, "--json", "--report", page]);
    expect(exitCode).toBe(0);
    expect(stderr).toBe(`report: ${page}\n`);
    const result = JSON.parse(stdout) as CompareResult;
    expect(result.rows.map((row) => row.scheme)).toEqual(["mirror:2", "parity:2+1"]);
    expect(result.rows.every((row) => row.restoredCount === 2)).toBe(true);
    expect(result.command).toBe(`ckptlab compare ${file} --report ${page}`);
    const html = readFileSync(page, "utf8");
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain(result.scenarioHash);
  });

  it("gives from all its worker threads what one thread gives, run after run, in the same order", async () => {
    const file = workplace.write("threads.yaml", COMPARED.replace("seeds: 2", "seeds: 6"));
    const { exitCode, stdout } = await ckptlab(["compare", file, "--json"]);
    expect(exitCode).toBe(0);
    const loaded = loadScenario(readFileSync(file, "utf8"), file);
    if (!loaded.ok) throw new Error(loaded.error.message);
    const here = await compareScenario(loaded.scenario);
    // Where it was made and how long that took is the only difference.
    const told = {
      ...(JSON.parse(stdout) as CompareResult),
      command: here.command,
      wallSeconds: here.wallSeconds,
    };
    expect(told).toEqual(JSON.parse(JSON.stringify(here)));
  });

  it("prints a row for each scheme, and --seeds asks for other counts", async () => {
    const file = workplace.write("compared.yaml", COMPARED);
    const { exitCode, stdout } = await ckptlab(["compare", file, "--seeds", "1"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/mirror:2 +production +2 +1 +2\.00x/);
    expect(stdout).toMatch(/parity:2\+1 +production +3 +1 +1\.50x/);
    expect(stdout).toMatch(/^4 runs in /m);
  });

  it("prints the first place of the former at its own width, and every row with --all", async () => {
    const file = workplace.write(
      "places.yaml",
      COMPARED.replace("formers: [production]", "formers: [production, backup]"),
    );
    const short = await ckptlab(["compare", file, "--seeds", "1"]);
    expect(short.stdout).not.toMatch(/^mirror:2 +backup/m);
    expect(short.stdout).toMatch(/^and 2 rows of other places of the former and other widths/m);
    const all = await ckptlab(["compare", file, "--seeds", "1", "--all"]);
    expect(all.stdout).toMatch(/^mirror:2 +backup/m);
    expect(all.stdout).not.toContain("rows of other places");
  });

  it("a missed threshold exits 3", async () => {
    const file = workplace.write(
      "missed.yaml",
      `${COMPARED}\nexpect: { storedBytesPerImageByte: { max: 1 } }`,
    );
    expect((await ckptlab(["compare", file, "--seeds", "1"])).exitCode).toBe(3);
  });

  it("a scenario without compare, and a report without a folder, exit 64 and write nothing", async () => {
    const single = workplace.write("single.yaml", COMPARED.replace(/^compare.*$/m, ""));
    const noCompare = await ckptlab(["compare", single]);
    expect(noCompare).toMatchObject({ exitCode: 64, stdout: "" });
    expect(noCompare.stderr).toMatch(/single\.yaml:1:1: compare: is missing/);
    const file = workplace.write("compared.yaml", COMPARED);
    const noFolder = await ckptlab(["compare", file, "--report", workplace.path("none/page.html")]);
    expect(noFolder).toMatchObject({ exitCode: 64, stdout: "" });
    expect(noFolder.stderr).toMatch(/--report .* does not exist/);
    expect(existsSync(workplace.path("none"))).toBe(false);
  });

  it("a report that would overwrite the scenario or a file of its workload is refused, by whatever path", async () => {
    const file = workplace.write("compared.yaml", COMPARED);
    const data = workplace.write("data.bin", "content of the workload");
    const withFiles = workplace.write(
      "with-files.yaml",
      COMPARED.replace(/kind: synthetic, image: 32KiB/, "kind: files, paths: [data.bin]"),
    );
    const link = workplace.path("link.html");
    symlinkSync(file, link);
    const detour = path.join(workplace.folder, "..", path.basename(workplace.folder), "compared.yaml");
    for (const [scenario, report] of [
      [file, file],
      [file, link],
      [file, detour],
      [withFiles, data],
    ] as const) {
      const reply = await ckptlab(["compare", scenario, "--report", report]);
      expect(reply).toMatchObject({ exitCode: 64, stdout: "" });
      expect(reply.stderr).toMatch(/^error: --report .* is the same file as /);
    }
    expect(readFileSync(file, "utf8")).toBe(COMPARED);
    expect(readFileSync(data, "utf8")).toBe("content of the workload");
  });

  it("an earlier page stays as it was when the scenario is bad, and no temporary file is left", async () => {
    const bad = workplace.write("bad.yaml", COMPARED.replace("mirror:2", "mirror:0"));
    const page = workplace.write("kept.html", "an earlier page");
    expect((await ckptlab(["compare", bad, "--report", page])).exitCode).toBe(64);
    expect(readFileSync(page, "utf8")).toBe("an earlier page");
    expect(readdirSync(workplace.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
