/**
 * The search's command line: four families of scenarios and the model, in a lane; what was reached; what failed, shrunk and kept.
 *
 * Usage: npm run search -- [--lane commit|long] [--seed N] [--factor N] [--out DIRECTORY]
 * `--factor` multiplies the runs. The last line of stdout is JSON: {passed, failed, skipped}. Each run that was made and held
 * counts as passed, and so does each demand on what was reached.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Coverage, coverageProblems } from "./coverage.ts";
import { keptFile, type SearchFailure } from "./failure.ts";
import { LANE_NAMES, laneOf } from "./lane.ts";
import { searchModel } from "./model-property.ts";
import { FAMILIES } from "./scenario-arbitrary.ts";
import { searchFamily } from "./search.ts";

/** Exit code. */
export async function search(
  root: string,
  args: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      lane: { type: "string", default: "commit" },
      seed: { type: "string" },
      factor: { type: "string", default: "1" },
      out: { type: "string", default: "counterexamples" },
    },
  });
  const name = LANE_NAMES.find((each) => each === values.lane);
  if (name === undefined)
    throw new RangeError(`unknown lane "${values.lane}"; there are ${LANE_NAMES.join(", ")}`);
  const factor = Number(values.factor);
  if (!(factor > 0)) throw new RangeError(`--factor must be above 0, not ${values.factor}`);
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  if (seed !== undefined && !Number.isInteger(seed))
    throw new RangeError(`--seed must be a whole number, not ${values.seed}`);
  const lane = laneOf(root, name, seed, factor);
  print(
    `lane ${lane.name}, seed ${lane.seed} (${lane.source}); again with --lane ${lane.name} --seed ${lane.seed}`,
  );
  const coverage = new Coverage();
  let passed = 0;
  let failed = 0;
  for (const family of FAMILIES) {
    const runCount = family.isWide ? lane.wideRunCount : lane.smallRunCount;
    const order = { seed: lane.seed, runCount, secondsMax: lane.secondsMax };
    const searched = await searchFamily(family, order, coverage);
    print(`${family.name}: ${searched.runCount} of ${runCount} runs in ${searched.seconds.toFixed(1)} s`);
    passed += searched.runCount;
    if (searched.failure === undefined) continue;
    passed -= 1;
    failed += 1;
    for (const line of keptFailure(searched.failure, values.out)) print(line);
  }
  const order = { seed: lane.seed, runCount: lane.modelRunCount, secondsMax: lane.secondsMax };
  const model = await searchModel(order);
  print(
    `operations against a model: ${model.runCount} of ${lane.modelRunCount} runs, ${model.operationCount} operations in ${model.seconds.toFixed(1)} s`,
  );
  if (model.failure === undefined) passed += model.runCount;
  else {
    failed += 1;
    for (const line of keptFailure(model.failure, values.out)) print(line);
  }
  const shares = coverage.shares();
  for (const { title, reachedCount, wholeCount } of shares)
    print(`reached: ${reachedCount} of ${wholeCount} ${title}`);
  const problems = coverageProblems(shares);
  for (const problem of problems) print(`FAILED reached too little: ${problem}`);
  // A part of the lane is no measure of what the lane reaches.
  const demands = factor < 1 ? 0 : shares.length;
  passed += Math.max(0, demands - problems.length);
  if (factor >= 1) failed += problems.length;
  print(JSON.stringify({ passed, failed, skipped: [] }));
  return failed === 0 ? 0 : 1;
}

/** Writes what there is to keep, and says where. */
function keptFailure(failure: SearchFailure, folder: string): string[] {
  const lines = [`FAILED ${failure.message}`];
  const kept = keptFile(failure);
  if (kept === undefined) return lines;
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, kept.fileName);
  writeFileSync(file, kept.textFor(file));
  const how = kept.isShrunk ? "shrunk" : `not shrunk (${failure.shrunk?.outcome ?? "it does not load"})`;
  return [...lines, `  ${how}: ${file}`];
}
