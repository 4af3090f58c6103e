/**
 * Builds the engine program: one script for engines with processes, one for pages. A patch changes one source file on the
 * way, for tests that plant a difference into one engine.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";
import type { PlantedBug } from "../zoo/planted-bug.ts";
import { PatchRefused, patchedSource } from "../zoo/patched-source.ts";

export type EnginePatch = Pick<PlantedBug, "id" | "file" | "replacements">;

export interface EngineBundles {
  /** An ES module. */
  readonly processFile: string;
  /** There only when it was asked for. */
  readonly pageFile: string;
}

/** SQLite's loader asks for these in Node; an ES module has none of its own. */
const NODE_BANNER = `import { createRequire as ckptlabCreateRequire } from "node:module";
const require = ckptlabCreateRequire(import.meta.url);
const __filename = "", __dirname = "";`;

export interface BundleOptions {
  readonly patch?: EnginePatch | undefined;
  /** Also build what a page runs. */
  readonly hasPage: boolean;
}

/** Throws PatchRefused when the patch does not fit the source, or when its file is not part of a bundle. */
export async function buildEngineBundles(
  root: string,
  folder: string,
  { patch, hasPage }: BundleOptions,
): Promise<EngineBundles> {
  const processFile = path.join(folder, "process.mjs");
  const pageFile = path.join(folder, "page.js");
  const shared: BuildOptions = { absWorkingDir: root, bundle: true, target: "es2022", logLevel: "silent" };
  await Promise.all([
    buildOne(root, patch, {
      ...shared,
      entryPoints: [path.join(root, "test/determinism/process-entry.ts")],
      outfile: processFile,
      platform: "node",
      format: "esm",
      banner: { js: NODE_BANNER },
    }),
    hasPage &&
      buildOne(root, patch, {
        ...shared,
        entryPoints: [path.join(root, "test/determinism/page-entry.ts")],
        outfile: pageFile,
        platform: "browser",
        format: "iife",
      }),
  ]);
  return { processFile, pageFile };
}

async function buildOne(root: string, patch: EnginePatch | undefined, options: BuildOptions): Promise<void> {
  if (patch === undefined) {
    await build(options);
    return;
  }
  const file = path.join(root, patch.file);
  const text = patchedSource(patch, await readFile(file, "utf8"));
  let loadedCount = 0;
  const plugin: Plugin = {
    name: "patch",
    setup(setup) {
      setup.onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => {
        if (path.resolve(loaded) !== file) return undefined;
        loadedCount += 1;
        return { contents: text, loader: "ts" };
      });
    },
  };
  await build({ ...options, plugins: [plugin] });
  if (loadedCount !== 1) {
    throw new PatchRefused(`${patch.id}: ${patch.file} was loaded ${loadedCount} times, not once`);
  }
}
