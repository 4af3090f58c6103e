/**
 * The program that every engine runs: carries out a job case by case, from scenario text to digests.
 *
 * It uses nothing of Node, so that a page can run it. Nothing but the seed may influence a run; this file only reads what
 * the run leaves behind.
 */
import type { Segment } from "../../src/core/checkpoint/image.ts";
import type { ClusterConfiguration } from "../../src/core/protocol/cluster.ts";
import { canonicalJson } from "../../src/scenario/canonical.ts";
import { scenarioErrorText } from "../../src/scenario/error.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { createDigests } from "../../src/sim/digests.ts";
import type { HostProgram } from "../../src/sim/host-program.ts";
import { TraceDigest } from "../../src/sim/trace-digest.ts";
import type { World } from "../../src/sim/world.ts";
import { judgeRun, prepareRun, type RunEngines } from "../../src/verify/run.ts";
import { prepareLedger } from "../../src/workload/index.ts";
import { engineProblems } from "./engine-check.ts";
import type { CaseOutcome, CaseReply, Job, JobCase, JobReply, Mark, Watch } from "./job.ts";
import { bytesText, observedProgram } from "./observed-program.ts";

/** Names of the kinds of events, by number (timeline.ts); one that is missing here is shown as its number. */
const EVENT_WORDS = [
  "",
  "boot",
  "timer",
  "arrival",
  "delivery",
  "disk",
  "effect",
  "fault",
  "end of a fault",
  "restart",
  "start of a client",
];

function decoded(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** `engine` is what the entry found out about its engine. */
export async function runJob(job: Job, engine: string): Promise<JobReply> {
  const wasm = decoded(job.sqliteBase64);
  const engines: RunEngines = {
    digests: await createDigests(),
    ledger: await prepareLedger({ wasmBinary: wasm.buffer as ArrayBuffer }),
  };
  const replies = job.cases.map((each) => runCase(each, engines));
  return { engine, problems: engineProblems(), replies };
}

function runCase(jobCase: JobCase, engines: RunEngines): CaseReply {
  const { name, watch, isRepeated } = jobCase;
  const watcher = watch === undefined ? undefined : new Watcher(watch);
  const marks = watcher?.marks ?? [];
  try {
    const loaded = loadScenario(jobCase.text, name);
    if (!loaded.ok) return { name, ok: false, error: scenarioErrorText(loaded.error), marks };
    const outcome = runOnce(jobCase, loaded.scenario, engines, watcher);
    if (!isRepeated) return { name, ok: true, outcome, marks };
    return { name, ok: true, outcome, repeated: runOnce(jobCase, loaded.scenario, engines), marks };
  } catch (error) {
    return { name, ok: false, error: errorText(error), marks };
  }
}

/** The stack names files and lines of the bundle, which are the same for every engine; its form is not. */
function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function runOnce(
  { seed, files }: JobCase,
  scenario: Scenario,
  engines: RunEngines,
  watcher?: Watcher,
): CaseOutcome {
  const { plan, world } = prepareRun(scenario, engines, {
    seed,
    files: files.map((file): Segment => ({ name: file.name, bytes: decoded(file.base64) })),
    ...(watcher === undefined ? {} : { plant: watcher.plant }),
  });
  watcher?.walk(world);
  const history = world.run();
  const result = judgeRun(plan, history);
  const bitten = new Set(result.reach.flatMap(({ kind, biteCount }) => (biteCount > 0 ? [kind] : [])));
  return {
    digest: history.digest,
    eventCount: history.costs.eventCount,
    result: engines.digests.member(
      new TextEncoder().encode(canonicalJson(withoutBytes({ result, history }))),
    ),
    bitten: [...bitten].toSorted(),
  };
}

/** Most of a history's bytes are in its images, which it shares. */
const imageTexts = new WeakMap<Uint8Array, string>();

function withoutBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    const known = imageTexts.get(value) ?? bytesText(value);
    imageTexts.set(value, known);
    return known;
  }
  if (Array.isArray(value)) return value.map(withoutBytes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutBytes(part)]));
}

/** Follows a run event by event, with a digest over the trace and over all that handlers do. */
class Watcher {
  readonly marks: Mark[] = [];
  private readonly watch: Watch;
  private readonly digest: TraceDigest = new TraceDigest();
  private lines: string[] = [];

  constructor(watch: Watch) {
    this.watch = watch;
  }

  readonly plant = (_: ClusterConfiguration, program: HostProgram): HostProgram =>
    observedProgram(program, (line) => {
      this.digest.addText(line);
      if (this.watch.inWords) this.lines.push(line);
    });

  walk(world: World): void {
    const { afterEvent, toEvent, everyEvents, inWords } = this.watch;
    world.runWhile(() => {
      const event = world.executedCount;
      if (event > 0) {
        this.digest.addText(world.digestText());
        if (event > afterEvent && event % everyEvents === 0) {
          const digest = this.digest.text();
          this.marks.push(inWords ? { event, digest, words: this.wordsOf(world) } : { event, digest });
        }
        this.lines = [];
      }
      return event < toEvent;
    });
  }

  private wordsOf(world: World): string[] {
    const kind = EVENT_WORDS[world.lastKind] ?? `kind ${world.lastKind}`;
    return [
      `event ${world.executedCount}, ${kind}, at ${world.nowNs} ns, trace ${world.digestText()}`,
      ...this.lines,
    ];
  }
}
