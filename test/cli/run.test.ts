import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import type { RunResult } from "../../src/verify/result.ts";
import { ckptlab, ROOT, Workplace } from "./command-line.ts";
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
  "  - { at: 200ms..300ms, kind: permanent-loss, target: production }",
  "duration: 600ms",
].join("\n");

describe("ckptlab run", () => {
  it("prints verdict, promises and costs, without colours where stdout is a pipe", async () => {
    const file = workplace.write("small.yaml", SMALL);
    const { exitCode, stdout, stderr } = await ckptlab(["run", file]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^HELD {2}small {2}parity:2\+1 on 3 servers, former: production, seed 1\n/);
    expect(stdout).toMatch(/integrity +held +[1-9]/);
    expect(stdout).toMatch(/restored on [abc] after [0-9.]+ ms/);
    expect(stdout).toMatch(/stored a checkpoint +48 KiB \(1\.50x\)/);
    expect(stdout).toMatch(/production is lost for good/);
    expect(stdout).not.toContain("\u001b");
  });

  it("--json gives one JSON document on stdout, and the same one for the same seed", async () => {
    const file = workplace.write("small.yaml", SMALL);
    const [first, second, other] = await Promise.all([
      inProcess(["run", file, "--json", "--seed", "s1"]),
      inProcess(["run", file, "--json", "--seed", "s1"]),
      inProcess(["run", file, "--json", "--seed", "s2"]),
    ]);
    expect(first.stderr).toBe("");
    const result = JSON.parse(first.stdout) as RunResult;
    expect(result).toMatchObject({
      scenario: "small",
      seed: "s1",
      verdict: "held",
      scheme: "parity:2+1",
      width: 3,
    });
    expect(result.scenarioHash).toMatch(/^[0-9a-f]{16}$/);
    expect(second.stdout).toBe(first.stdout);
    expect((JSON.parse(other.stdout) as RunResult).digest).not.toBe(result.digest);
  });

  it("--trace writes what happened in the format that the file's ending names, and the same result", async () => {
    const file = workplace.write("small.yaml", SMALL);
    const lines = workplace.path("trace.jsonl");
    const document = workplace.path("trace.json");
    const [plain, asLines, asDocument] = await Promise.all([
      inProcess(["run", file, "--json"]),
      inProcess(["run", file, "--json", "--trace", lines]),
      inProcess(["run", file, "--json", "--trace", document]),
    ]);
    expect([asLines.exitCode, asLines.stderr]).toEqual([0, `trace: ${lines}\n`]);
    expect([asDocument.exitCode, asDocument.stderr]).toEqual([0, `trace: ${document}\n`]);
    expect(asLines.stdout).toBe(plain.stdout);
    expect(asDocument.stdout).toBe(plain.stdout);
    const { costs, digest } = JSON.parse(plain.stdout) as RunResult;
    const rows = readFileSync(lines, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { digest?: string; event?: number });
    expect(rows[0]?.digest).toBe(digest);
    expect(rows.filter(({ event }) => event !== undefined)).toHaveLength(costs.eventCount);
    const { traceEvents } = JSON.parse(readFileSync(document, "utf8")) as { traceEvents: unknown[] };
    expect(traceEvents.length).toBeGreaterThan(costs.messageCount);
  });

  it("--trace refuses another ending, a folder that is not there and the scenario itself, and writes nothing", async () => {
    const file = workplace.write("small.json", SMALL);
    const missing = workplace.path("missing/trace.json");
    for (const [target, reason] of [
      [workplace.path("trace.txt"), "must end in .jsonl"],
      [missing, "does not exist"],
      [file, "is the same file as"],
    ] as const) {
      const { exitCode, stdout, stderr } = await inProcess(["run", file, "--trace", target]);
      expect([exitCode, stdout]).toEqual([64, ""]);
      expect(stderr).toContain(reason);
    }
    expect(existsSync(workplace.path("trace.txt"))).toBe(false);
    expect(readFileSync(file, "utf8")).toBe(SMALL);
  });

  it("--quiet prints the verdict alone", async () => {
    const { exitCode, stdout } = await inProcess(["run", workplace.write("small.yaml", SMALL), "--quiet"]);
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  });

  it("runs another scheme at its own width, at another place of the former, without the faults", async () => {
    const file = workplace.write("small.yaml", `${SMALL}\nwidth: 3`);
    const options = ["--scheme", "mirror:2", "--former", "dedicated", "--without-faults", "--json"];
    const { stdout } = await inProcess(["run", file, ...options]);
    expect(JSON.parse(stdout)).toMatchObject({
      scheme: "mirror:2",
      width: 2,
      former: "dedicated",
      faults: [],
    });
  });

  it("a missed threshold exits 3, and says the seed and the command that replays the run", async () => {
    const file = workplace.write("missed.yaml", `${SMALL}\nexpect: { restoreMsP99: { max: 0.001 } }`);
    const { exitCode, stdout, stderr } = await inProcess(["run", file, "--seed", "it's"]);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/MISSED: time to restore, 99th percentile is [0-9.]+ ms, expected at most /);
    expect(stderr).toBe(`seed: it's\nreplay: ckptlab run ${file} --seed 'it'\\''s'\n`);
  });

  it("a reader that closes the pipe early does not change the exit code", async () => {
    const file = workplace.write("missed.yaml", `${SMALL}\nexpect: { restoreMsP99: { max: 0.001 } }`);
    const child = spawn(process.execPath, ["dist/cli/main.js", "run", file, "--json"], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const exitCode = await new Promise((resolve) => child.on("close", resolve));
    expect(stderr).not.toContain("EPIPE");
    expect(exitCode).toBe(3);
  });
});

