/**
 * The determinism check: the same runs on every JavaScript engine that can be had (docs/determinism.md).
 *
 * Usage: node tools/determinism.mjs [--gate] [--offline] [--engines ID,ID] [--only TEXT] [--update --because TEXT]
 * It is written in TypeScript under test/determinism; this bundles its command line on the fly and runs it. The last line
 * of stdout is JSON: {passed, failed, skipped}. Exit code 1 when anything failed.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.resolve(fileURLToPath(import.meta.url), "../..");
// Within the project: packages stay outside the bundle and are found from where it lies.
const parent = path.join(root, "node_modules/.cache");
mkdirSync(parent, { recursive: true });
const folder = mkdtempSync(path.join(parent, "ckptlab-determinism-command-"));
const outfile = path.join(folder, "determinism.mjs");
try {
  await build({
    entryPoints: [path.join(root, "test/determinism/main.ts")],
    outfile,
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "warning",
  });
  const { determinism } = await import(pathToFileURL(outfile).href);
  process.exitCode = await determinism(root, process.argv.slice(2), console.log);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
