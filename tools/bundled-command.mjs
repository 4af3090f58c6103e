/**
 * Runs a command line that is written in TypeScript under test/: bundles it on the fly, and calls what it exports.
 * Protocol of such a command: `(root, arguments, print) => exit code`, and the last line it prints is its counts as JSON.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.resolve(fileURLToPath(import.meta.url), "../..");

/**
 * Sets the exit code of this process.
 * @param {string} name of the folder under test/, and of what its main.ts exports
 */
export async function runBundledCommand(name) {
  // Within the project: packages stay outside the bundle and are found from where it lies.
  const parent = path.join(root, "node_modules/.cache");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, `ckptlab-${name}-command-`));
  const outfile = path.join(folder, `${name}.mjs`);
  try {
    await build({
      entryPoints: [path.join(root, "test", name, "main.ts")],
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
    const command = await import(pathToFileURL(outfile).href);
    process.exitCode = await command[name](root, process.argv.slice(2), console.log);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
