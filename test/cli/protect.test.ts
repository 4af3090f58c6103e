import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ckptlab, Workplace } from "./command-line.ts";

const workplace = new Workplace();
afterAll(() => {
  workplace.remove();
});

/** Fresh directories as servers, and two files protected on them. */
async function protectedFiles(name: string): Promise<{ servers: string[]; texts: string[] }> {
  const servers = ["a", "b", "c"].map((server) => workplace.path(`${name}-${server}`));
  for (const server of servers) mkdirSync(server);
  const texts = ["first file\n".repeat(900), "second file, without an end of line"];
  const files = texts.map((text, index) => workplace.write(`${name}-${index}.txt`, text));
  const reply = await ckptlab([
    "protect",
    ...files,
    "--scheme",
    "parity:2+1",
    "--subsegment",
    "1KiB",
    "--servers",
    ...servers,
  ]);
  expect(reply).toMatchObject({ exitCode: 0, stderr: "" });
  expect(reply.stdout).toMatch(/^PROTECTED {2}2 files, .* survives the loss of any 1 server\n/);
  return { servers, texts };
}

describe("ckptlab protect and reassemble", () => {
  it("give the files back after the loss of a directory, and say what was rebuilt", async () => {
    const { servers, texts } = await protectedFiles("lost");
    rmSync(servers[1] as string, { recursive: true });
    const out = workplace.path("lost-out");
    const { exitCode, stdout, stderr } = await ckptlab(["reassemble", "--servers", ...servers, "--out", out]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^REASSEMBLED {2}2 files/);
    expect(stdout).toMatch(/group 0 member [0-2] on slot 1: missing/);
    texts.forEach((text, index) => {
      expect(readFileSync(path.join(out, `lost-${index}.txt`), "utf8")).toBe(text);
    });
  });

  it("beyond the tolerance: refused with groups and servers named, exit 1, no output", async () => {
    const { servers } = await protectedFiles("gone");
    for (const server of servers.slice(1)) rmSync(server, { recursive: true });
    const out = workplace.path("gone-out");
    const human = await ckptlab(["reassemble", "--servers", ...servers, "--out", out]);
    expect(human).toMatchObject({ exitCode: 1, stdout: "" });
    expect(human.stderr).toMatch(/^error: /);
    expect(human.stderr).toMatch(/group 0: 1 of 2 members needed, missing on slots/);
    expect(human.stderr).toContain(servers[2]);
    expect(existsSync(out)).toBe(false);
    const machine = await ckptlab(["reassemble", "--servers", ...servers, "--out", out, "--json"]);
    expect(JSON.parse(machine.stdout)).toMatchObject({
      ok: false,
      error: { kind: "loss", code: "beyond-tolerance" },
    });
  });

  it.each([
    [["--scheme", "parity:2+0"], /parity:2\+0/],
    [["--scheme", "parity:8+1"], /needs 9 server directories, and 2 were given/],
    [["--scheme", "mirror:2", "--subsegment", "-1"], /--subsegment: must not be negative/],
    [["--scheme", "mirror:2", "--subsegment", "0.5"], /--subsegment: must be a whole number of bytes/],
    [["--scheme", "mirror:2"], /does not exist/],
  ])("bad input %j exits 64", async (options, words) => {
    const file = workplace.write("x.txt", "x");
    const servers = [workplace.path("no-1"), workplace.path("no-2")];
    const { exitCode, stdout, stderr } = await ckptlab([
      "protect",
      file,
      ...options,
      "--servers",
      ...servers,
    ]);
    expect(exitCode).toBe(64);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toMatch(words);
    expect(servers.some((server) => existsSync(server))).toBe(false);
  });

  it("directories that hold no checkpoint are bad input for reassemble", async () => {
    const empty = workplace.path("empty");
    mkdirSync(empty);
    const { exitCode, stderr } = await ckptlab([
      "reassemble",
      "--servers",
      empty,
      "--out",
      workplace.path("none"),
    ]);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^error: /);
  });

  it("--json and --out - both want stdout", async () => {
    const { exitCode, stderr } = await ckptlab(["reassemble", "--servers", "x", "--out", "-", "--json"]);
    expect(exitCode).toBe(64);
    expect(stderr).toContain("--out");
  });
});
