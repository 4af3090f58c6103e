import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { scenarioErrorText } from "../../src/scenario/error.ts";
import { loadHardwareFile } from "../../src/scenario/hardware-file.ts";
import { inProcess } from "./in-process.ts";
import { Workplace } from "./command-line.ts";

const workplace = new Workplace();
afterAll(() => {
  workplace.remove();
});

/** A short measurement; nothing here depends on what it finds. */
const SHORT = ["--size", "1MiB", "--seconds", "1"];

const SCENARIO = (hardware: string): string => `
name: calibrated
servers: { backups: [a, b, c] }
scheme: parity:2+1
subsegment: 4KiB
hardware: ${hardware}
workload: { kind: synthetic, image: 16KiB }
duration: 500ms
`;

describe("ckptlab calibrate", () => {
  it("writes a profile that a scenario beside it can name, and leaves the measured directory empty", async () => {
    const directory = workplace.path("disk");
    mkdirSync(directory);
    const out = workplace.path("bench.yaml");
    const reply = await inProcess([
      "calibrate",
      "--dir",
      directory,
      "--out",
      out,
      "--name",
      "bench",
      ...SHORT,
    ]);
    expect(reply).toMatchObject({ exitCode: 0, stderr: "" });
    expect(readdirSync(directory)).toEqual([]);

    const loaded = loadHardwareFile(readFileSync(out, "utf8"), out);
    if (!loaded.ok) throw new Error(scenarioErrorText(loaded.error));
    expect(loaded.profile.profile).toBe("bench");
    expect(Object.keys(loaded.profile.disk ?? {})).toEqual(["latency", "bandwidth", "flush"]);
    expect(Object.keys((loaded.profile.processor?.["schemes"] ?? {}) as object)).toEqual(
      expect.arrayContaining(["parity:4+1", "rs:4+2", "lrc:4,2,2"]),
    );

    const scenario = workplace.write("calibrated.yaml", SCENARIO("[hard-disk, bench.yaml]"));
    const run = await inProcess(["run", scenario, "--json"]);
    expect(run).toMatchObject({ exitCode: 0 });
  }, 60_000);

  it("prints the profile, or the same as JSON", async () => {
    const directory = workplace.path("printed");
    mkdirSync(directory);
    const plain = await inProcess(["calibrate", "--dir", directory, ...SHORT]);
    expect(loadHardwareFile(plain.stdout, "stdout")).toMatchObject({ ok: true });
    const json = await inProcess(["calibrate", "--dir", directory, "--json", ...SHORT]);
    const profile = JSON.parse(json.stdout) as { readonly measured: object; readonly sources: object };
    expect(Object.keys(profile.measured)).toEqual(["manifestDigest", "memoryCopy", "diskRead"]);
    expect(Object.keys(profile.sources)).toHaveLength(7);
  }, 60_000);

  it.each([
    [["--dir", "/no/such/directory"], /--dir \/no\/such\/directory: cannot be measured: no such file/],
    [["--size", "much"], /--size: must be a size/],
    [["--size", "4KiB"], /--size: must be at least 1MiB/],
    [["--name", "two words"], /--name: must be a name/],
    [["--out", "/no/such/place/profile.yaml"], /--out .* does not exist/],
    [["--seconds", "0"], /must be a whole number, at least 1/i],
  ])("refuses %j", async (args, message) => {
    const reply = await inProcess(["calibrate", ...args]);
    expect(reply.exitCode).toBe(64);
    expect(reply.stderr).toMatch(message);
    expect(reply.stdout).toBe("");
  });
});

describe("a profile file that a scenario names", () => {
  it.each([
    ["is missing", "gone.yaml", /hardware: .*gone\.yaml: cannot be read: no such file/],
    ["is no profile", "bad.yaml", /bad\.yaml:1:.*profile: is missing/],
  ])("and that %s is refused with its place", async (_, name, message) => {
    workplace.write("bad.yaml", "title: nothing\n");
    const scenario = workplace.write(`names-${name}`, SCENARIO(name));
    const reply = await inProcess(["run", scenario]);
    expect(reply.exitCode).toBe(64);
    expect(reply.stderr).toMatch(message);
  });
});
