/**
 * The corpus: scenarios times seeds whose runs must be the same on every engine.
 *
 * Its own files are small and odd on purpose: each has something that engines might compute, order or print in different
 * ways. What a scenario may say (workloads, schemes, places of the former, kinds of faults) must all occur; a test compares
 * the corpus with the schema. Seeds change the moments, the victims, the jitter and the losses.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { loadScenario } from "../../src/scenario/load.ts";
import { scenarioErrorText } from "../../src/scenario/error.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import type { JobCase } from "./job.ts";

const OWN_FOLDER = "test/determinism/corpus";
/** Besides the seed that the file has. */
const OTHER_SEEDS = ["second", "third"];

/** Scenarios of the project, with their own seed only. */
const SHARED_FILES = [
  "scenarios/bit-rot.yaml",
  "scenarios/disk-loss-repair.yaml",
  "scenarios/former-lost.yaml",
  "scenarios/operator-restore.yaml",
  "scenarios/partition.yaml",
  "test/regressions/manifest-nobody-can-show.yaml",
  "test/regressions/nothing-older-to-accept.yaml",
  "test/regressions/older-control-record.yaml",
  "test/regressions/retired-while-joining.yaml",
  "test/regressions/stored-while-rebuilding.yaml",
  "test/regressions/waited-for-an-answer-on-its-way.yaml",
];

/** Every so many cases one is executed twice on each engine, with the others between and around. */
const REPEATED_EVERY = 4;

export interface CorpusCase {
  /** What an engine is asked to run. */
  readonly jobCase: JobCase;
  /** What the file says, for those who look over the corpus. */
  readonly scenario: Scenario;
}

/** Throws when a file of the corpus does not load: that is a bug of the corpus. */
export function readCorpus(root: string): CorpusCase[] {
  const own = readdirSync(path.join(root, OWN_FOLDER))
    .filter((name) => name.endsWith(".yaml"))
    .toSorted()
    .flatMap((name) => [undefined, ...OTHER_SEEDS].map((seed) => ({ file: `${OWN_FOLDER}/${name}`, seed })));
  const shared = SHARED_FILES.map((file) => ({ file, seed: undefined }));
  return [...own, ...shared].map(({ file, seed }, index) =>
    corpusCase(root, file, seed, index % REPEATED_EVERY === 0),
  );
}

function corpusCase(root: string, file: string, seed: string | undefined, isRepeated: boolean): CorpusCase {
  const text = readFileSync(path.join(root, file), "utf8");
  const loaded = loadScenario(text, file);
  if (!loaded.ok) throw new Error(scenarioErrorText(loaded.error));
  const { scenario } = loaded;
  const folder = path.dirname(path.join(root, file));
  const paths = scenario.workload.kind === "files" ? scenario.workload.paths : [];
  const jobCase: JobCase = {
    name: `${path.basename(file, ".yaml")}/${seed ?? scenario.seed}`,
    text,
    seed,
    files: paths.map((name) => ({
      name,
      base64: readFileSync(path.join(folder, name)).toString("base64"),
    })),
    isRepeated,
  };
  return { jobCase, scenario };
}
