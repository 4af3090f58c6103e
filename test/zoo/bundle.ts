/**
 * Builds the hunt (hunt-worker.ts with everything that it needs of src/) as one module, with one bug planted or none.
 *
 * Not covered: packages, which stay outside and are found beside the project; so the module must lie within it.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build, type Plugin } from "esbuild";
import type { PlantedBug } from "./planted-bug.ts";
import { PatchRefused, patchedSource } from "./patched-source.ts";

export interface BundleOptions {
  /** Folder of the project. */
  readonly root: string;
  readonly bug: PlantedBug | undefined;
  readonly outFile: string;
  /** Relative to the project. */
  readonly entry?: string;
}

const ENTRY = "test/zoo/hunt-worker.ts";

/** Throws PatchRefused when the bug does not fit the source, or when its file is not part of the bundle. */
export async function buildHunt(options: BundleOptions): Promise<void> {
  const { root, bug, outFile, entry = ENTRY } = options;
  const planted = { count: 0 };
  // Before the build: esbuild wraps what its plugins throw.
  const patched =
    bug === undefined
      ? undefined
      : {
          file: path.join(root, bug.file),
          text: patchedSource(bug, await readFile(path.join(root, bug.file), "utf8")),
        };
  const plant: Plugin = {
    name: "plant",
    setup(setup) {
      if (patched === undefined) return;
      setup.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        if (path.resolve(file) !== patched.file) return undefined;
        planted.count += 1;
        return { contents: patched.text, loader: "ts" };
      });
    },
  };
  await build({
    entryPoints: [path.join(root, entry)],
    outfile: outFile,
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    logLevel: "silent",
    plugins: [plant],
  });
  if (bug !== undefined && planted.count !== 1) {
    throw new PatchRefused(`${bug.id}: ${bug.file} was loaded ${planted.count} times, not once`);
  }
}
