/**
 * Checks that dependencies between the layers of src/ point down only (.dependency-cruiser.cjs holds the
 * rules), and that the check really looked: a cruise over zero modules also reports "no violations".
 *
 * Usage: node tools/layer-check.mjs [--root DIR] [--minimum COUNT]
 * Exit code 0: no violation, at least COUNT modules, and every .ts file under src/ was among them.
 * Not covered: the browser globals and engine functions that a file uses (tools/portable-check.mjs).
 */
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { cruise } from "dependency-cruiser";
import extractTypeScriptConfig from "dependency-cruiser/config-utl/extract-ts-config";

/** Fewer modules than this under src/ means that the check ran in the wrong place. */
const MODULES_MINIMUM = 40;

const { values: options } = parseArgs({
  options: { root: { type: "string", default: "." }, minimum: { type: "string" } },
});
const root = path.resolve(options.root);
const modulesMinimum = options.minimum === undefined ? MODULES_MINIMUM : Number(options.minimum);
process.chdir(root);

const configuration = createRequire(import.meta.url)(path.join(root, ".dependency-cruiser.cjs"));
/** @type {string[]} */
const layers = JSON.parse(readFileSync(path.join(root, "tools/layers.json"), "utf8"));

const reply = await cruise(
  ["src"],
  {
    ...configuration.options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: configuration.forbidden },
  },
  configuration.options.enhancedResolveOptions,
  { tsConfig: extractTypeScriptConfig(path.join(root, configuration.options.tsConfig.fileName)) },
);
if (typeof reply.output === "string")
  throw new Error("dependency-cruiser gave text where a result was expected");
const { modules, summary } = reply.output;

const filesSeen = new Set(
  modules.map((module) => module.source).filter((source) => source.startsWith("src/")),
);
const filesOnDisk = readdirSync("src", { recursive: true, encoding: "utf8" })
  .map((name) => path.posix.join("src", name.split(path.sep).join("/")))
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"));
const filesMissed = filesOnDisk.filter((name) => !filesSeen.has(name));

/** @type {string[]} */
const problems = summary.violations.map((violation) => {
  const cycle = violation.cycle?.map((step) => step.name).join(" -> ");
  return `${violation.rule.name}: ${violation.from} -> ${cycle ?? violation.to}`;
});
for (const name of filesMissed) problems.push(`not looked at: ${name}`);
if (filesSeen.size < modulesMinimum) {
  problems.push(`looked at ${filesSeen.size} modules under src/, expected at least ${modulesMinimum}`);
}

const countsByLayer = layers.map((layer) => {
  const count = filesOnDisk.filter((name) => name.startsWith(`src/${layer}/`) && filesSeen.has(name)).length;
  return `${layer} ${count}`;
});
console.log(`looked at ${filesSeen.size} modules (${countsByLayer.join(", ")})`);
for (const problem of problems) console.log(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