describe("bad input exits 64 with one line on stderr and nothing on stdout", () => {
  async function errorOf(argv: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await inProcess(argv);
    expect(exitCode).toBe(64);
    expect(stdout).toBe("");
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    return stderr.trimEnd();
  }

  it("a field that is wrong, also with --json", async () => {
    const file = workplace.write("bad.yaml", SMALL.replace("parity:2+1", "parity:9+1"));
    const words = `error: ${file}:3:9: scheme: parity:9+1 needs 10 backup servers, and there are 3`;
    expect(await errorOf(["run", file])).toBe(words);
    const machine = await inProcess(["run", file, "--json"]);
    expect(machine).toMatchObject({ exitCode: 64, stderr: `${words}\n` });
    expect(JSON.parse(machine.stdout)).toEqual({
      ok: false,
      error: { kind: "input", code: "bad-input", message: words.slice("error: ".length) },
    });
  });

  it("a scenario that is missing, or a folder", async () => {
    const missing = workplace.path("missing.yaml");
    expect(await errorOf(["run", missing])).toBe(`error: ${missing}: cannot be read: no such file`);
    const { folder } = workplace;
    expect(await errorOf(["run", folder])).toBe(`error: ${folder}: cannot be read: it is a directory`);
  });

  it("a scenario that is no text", async () => {
    const file = workplace.write("binary.yaml", Uint8Array.of(0x6e, 0xff, 0xfe));
    expect(await errorOf(["run", file])).toBe(`error: ${file}: cannot be read: it is not UTF-8 text`);
  });

  it("a file of the workload that is missing", async () => {
    const text = SMALL.replace(/^workload.*$/m, "workload:\n  kind: files\n  paths: [small.yaml, none.txt]");
    const file = workplace.write("files.yaml", text);
    workplace.write("small.yaml", SMALL);
    expect(await errorOf(["run", file])).toBe(
      `error: ${file}:7:23: workload.paths[1]: cannot read "none.txt" (relative to the scenario's folder): no such file`,
    );
  });

  it("files that make too many groups of the subsegment size", async () => {
    workplace.write("large.bin", new Uint8Array(1_100_000));
    const text = SMALL.replace(/^workload.*$/m, "workload: { kind: files, paths: [large.bin] }");
    const file = workplace.write("large.yaml", text.replace("4KiB", "1B"));
    expect(await errorOf(["run", file])).toMatch(
      /large\.yaml:4:13: subsegment: .* use subsegments of 2 bytes or more/,
    );
  });

  it("an option that does not fit the scenario", async () => {
    const file = workplace.write("small.yaml", SMALL);
    expect(await errorOf(["run", file, "--scheme", "raid:4+2"])).toContain(
      `error: ${file}: --scheme: Scheme "raid:4+2"`,
    );
    expect(await errorOf(["run", file, "--width", "9"])).toContain(
      `error: ${file}: --width: must be at most 3`,
    );
  });
});

