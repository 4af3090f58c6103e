/**
 * Builds the engine program: one script for engines with processes, one for pages. A patch changes one source file on the
 * way, for tests that plant a difference into one engine.
 */
import path from "node:path";
import { buildPlanted, type SourcePatch } from "../zoo/planted-build.ts";

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
  readonly patch?: SourcePatch | undefined;
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
  const target = "es2022";
  await Promise.all([
    buildPlanted(root, patch, {
      target,
      entryPoints: [path.join(root, "test/determinism/process-entry.ts")],
      outfile: processFile,
      platform: "node",
      format: "esm",
      banner: { js: NODE_BANNER },
    }),
    hasPage &&
      buildPlanted(root, patch, {
        target,
        entryPoints: [path.join(root, "test/determinism/page-entry.ts")],
        outfile: pageFile,
        platform: "browser",
        format: "iife",
      }),
  ]);
  return { processFile, pageFile };
}
