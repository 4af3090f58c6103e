/**
 * Long members are combined in other ways than short ones: rows of ones in WebAssembly, and in several steps. Bugs that are
 * planted there, in the core's source text, escape the proof over single blocks and not that over long members.
 */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { createKernel } from "../../../src/core/redundancy/kernel-choice.ts";
import { LONG_BLOCK_COUNT } from "../../../src/verify/proof/code-proof.ts";
import { removeFolder, scratchFolder } from "../../scratch-folder.ts";
import { buildPlanted, type SourcePatch } from "../../zoo/planted-build.ts";
import type * as Bundled from "./bundled-proof.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const folder = scratchFolder(ROOT, "proof");
afterAll(() => removeFolder(folder));

async function proofWith(patch: SourcePatch | undefined): Promise<typeof Bundled> {
  const outfile = path.join(folder, `${patch?.id ?? "none"}.mjs`);
  const entryPoints = [path.join(ROOT, "test/verify/proof/bundled-proof.ts")];
  await buildPlanted(ROOT, patch, {
    entryPoints,
    outfile,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  return (await import(pathToFileURL(outfile).href)) as typeof Bundled;
}

const PLANTED: readonly SourcePatch[] = [
  {
    id: "ones-as-powers",
    file: "src/core/redundancy/row-program.ts",
    replacements: [
      {
        find: "if (onesCount + zerosCount === coefficients.length) return ROW_XOR;",
        replace: "if (onesCount + zerosCount === coefficients.length) return ROW_DOUBLE;",
      },
    ],
  },
  {
    id: "first-step-only",
    file: "src/core/redundancy/combine.ts",
    replacements: [
      {
        find: "kernel.run(program.table, program.tableEnd, 0, end - offset);",
        replace: "kernel.run(program.table, program.tableEnd, 0, Math.min(XOR_BYTES_MIN, end - offset));",
      },
    ],
  },
  {
    id: "last-source-left-out",
    file: "src/core/redundancy/combine.ts",
    replacements: [
      {
        find: "if (blockEnd > 0) computeBlocks(rows, sources, results, blockEnd);",
        replace:
          "if (blockEnd > 0) computeBlocks(rows, isOnes(only) ? sources.with(-1, results[0]) : sources, results, blockEnd);",
      },
    ],
  },
];

describe("the proof over long members", () => {
  it("is about WebAssembly here", () => {
    expect(createKernel(1).name).toBe("wasm");
  });

  it("holds for the core as it is", async () => {
    const { failuresOf } = await proofWith(undefined);
    expect(failuresOf("parity:3+1", LONG_BLOCK_COUNT)).toEqual([]);
  });

  it.each(PLANTED)("finds $id, which single blocks of parity do not show", async (patch) => {
    const { failuresOf } = await proofWith(patch);
    expect(failuresOf("parity:3+1", 1)).toEqual([]);
    expect(failuresOf("parity:3+1", LONG_BLOCK_COUNT)[0]).toMatch(/the redundancy of the basis is not/);
  });
});
