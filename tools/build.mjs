/**
 * Builds dist/: the sources as ESM with declarations and source maps (tsc), then the browser side of the report
 * as one minified script, dist/report/client.js (esbuild), which every report page carries inline.
 *
 * Invariant: dist/ starts empty, so no file of an earlier build is left when this one fails.
 * Not covered: type-checking of the browser side (the gate's types step does it with tsconfig.client.json).
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.resolve(fileURLToPath(import.meta.url), "../..");
process.chdir(root);

const CLIENT_ENTRY = "src/report/client/main.ts";
const CLIENT_BUNDLE = "dist/report/client.js";
const COMMAND_LINE = "dist/cli/main.js";

rmSync("dist", { recursive: true, force: true });

const compiler = path.join(root, "node_modules/typescript/bin/tsc");
const compilation = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
if (compilation.status !== 0) process.exit(1);

if (!existsSync(CLIENT_ENTRY)) {
  console.error(`${CLIENT_ENTRY} is missing: reports would have no charts`);
  process.exit(1);
}
await build({
  entryPoints: [CLIENT_ENTRY],
  outfile: CLIENT_BUNDLE,
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  charset: "utf8",
  legalComments: "inline",
  logLevel: "warning",
});

// npm sets this bit when it installs the package; in a clone nobody else does.
chmodSync(COMMAND_LINE, 0o755);
