/**
 * The command line of the determinism check: runs the corpus on every engine that can be had, compares, and finds the first
 * event that differs.
 *
 * Usage: npm run determinism -- [--gate] [--offline] [--engines ID,ID] [--only TEXT] [--update --because TEXT]
 *   --gate      this Node, one other Node and Chromium: what `npm test` runs
 *   --offline   fetches nothing: engines that were not fetched before are skipped
 *   --only      cases whose name contains the text; then nothing is said of the golden digests of others
 *   --update    makes the golden digests anew on this Node; --because says why they change, and is kept
 * The last line of stdout is JSON: {passed, failed, skipped}. Exit code 1 when anything failed, 64 for bad usage.
 */
import { mkdtempSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { removeFolder, scratchFolder } from "../scratch-folder.ts";
import type { SourcePatch } from "../zoo/planted-build.ts";
import { buildEngineBundles } from "./bundle.ts";
import {
  type EngineReplies,
  goldenCasesOf,
  type Mismatch,
  mismatchesOf,
  ownProblems,
  unreachedFaults,
} from "./comparison.ts";
import { type CorpusCase, readCorpus } from "./corpus.ts";
import { type Engine, ENGINE_IDS, engineOf, thisEngine } from "./engines.ts";
import { differenceLines, firstDifference, type RunCase } from "./first-difference.ts";
import { changedCases, goldenProblems, readGolden, updatedGolden, writeGolden } from "./golden.ts";
import type { Job, JobCase, JobReply } from "./job.ts";
import { runOnEngine } from "./run-engine.ts";

/** Of one engine; the others differ most likely for the same cause. */
const EXPLAINED_COUNT_MAX = 2;
/** Two engines at a time: each has one thread that works. */
const PARALLEL_COUNT = 2;
const FAILURES_SHOWN_MAX = 20;
const EXIT_USAGE = 64;

interface Skipped {
  readonly name: string;
  readonly reason: string;
}

interface Settings {
  readonly root: string;
  readonly isOffline: boolean;
  readonly engineIds: readonly string[];
  readonly only: string | undefined;
  readonly because: string | undefined;
}

/** What was asked for; a text says what is wrong with it. */
function settingsOf(root: string, args: readonly string[]): Settings | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      gate: { type: "boolean", default: false },
      offline: { type: "boolean", default: false },
      engines: { type: "string" },
      only: { type: "string" },
      update: { type: "boolean", default: false },
      because: { type: "string" },
    },
  });
  if (values.update !== (values.because !== undefined)) {
    return values.update
      ? '--update needs --because "why the digests change": it is kept with them'
      : "--because goes with --update";
  }
  if (values.update && (values.only !== undefined || values.engines !== undefined)) {
    return "--update makes the digests of the whole corpus, on this Node";
  }
  const named = values.engines?.split(",") ?? (values.gate ? gateEngines() : ENGINE_IDS);
  const unknown = named.find((id) => !ENGINE_IDS.includes(id));
  if (unknown !== undefined) return `there is no engine "${unknown}": ${ENGINE_IDS.join(", ")}`;
  const own = thisEngine().id;
  const engineIds = values.update ? [own] : [own, ...named.filter((id) => id !== own)];
  return { root, isOffline: values.offline, engineIds, only: values.only, because: values.because };
}

/** As far from this Node as Nodes are. */
function gateEngines(): string[] {
  return [thisEngine().id === "node-26" ? "node-22" : "node-26", "chromium"];
}

/** For tests: changes the program that the engines run; all of them, unless one is named. */
export interface PlantedDifference {
  readonly engineId?: string;
  readonly patch: SourcePatch;
}

/** Exit code. */
export async function determinism(
  root: string,
  args: readonly string[],
  print: (line: string) => void,
  planted?: PlantedDifference,
): Promise<number> {
  const settings = settingsOf(root, args);
  if (typeof settings === "string") {
    print(settings);
    return EXIT_USAGE;
  }
  const folder = scratchFolder(root, "determinism");
  try {
    return await new Check(settings, folder, print).run(planted);
  } finally {
    removeFolder(folder);
  }
}

