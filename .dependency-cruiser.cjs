/**
 * The layer rules of docs/architecture.md as data: a dependency points down only. tools/layer-check.mjs runs
 * them and asserts that every source file was looked at. Type-only imports count: a type from a higher layer
 * is knowledge of that layer.
 */
const fs = require("node:fs");
const path = require("node:path");

/** Lowest layer first; the order is the rule. */
const layers = JSON.parse(fs.readFileSync(path.join(__dirname, "tools/layers.json"), "utf8"));

/** Upward imports, and imports of the library's public face, which sits above all but the command line. */
const upwardRules = layers.map((layer, index) => ({
  name: `upward-from-${layer}`,
  comment: `src/${layer} may import only itself and the layers below it.`,
  severity: "error",
  from: { path: `^src/${layer}/` },
  to: { path: `^src/(?:(?:${[...layers.slice(index + 1), "\\0"].join("|")})/|index\\.ts$)` },
}));

module.exports = {
  forbidden: [
    ...upwardRules,
    {
      name: "unknown-place",
      comment: "Every source file belongs to a layer; src/index.ts is the only file above them.",
      severity: "error",
      from: { path: `^src/(?!(?:${layers.join("|")})/|index\\.ts$)` },
      to: {},
    },
    {
      name: "core-stands-alone",
      comment: "src/core imports nothing outside src/core: no package, no built-in.",
      severity: "error",
      from: { path: "^src/core/" },
      to: { pathNot: "^src/core/" },
    },
    {
      name: "sim-stays-portable",
      comment: "src/sim may use the portable digest packages and seedrandom, nothing else from outside.",
      severity: "error",
      from: { path: "^src/sim/" },
      to: { pathNot: "^src/|node_modules/(?:@noble/hashes|xxhash-wasm|seedrandom|@types/seedrandom)/" },
    },
    {
      name: "built-ins-at-the-edge",
      comment: "Files, processes and terminals belong to src/node and src/cli.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(?:node|cli)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "processes-at-the-edge",
      comment: "Worker pools and argument parsing belong to src/cli.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/" },
      to: { path: "node_modules/(?:piscina|commander)/" },
    },
    {
      name: "browser-side-apart",
      comment: "src/report/client is bundled for the browser; nothing that runs in Node imports it.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/report/client/" },
      to: { path: "^src/report/client/|node_modules/chart\\.js/" },
    },
    {
      name: "no-cycles",
      comment: "Two files that need each other are one concept, or miss a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "A file that imports nothing and that nothing imports is dead.",
      severity: "error",
      from: {
        orphan: true,
        path: "^src/",
        pathNot:
          "\\.d\\.ts$|^src/(?:(?:core|sim)/)?index\\.ts$|^src/cli/main\\.ts$|^src/report/client/main\\.ts$",
      },
      to: {},
    },
    {
      name: "resolvable",
      comment: "An import that cannot be resolved was not checked.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-development-packages",
      comment: "What ships must not import what is only installed for development.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/report/client/" },
      to: {
        dependencyTypes: ["npm-dev"],
        dependencyTypesNot: ["type-only"],
        pathNot: "node_modules/@types/",
      },
    },
    {
      name: "sources-stand-alone",
      comment: "Sources import neither tests nor tools nor built files.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(?:test|tools|bench|dist|scenarios)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(?:dist|coverage)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};
