import { afterEach, expect, test } from "vitest";
import { plantProject, runTool } from "./planted-project.ts";
import type { PlantedProject, ToolRun } from "./planted-project.ts";

let project: PlantedProject | undefined;

afterEach(async () => {
  await project?.remove();
  project = undefined;
});

async function checkPortable(files: Record<string, string>): Promise<ToolRun> {
  project = await plantProject(files);
  return runTool("portable-check.mjs", ["--root", project.root]);
}

test("names that only look like banned globals pass", async () => {
  const run = await checkPortable({
    "src/core/clean.ts": `
      interface Environment { readonly performance: number; stack: string[]; Date?: number }
      const setTimeout = (process: Environment): number => process.performance + process.stack.length;
      export const value = (process: Environment, Intl: number): number => setTimeout(process) + Intl;
      export const root = (x: number): number => Math.sqrt(Math.floor(x)) + Math.max(...new Uint8Array(2));
      export const named = { Date: 1, log: (exp: number): number => exp };
      export const of: number = named.Date + named.log(2);
      export const nothing: undefined = undefined;
    `,
    "src/sim/digests.ts":
      'import seedrandom from "seedrandom";\nexport const stream: unknown = seedrandom;\n',
  });
  expect(run.lines).toEqual(["looked at 2 files"]);
  expect(run.exitCode).toBe(0);
});

/** One statement a line; each must be reported on its own line with this text. */
const PLANTED: readonly (readonly [statement: string, report: string])[] = [
  ["Date.now()", "Date: "],
  ["new Date()", "Date: "],
  ["Math.random()", "Math.random: "],
  ["Math.log(2)", "Math.log: "],
  ["Math.exp(2)", "Math.exp: "],
  ["Math.pow(2, 3)", "Math.pow: "],
  ["Math.sin(2)", "Math.sin: "],
  ["Math.hypot(2, 3)", "Math.hypot: "],
  ['Math["cbrt"](2)', "Math: "],
  ["[Math]", "Math: "],
  ["2 ** 3", "**: "],
  ["setTimeout(() => {}, 1)", "setTimeout: "],
  ["setInterval(() => {}, 1)", "setInterval: "],
  ["setImmediate(() => {})", "setImmediate: "],
  ["queueMicrotask(() => {})", "queueMicrotask: "],
  ["performance.now()", "performance: "],
  ["process.hrtime()", "process: "],
  ["{ process }", "process: "],
  ["Intl.Collator", "Intl: "],
  ['"a".localeCompare("b")', ".localeCompare: "],
  ['"a"["localeCompare"]("b")', ".localeCompare: "],
  ["(1).toLocaleString()", ".toLocaleString: "],
  ['new Error("x").stack', ".stack: "],
  ['new Date(0)["toLocaleTimeString"]()', ".toLocaleTimeString: "],
  ['"e".normalize()', ".normalize: "],
  ["new DataView(new ArrayBuffer(8)).getFloat64(0)", ".getFloat64: "],
  ["new DataView(new ArrayBuffer(8)).setFloat32(0, NaN)", ".setFloat32: "],
  ["new Float64Array(new ArrayBuffer(8))", "Float64Array over a buffer: "],
  ["new Float32Array(new Uint8Array(8).buffer, 0, 1)", "Float32Array over a buffer: "],
  ["new Float64Array(1).buffer", ".buffer of a Float64Array: "],
  ["Math.log2(2)", "Math.log2: "],
  ["Math.tanh(2)", "Math.tanh: "],
  ["new FinalizationRegistry(() => {})", "FinalizationRegistry: "],
  ["new SharedArrayBuffer(8)", "SharedArrayBuffer: "],
  ["Atomics.load(new Int32Array(1), 0)", "Atomics: "],
  ["crypto.getRandomValues(new Uint8Array(1))", "crypto: "],
  ["new Intl.NumberFormat()", "Intl: "],
  ["fetch", "fetch: "],
  ["structuredClone({})", "structuredClone: "],
  ["new Function()", "Function: "],
  ['eval("1")', "eval: "],
  ["new WeakRef({})", "WeakRef: "],
  ["globalThis", "globalThis: "],
  ['import("./other.ts")', "import(...): "],
];

test("each planted use is reported where it stands", async () => {
  const statements = PLANTED.map(([statement]) => `export const _ = ${statement};`);
  const imports =
    'import { x } from "yaml";\nimport { y } from "node:fs";\nexport { z } from "seedrandom";\n';
  const run = await checkPortable({
    "src/core/planted.ts": statements.map((line, index) => line.replace("_", `value${index}`)).join("\n"),
    "src/core/imports.ts": imports,
    "src/sim/imports.ts": imports,
  });
  expect(run.exitCode).toBe(1);
  for (const [index, [, report]] of PLANTED.entries()) {
    const here = run.lines.filter((line) => line.startsWith(`src/core/planted.ts:${index + 1}:`));
    expect(
      here.some((line) => line.includes(` ${report}`)),
      `${report}on line ${index + 1}`,
    ).toBe(true);
  }
  expect(run.lines.filter((line) => line.startsWith("src/core/imports.ts:"))).toHaveLength(3);
  expect(run.lines.filter((line) => line.startsWith("src/sim/imports.ts:"))).toHaveLength(2);
});

test("a project without portable files fails", async () => {
  const run = await checkPortable({ "src/node/store.ts": "export const x = Date.now();\n" });
  expect(run.exitCode).toBe(1);
});