class Check {
  private readonly settings: Settings;
  private readonly folder: string;
  private readonly print: (line: string) => void;
  private readonly corpus: readonly CorpusCase[];
  private readonly skipped: Skipped[] = [];
  private readonly failures: string[] = [];
  private passed: number = 0;

  constructor(settings: Settings, folder: string, print: (line: string) => void) {
    this.settings = settings;
    this.folder = folder;
    this.print = print;
    const { only } = settings;
    this.corpus = readCorpus(settings.root).filter(
      ({ jobCase }) => only === undefined || jobCase.name.includes(only),
    );
  }

  async run(planted: PlantedDifference | undefined): Promise<number> {
    const { settings, corpus } = this;
    if (corpus.length === 0) {
      this.print(`no case of the corpus has "${settings.only}" in its name`);
      return EXIT_USAGE;
    }
    const hasPage = settings.engineIds.includes("chromium");
    const sound = await buildEngineBundles(settings.root, this.folder, { hasPage });
    const spoiled =
      planted === undefined
        ? sound
        : await buildEngineBundles(settings.root, mkdtempSync(path.join(this.folder, "planted-")), {
            patch: planted.patch,
            hasPage,
          });
    const sqlite = readFileSync(path.join(settings.root, "node_modules/sql.js/dist/sql-wasm.wasm"));
    const sqliteBase64 = sqlite.toString("base64");
    const runJob = (engine: Engine, job: Job): Promise<JobReply> => {
      const isElsewhere = engine.id !== thisEngine().id;
      const isSpoiled = (planted?.engineId ?? engine.id) === engine.id;
      const bundles = isSpoiled ? spoiled : sound;
      return runOnEngine(engine, job, { bundles, folder: this.folder, isElsewhere });
    };
    const cases = corpus.map(({ jobCase }) => jobCase);
    const answers = await this.runAll((engine) => runJob(engine, { cases, sqliteBase64 }));
    const [reference] = answers;
    if (reference === undefined) return this.report();
    for (const { replies } of answers) this.checkOwn(replies);
    if (settings.because !== undefined) return this.update(reference.replies, settings.because);
    this.checkGolden(reference.replies);
    this.checkReach(reference.replies);
    const mismatches = mismatchesOf(answers.map(({ replies }) => replies));
    const comparedCount = (answers.length - 1) * corpus.length;
    this.passed += comparedCount - mismatches.length;
    for (const { name, engine, words } of mismatches) this.failures.push(`${name} on ${engine}: ${words}`);
    await this.explain(mismatches, answers, async (engine, jobCase) => {
      const { replies } = await runJob(engine, { cases: [jobCase], sqliteBase64 });
      const [reply] = replies;
      if (reply === undefined) throw new Error(`${engine.id} gave no reply`);
      return reply;
    });
    if (answers.length < 2) this.skipped.push({ name: "two engines", reason: "only this Node could be had" });
    return this.report();
  }

