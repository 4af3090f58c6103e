/**
 * The bug zoo: plants bugs into the core one by one and says which strategy finds each (docs/zoo.md).
 *
 * Usage: node tools/zoo.mjs [--all] [--json] [--open] [--only ID,ID] [--strategy ID,ID] [--write-docs] [--workers N]
 * The zoo is written in TypeScript under test/zoo; this bundles its command line on the fly and runs it. The last line
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
const folder = mkdtempSync(path.join(parent, "ckptlab-zoo-command-"));
const outfile = path.join(folder, "zoo.mjs");
try {
  await build({
    entryPoints: [path.join(root, "test/zoo/main.ts")],
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
  const { zoo } = await import(pathToFileURL(outfile).href);
  process.exitCode = await zoo(root, process.argv.slice(2), console.log);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
