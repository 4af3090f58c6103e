/** A bug that does not fit the source is refused, and one that fits changes the bundle. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder, scratchFolder } from "../scratch-folder.ts";
import { BUGS } from "./bugs/index.ts";
import type * as cluster from "../../src/core/protocol/cluster.ts";
import { buildHunt } from "./bundle.ts";
import { PatchRefused, patchedSource } from "./patched-source.ts";
import type { PlantedBug } from "./planted-bug.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SOURCES = path.join(ROOT, "src");

function bugWith(...replacements: PlantedBug["replacements"]): PlantedBug {
  return {
    id: "sample",
    story: "A sample.",
    source: "this test",
    breaks: [],
    file: "src/core/protocol/cluster.ts",
    replacements,
  };
}

describe("a patch", () => {
  it("replaces what occurs once, each in turn", () => {
    const bug = bugWith({ find: "b", replace: "x$&" }, { find: "c", replace: "" });
    expect(patchedSource(bug, "abcd")).toBe("ax$&d");
  });

  it.each([
    ["occurs nowhere", [{ find: "z", replace: "y" }]],
    ["occurs twice", [{ find: "a", replace: "y" }]],
    ["is empty", [{ find: "", replace: "y" }]],
    [
      "is there only before an earlier replacement",
      [
        { find: "b", replace: "" },
        { find: "b", replace: "y" },
      ],
    ],
    ["is replaced by itself", [{ find: "b", replace: "b" }]],
    ["is missing altogether", []],
  ])("is refused when its text %s", (_, replacements) => {
    expect(() => patchedSource(bugWith(...replacements), "abac")).toThrow(PatchRefused);
  });
});

describe("the zoo's bugs", () => {
  it("have names of their own, and stories of one line", () => {
    expect(new Set(BUGS.map(({ id }) => id)).size).toBe(BUGS.length);
    expect(BUGS.length).toBeGreaterThanOrEqual(25);
    for (const { story, source } of BUGS) expect(`${story}${source}`).not.toMatch(/\n|\|/);
  });

  it.each(BUGS.map((bug) => [bug.id, bug] as const))("%s fits one file of the program", async (_, bug) => {
    expect(path.join(ROOT, bug.file).startsWith(SOURCES)).toBe(true);
    const source = await readFile(path.join(ROOT, bug.file), "utf8");
    expect(patchedSource(bug, source)).not.toBe(source);
  });
});

describe("a bundle", () => {
  let folder = "";
  beforeAll(() => {
    folder = scratchFolder(ROOT, "zoo-test");
  });
  afterAll(() => removeFolder(folder));

  async function bundleOf(bug: PlantedBug | undefined, entry: string): Promise<string> {
    const outFile = path.join(folder, `${bug?.id ?? "sound"}.mjs`);
    await buildHunt({ root: ROOT, bug, outFile, entry });
    return readFile(outFile, "utf8");
  }

  it("with a bug differs from the sound one in the planted place only, and behaves so", async () => {
    const entry = "src/core/protocol/cluster.ts";
    const bug = bugWith({
      find: "  const completeCount = slotCount - tolerance;\n",
      replace: "  const completeCount = slotCount - tolerance - 1;\n",
    });
    const sound = await bundleOf(undefined, entry);
    const planted = await bundleOf(bug, entry);
    expect(planted).toBe(sound.replace("slotCount - tolerance;", "slotCount - tolerance - 1;"));
    expect(planted).not.toBe(sound);
    const [{ quorumOf: soundQuorum }, { quorumOf: plantedQuorum }] = (await Promise.all(
      ["sound", "sample"].map((name) => import(path.join(folder, `${name}.mjs`))),
    )) as [Pick<typeof cluster, "quorumOf">, Pick<typeof cluster, "quorumOf">];
    expect(soundQuorum(5, 1).completeCount).toBe(4);
    expect(plantedQuorum(5, 1).completeCount).toBe(3);
  });

  it("is refused when the bug's file is not part of it", async () => {
    const bug = bugWith({
      find: "const completeCount = slotCount - tolerance;",
      replace: "const completeCount = 1;",
    });
    await expect(bundleOf(bug, "src/core/checkpoint/key.ts")).rejects.toThrow(PatchRefused);
  });

  it("is refused when the bug's text is not in its file", async () => {
    const bug = bugWith({ find: "this text is nowhere", replace: "" });
    await expect(bundleOf(bug, "src/core/protocol/cluster.ts")).rejects.toThrow(/occurs 0 times/);
  });
});