describe("a bug of ours", () => {
  it("exits 70 with its stack on stderr and nothing on stdout", async () => {
    // Only what is printed: modules may use it while they load.
    const code =
      "const real = JSON.stringify; JSON.stringify = (...args) => {" +
      ' if (args[2] !== undefined) throw new Error("planted"); return real(...args); };';
    const preload = `data:text/javascript,${encodeURIComponent(code)}`;
    const { exitCode, stdout, stderr } = await ckptlab(["schema"], { NODE_OPTIONS: `--import ${preload}` });
    expect(exitCode).toBe(70);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^internal error: Error: planted\n +at /);
  });
});

describe("bad usage exits 64 with a hint", () => {
  it.each([
    [["rum"], /unknown command 'rum'[^]*Did you mean run/],
    [["run", "x.yaml", "--sed", "1"], /unknown option '--sed'[^]*Did you mean --seed/],
    [["run"], /missing required argument 'scenario'[^]*--help/],
    [["run", "x.yaml", "--width", "1.5"], /'--width <servers>'.*whole number/],
    [["run", "x.yaml", "--former", "moon"], /Allowed choices are production, backup, dedicated/],
    [["compare", "x.yaml", "--seeds", "0"], /at least 1/],
    [["protect", "x", "--servers", "d"], /required option '--scheme/],
    [[], /Usage: ckptlab/],
  ])("%j", async (argv, words) => {
    const { exitCode, stdout, stderr } = await inProcess(argv);
    expect(exitCode).toBe(64);
    expect(stdout).toBe("");
    expect(stderr).toMatch(words);
  });

  it.each([
    [["rum", "--json"], /^unknown command 'rum'/],
    [["run", "none.yaml", "--json"], /^none\.yaml: cannot be read: no such file$/],
    [["compare", "none.yaml", "--json"], /^none\.yaml: cannot be read/],
    [["explain", "integrty", "--json"], /neither a promise nor a file \(did you mean integrity\?\)$/],
    [["replay", "none.yaml", "--json"], /^none\.yaml: cannot be read/],
    [["protect", "none", "--scheme", "mirror:1", "--json", "--servers", "none"], /"mirror:1"|does not exist/],
    [["reassemble", "--out", "none", "--json", "--servers", "none"], /None of the directories/],
    [["schema", "--jsn", "--json"], /^unknown option '--jsn'/],
  ])("%j says so on stdout as one JSON object too", async (argv, words) => {
    const { exitCode, stdout, stderr } = await inProcess(argv);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^error: /);
    const reply = JSON.parse(stdout) as {
      ok: boolean;
      error: { kind: string; code: string; message: string };
    };
    expect(reply).toMatchObject({ ok: false, error: { kind: "input", code: expect.any(String) } });
    expect(reply.error.message).toMatch(words);
  });

  it("--help and --version are no mistakes", async () => {
    const [help, version] = await Promise.all([inProcess(["run", "--help"]), ckptlab(["--version"])]);
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout).toContain("--without-faults");
    expect(version).toMatchObject({ exitCode: 0, stderr: "" });
    expect(version.stdout).toMatch(/^[0-9]+\.[0-9]+\.[0-9]+\n$/);
  });

  it("schema prints a JSON Schema", async () => {
    const { exitCode, stdout } = await inProcess(["schema"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ $schema: "http://json-schema.org/draft-07/schema#" });
  });
});
