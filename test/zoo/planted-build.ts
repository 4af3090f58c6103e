/** Builds a module out of the sources with one of their files changed on the way: a bug or a difference is planted. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build, type BuildOptions } from "esbuild";
import type { PlantedBug } from "./planted-bug.ts";
import { PatchRefused, patchedSource } from "./patched-source.ts";

export type SourcePatch = Pick<PlantedBug, "id" | "file" | "replacements">;

/**
 * As esbuild's `build`, in the folder of the project. Throws PatchRefused when the patch does not fit the source, or when
 * its file is not part of the bundle.
 */
export async function buildPlanted(
  root: string,
  patch: SourcePatch | undefined,
  options: BuildOptions,
): Promise<void> {
  const settings: BuildOptions = { absWorkingDir: root, bundle: true, logLevel: "silent", ...options };
  if (patch === undefined) {
    await build(settings);
    return;
  }
  const file = path.join(root, patch.file);
  // Before the build: esbuild wraps what its plugins throw.
  const contents = patchedSource(patch, await readFile(file, "utf8"));
  let loadedCount = 0;
  await build({
    ...settings,
    plugins: [
      {
        name: "plant",
        setup(setup) {
          setup.onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => {
            if (path.resolve(loaded) !== file) return undefined;
            loadedCount += 1;
            return { contents, loader: "ts" };
          });
        },
      },
    ],
  });
  if (loadedCount !== 1) {
    throw new PatchRefused(`${patch.id}: ${patch.file} was loaded ${loadedCount} times, not once`);
  }
}
