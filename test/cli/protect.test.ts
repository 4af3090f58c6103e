import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ckptlab, Workplace } from "./command-line.ts";
import { inProcess } from "./in-process.ts";

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
  const reply = await inProcess([
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
    const { exitCode, stdout, stderr } = await inProcess([
      "reassemble",
      "--servers",
      ...servers,
      "--out",
      out,
    ]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^REASSEMBLED {2}2 files/);
    const { length: lineCount } = stdout.trimEnd().split("\n");
    expect(lineCount).toBe(5);
    expect(stdout).toContain(`  ${servers[1]}: absent, `);
    expect(stdout).toMatch(/: absent, \d+ of \d+ members rebuilt, the others not needed \(groups 0–\d+\)\n/);
    texts.forEach((text, index) => {
      expect(readFileSync(path.join(out, `lost-${index}.txt`), "utf8")).toBe(text);
    });
  });

  it("beyond the tolerance: refused with groups and servers named, exit 1, no output", async () => {
    const { servers } = await protectedFiles("gone");
    for (const server of servers.slice(1)) rmSync(server, { recursive: true });
    const out = workplace.path("gone-out");
    const human = await inProcess(["reassemble", "--servers", ...servers, "--out", out]);
    expect(human).toMatchObject({ exitCode: 1, stdout: "" });
    expect(human.stderr).toMatch(
      /^error: (\d+) of \1 groups cannot be decoded: parity:2\+1 survives the loss of 1 server; lost on /,
    );
    expect(human.stderr.split("\n")[0]).toContain(`lost on ${servers[1]}, ${servers[2]}.`);
    expect(human.stderr).toMatch(/group 0: 1 good member, 2 needed, missing on slots/);
    expect(human.stderr).toContain(servers[2]);
    expect(existsSync(out)).toBe(false);
    const machine = await inProcess(["reassemble", "--servers", ...servers, "--out", out, "--json"]);
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
    const { exitCode, stdout, stderr } = await inProcess([
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

  it("--quiet prints the verdict line and nothing else", async () => {
    const { servers } = await protectedFiles("quiet");
    const file = workplace.path("quiet-0.txt");
    const other = workplace.path("quiet-1.txt");
    const protection = ["protect", file, other, "--scheme", "mirror:3", "--quiet", "--servers", ...servers];
    const protecting = await ckptlab(protection);
    expect(protecting).toMatchObject({ exitCode: 0, stderr: "" });
    expect(protecting.stdout).toMatch(/^PROTECTED {2}2 files[^\n]*\n$/);
    rmSync(servers[1] as string, { recursive: true });
    const out = workplace.path("quiet-out");
    const back = await ckptlab(["reassemble", "--servers", ...servers, "--out", out, "--quiet"]);
    expect(back).toMatchObject({ exitCode: 0, stderr: "" });
    expect(back.stdout).toMatch(/^REASSEMBLED {2}2 files[^\n]*\n$/);
  });

  it("other files need --replace, a part of the servers is refused, and what was retired is said", async () => {
    const { servers, texts } = await protectedFiles("kept");
    const other = workplace.write("kept-other.txt", "x");
    const argv = ["protect", other, "--scheme", "mirror:3", "--servers", ...servers];
    const refused = await inProcess(argv);
    expect(refused).toMatchObject({ exitCode: 64, stdout: "" });
    expect(refused.stderr).toMatch(
      /^error: The servers hold .* would be lost: the files "kept-0.txt", "kept-1.txt"\. \(--replace/,
    );
    const machine = await inProcess([...argv, "--json"]);
    expect(machine.exitCode).toBe(64);
    expect(JSON.parse(machine.stdout)).toMatchObject({
      ok: false,
      error: { kind: "input", code: "files-would-be-lost", files: ["kept-0.txt", "kept-1.txt"] },
    });
    const part = await inProcess([...argv.slice(0, -1), workplace.path("kept-d"), "--replace"]);
    expect(part).toMatchObject({ exitCode: 64, stdout: "" });
    mkdirSync(workplace.path("kept-d"));
    const mixed = await inProcess([...argv.slice(0, -2), workplace.path("kept-d"), "--replace"]);
    expect(mixed).toMatchObject({ exitCode: 64, stdout: "" });
    const partial = ["protect", other, "--scheme", "mirror:2", "--replace", "--servers"];
    const two = await inProcess([...partial, servers[0] as string, workplace.path("kept-d")]);
    expect(two).toMatchObject({ exitCode: 64, stdout: "" });
    expect(two.stderr).toContain("belongs to a protection on 3 servers: ");
    const out = workplace.path("kept-out");
    expect((await inProcess(["reassemble", "--servers", ...servers, "--out", out])).exitCode).toBe(0);
    expect(readFileSync(path.join(out, "kept-0.txt"), "utf8")).toBe(texts[0]);
    const replaced = await inProcess([...argv, "--replace"]);
    expect(replaced).toMatchObject({ exitCode: 0, stderr: "" });
    expect(replaced.stdout).toContain(" 1 byte, under");
    expect(replaced.stdout).toMatch(/^retired: checkpoint /m);
    expect(replaced.stdout).toMatch(/^no longer protected: kept-0\.txt, kept-1\.txt$/m);
  });

  it("an output that exists needs --force; a directory that is gone is made again by --repair", async () => {
    const servers = ["a", "b"].map((server) => workplace.path(`force-${server}`));
    for (const server of servers) mkdirSync(server);
    const file = workplace.write("force.txt", "protected");
    expect(
      (await inProcess(["protect", file, "--scheme", "mirror:2", "--servers", ...servers])).exitCode,
    ).toBe(0);
    const out = workplace.write("force-out", "before");
    const argv = ["reassemble", "--servers", ...servers, "--out", out];
    const refused = await inProcess(argv);
    expect(refused).toMatchObject({ exitCode: 64, stdout: "" });
    expect(refused.stderr).toMatch(/^error: .*exists already.*--force/);
    expect(readFileSync(out, "utf8")).toBe("before");
    rmSync(servers[1] as string, { recursive: true });
    const repaired = await inProcess([...argv, "--force", "--repair"]);
    expect(repaired).toMatchObject({ exitCode: 0, stderr: "" });
    expect(readFileSync(out, "utf8")).toBe("protected");
    expect(repaired.stdout).toContain(
      `repaired: ${servers[1]} (slot 1), directory made again, 1 member written`,
    );
    rmSync(servers[0] as string, { recursive: true });
    expect((await inProcess([...argv, "--force"])).exitCode).toBe(0);
  });

  it("directories that hold no checkpoint are bad input for reassemble", async () => {
    const empty = workplace.path("empty");
    mkdirSync(empty);
    const { exitCode, stderr } = await inProcess([
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
    const argv = ["reassemble", "--servers", "x", "--out", "-", "--json"];
    const { exitCode, stdout, stderr } = await inProcess(argv);
    expect(exitCode).toBe(64);
    expect(stderr).toContain("--out");
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { kind: "input", code: "bad-input" } });
  });
});