  /** Fetches and runs, in the order of the settings; the first one is this Node. */
  private async runAll(runJob: (engine: Engine) => Promise<JobReply>): Promise<Answer[]> {
    const { engineIds, isOffline } = this.settings;
    const answers: (Answer | undefined)[] = engineIds.map(() => undefined);
    this.print(`${"engine".padEnd(12)}${"version".padEnd(44)}${"runs".padStart(6)}${"seconds".padStart(9)}`);
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < engineIds.length) {
        const index = next;
        next += 1;
        answers[index] = await this.runOne(engineIds[index] as string, isOffline, runJob);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_COUNT }, work));
    return answers.filter((answer) => answer !== undefined);
  }

  private async runOne(
    id: string,
    isOffline: boolean,
    runJob: (engine: Engine) => Promise<JobReply>,
  ): Promise<Answer | undefined> {
    const found = await engineOf(id, isOffline);
    if (!found.ok) {
      this.skipped.push({ name: found.id, reason: found.reason });
      return undefined;
    }
    const startMs = performance.now();
    try {
      const { engine, replies, problems } = await runJob(found.engine);
      this.failures.push(...problems.map((problem) => `${id}: ${problem}`));
      if (problems.length === 0) this.passed += 1;
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
      this.print(
        `${id.padEnd(12)}${engine.padEnd(44)}${String(replies.length).padStart(6)}${seconds.padStart(9)}`,
      );
      return { engine: found.engine, replies: { id, replies } };
    } catch (error) {
      // An engine that is there and does not run the corpus is no matter of luck.
      this.failures.push(`${id}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  private checkOwn(replies: EngineReplies): void {
    const problems = ownProblems(replies);
    this.failures.push(...problems);
    const repeatedCount = replies.replies.filter((reply) => reply.ok && reply.repeated !== undefined).length;
    this.passed += Math.max(0, repeatedCount - problems.length);
  }

  private checkGolden(replies: EngineReplies): void {
    const golden = readGolden(this.settings.root);
    const names = new Set(replies.replies.map(({ name }) => name));
    const isWhole = this.settings.only === undefined;
    const known = Object.fromEntries(
      Object.entries(golden.cases).filter(([name]) => isWhole || names.has(name)),
    );
    const changed = changedCases(known, goldenCasesOf(replies));
    this.failures.push(...goldenProblems(golden));
    for (const name of changed) this.failures.push(`${name}: not the golden digest`);
    if (changed.length > 0)
      this.print('if these runs are meant to change: npm run determinism -- --update --because "why"');
    this.passed += names.size - changed.filter((name) => names.has(name)).length;
  }

  /** A fault that never did anything compares nothing. */
  private checkReach(replies: EngineReplies): void {
    if (this.settings.only !== undefined) return;
    const asked = new Set(this.corpus.flatMap(({ scenario }) => scenario.faults.map(({ kind }) => kind)));
    const idle = unreachedFaults(asked, replies);
    if (idle.length === 0) this.passed += 1;
    else this.failures.push(`faults of these kinds bit in no run: ${idle.join(", ")}`);
  }

  private async explain(
    mismatches: readonly Mismatch[],
    answers: readonly Answer[],
    runCase: (engine: Engine, jobCase: JobCase) => ReturnType<RunCase>,
  ): Promise<void> {
    const [reference, ...others] = answers;
    if (reference === undefined) return;
    for (const other of others) {
      const own = mismatches.filter(({ engine }) => engine === other.engine.id);
      for (const { name } of own.slice(0, EXPLAINED_COUNT_MAX)) {
        const jobCase = this.corpus.find((each) => each.jobCase.name === name)?.jobCase;
        if (jobCase === undefined) continue;
        const counts = [reference, other].map(({ replies }) => {
          const reply = replies.replies.find((each) => each.name === name);
          return reply?.ok === true ? reply.outcome.eventCount : 0;
        });
        const difference = await firstDifference(
          jobCase,
          [(each) => runCase(reference.engine, each), (each) => runCase(other.engine, each)],
          Math.max(...counts),
        );
        this.print(`\n${name}, ${reference.engine.id} against ${other.engine.id}:`);
        for (const line of differenceLines(difference, [reference.engine.id, other.engine.id]))
          this.print(line);
      }
    }
  }

  private update(replies: EngineReplies, because: string): number {
    if (this.failures.length > 0) return this.report();
    const result = updatedGolden(readGolden(this.settings.root), goldenCasesOf(replies), because);
    if (!result.ok) {
      this.print(result.message);
      return EXIT_USAGE;
    }
    writeGolden(this.settings.root, result.golden);
    this.print(
      `${result.changed.length} of ${replies.replies.length} golden digests are new, because: ${because}`,
    );
    return this.report();
  }

  private report(): number {
    for (const failure of this.failures.slice(0, FAILURES_SHOWN_MAX)) this.print(`FAILED ${failure}`);
    const hiddenCount = this.failures.length - FAILURES_SHOWN_MAX;
    if (hiddenCount > 0) this.print(`and ${hiddenCount} more`);
    for (const { name, reason } of this.skipped) this.print(`skipped: ${name}: ${reason}`);
    const failed = this.failures.length;
    this.print(JSON.stringify({ passed: this.passed, failed, skipped: this.skipped }));
    return failed === 0 ? 0 : 1;
  }
}

interface Answer {
  readonly engine: Engine;
  readonly replies: EngineReplies;
}
