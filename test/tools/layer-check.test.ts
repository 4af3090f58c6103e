import { afterEach, expect, test } from "vitest";
import { plantProject, runTool } from "./planted-project.ts";
import type { PlantedProject, ToolRun } from "./planted-project.ts";

let project: PlantedProject | undefined;

afterEach(async () => {
  await project?.remove();
  project = undefined;
});

async function checkLayers(files: Record<string, string>, minimum: number): Promise<ToolRun> {
  project = await plantProject(files);
  return runTool("layer-check.mjs", ["--root", project.root, "--minimum", String(minimum)]);
}

const CLEAN = {
  "src/core/parity.ts": "export const parity = 1;\n",
  "src/core/index.ts": 'export { parity } from "./parity.ts";\n',
  "src/sim/clock.ts": 'import { parity } from "../core/index.ts";\nexport const clock: number = parity;\n',
  "src/sim/index.ts": 'export { clock } from "./clock.ts";\n',
};

test("imports that point down pass, and the layers looked at are named", async () => {
  const run = await checkLayers(CLEAN, 4);
  expect(run.lines.join("\n")).toMatch(/looked at 4 modules \(core 2, sim 2, node 0/);
  expect(run.exitCode).toBe(0);
});

test("too few modules fail, even without a violation", async () => {
  const run = await checkLayers(CLEAN, 5);
  expect(run.lines).toContain("looked at 4 modules under src/, expected at least 5");
  expect(run.exitCode).toBe(1);
});

test("each planted violation is caught by its rule", async () => {
  const run = await checkLayers(
    {
      ...CLEAN,
      "src/core/upward.ts": 'import { clock } from "../sim/index.ts";\nexport const up: number = clock;\n',
      "src/core/package.ts": 'import { parse } from "yaml";\nexport const read: unknown = parse;\n',
      "src/sim/upward-type.ts": 'import type { Run } from "../verify/run.ts";\nexport type Up = Run;\n',
      "src/sim/built-in.ts":
        'import { readFileSync } from "node:fs";\nexport const read: unknown = readFileSync;\n',
      "src/verify/run.ts":
        'import { clock } from "../sim/index.ts";\nexport interface Run { at: typeof clock }\n',
      "src/verify/cycle-a.ts":
        'import { b } from "./cycle-b.ts";\nexport const a: () => number = () => b();\n',
      "src/verify/cycle-b.ts":
        'import { a } from "./cycle-a.ts";\nexport const b: () => number = () => a();\n',
      "src/verify/lonely.ts": "export const lonely = 1;\n",
      "src/verify/nowhere.ts": 'import { gone } from "./gone.ts";\nexport const x: unknown = gone;\n',
      "src/stray/place.ts": 'import { clock } from "../sim/index.ts";\nexport const x: number = clock;\n',
    },
    1,
  );
  expect(run.exitCode).toBe(1);
  for (const expected of [
    "upward-from-core: src/core/upward.ts -> src/sim/index.ts",
    "upward-from-sim: src/sim/upward-type.ts -> src/verify/run.ts",
    "no-orphans: src/verify/lonely.ts -> src/verify/lonely.ts",
    "resolvable: src/verify/nowhere.ts -> ./gone.ts",
    "unknown-place: src/stray/place.ts -> src/sim/index.ts",
  ]) {
    expect(run.lines).toContain(expected);
  }
  const printed = run.lines.join("\n");
  expect(printed).toMatch(/^core-stands-alone: src\/core\/package\.ts -> .*yaml/m);
  expect(printed).toMatch(/^sim-stays-portable: src\/sim\/built-in\.ts -> fs$/m);
  expect(printed).toMatch(/^built-ins-at-the-edge: src\/sim\/built-in\.ts -> fs$/m);
  expect(printed).toMatch(/^no-cycles: src\/verify\/cycle-[ab]\.ts -> /m);
  expect(printed).not.toMatch(/index\.ts -> src\/(?:core\/parity|sim\/clock)/);
});
