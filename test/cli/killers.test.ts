import { describe, expect, it } from "vitest";
import { inProcess } from "./in-process.ts";

describe("ckptlab verify --killers", () => {
  it("puts the schemes side by side", async () => {
    const { exitCode, stdout } = await inProcess(["verify", "--killers", "--size", "1"]);
    expect(exitCode).toBe(0);
    const lines = stdout.split("\n");
    expect(lines[0]?.split(/ {2,}/)).toEqual([
      "",
      "mirror:2",
      "mirror:3",
      "parity:3+1",
      "stripe:3",
      "rs:2+2",
      "lrc:4,2,1",
    ]);
    const rowOf = (words: string): string[] =>
      lines.find((line) => line.startsWith(words))?.split(/ {2,}/) ?? [];
    expect(rowOf("fewest faults that lose data")).toEqual([
      "fewest faults that lose data",
      "over 1",
      "over 1",
      "over 1",
      "1",
      "over 1",
      "over 1",
    ]);
    expect(rowOf("gone")).toEqual([
      "gone",
      "survives",
      "survives",
      "survives",
      "lost 3 of 3",
      "survives",
      "survives",
    ]);
    expect(rowOf("down")).toEqual([
      "down",
      "survives",
      "survives",
      "survives",
      "waits 3 of 3",
      "survives",
      "survives",
    ]);
  });

  it("gives all of it as JSON, and refuses what does not go with it", async () => {
    const { stdout } = await inProcess(["verify", "--killers", "--size", "1", "--json"]);
    const json = JSON.parse(stdout) as { sizeMax: number; schemes: { scheme: string; rows: unknown[] }[] };
    expect(json).toMatchObject({
      sizeMax: 1,
      schemes: [{ scheme: "mirror:2", tolerance: 1 }, {}, {}, {}, {}, {}],
    });
    expect(json.schemes[0]?.rows).toHaveLength(6);
    expect((await inProcess(["verify", "--killers", "--plan"])).exitCode).toBe(64);
    expect((await inProcess(["verify", "--killers", "--junit", "killers.xml"])).exitCode).toBe(64);
    const alone = await inProcess(["verify", "--size", "2"]);
    expect([alone.exitCode, alone.stderr]).toEqual([64, "error: --size goes with --killers\n"]);
    expect((await inProcess(["verify", "--killers", "--size", "9"])).exitCode).toBe(64);
  });
});
