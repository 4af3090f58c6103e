/**
 * A counterexample of the model checker as a file: the configuration, and the choices in words, in order.
 *
 * YAML that a person can read and cut down. A replay looks for each step's words among the choices that there are; a step
 * that is not there any more means that the code takes another course.
 */
import { parse, stringify } from "yaml";
import { z } from "zod";
import { parseScheme } from "../../core/redundancy/scheme.ts";
import type { PromiseId } from "../result.ts";
import { VERSION } from "../version.ts";
import type { InterleavingConfiguration } from "./configuration.ts";
import { type Counterexample, modelOf, type ProgramOf } from "./explore.ts";
import { FAIR_WORDS, FairCompletion } from "./fair-completion.ts";
import { ballotWords, keyWords, type PathFacts, type Violation } from "./judge.ts";
import { choiceWords } from "./words.ts";
import type { Successor } from "./world-model.ts";

const SCHEDULE_FORMAT = 1;

const HOST = z.int().min(0).max(15);
const COUNT = z.int().min(0).max(7);

const CONFIGURATION_SCHEMA = z.strictObject({
  name: z.string().min(1),
  story: z.string(),
  hostNames: z.array(z.string().min(1)).min(2).max(16),
  slotHosts: z.array(HOST).min(2),
  productionHost: HOST,
  formerPlace: z.enum(["production", "backup", "dedicated"]),
  formerHost: HOST,
  scheme: z.string().refine((text) => parseScheme(text).ok, { error: "must be a scheme" }),
  width: z.int().min(1),
  placement: z
    .strictObject({ kind: z.enum(["rotated", "declustered"]), slotDomains: z.array(z.string()).optional() })
    .transform(({ kind, slotDomains }) => (slotDomains === undefined ? { kind } : { kind, slotDomains }))
    .optional()
    .transform((placement) => placement ?? undefined),
  groupCount: z.int().min(1).max(32).prefault(1),
  retentionCount: z.int().min(1),
  attemptCountMax: z.int().min(1),
  silentTicksMax: z.int().min(1),
  refreshBeats: z.int().min(1),
  storage: z.enum(["at-once", "flushes", "all"]),
  checkpointCountMax: COUNT,
  duplicateCountMax: COUNT,
  timers: z.record(z.string(), z.int().min(0)),
  timerHosts: z.array(HOST),
  watchHosts: z.array(HOST),
  restoreCountMax: COUNT,
  faults: z
    .array(
      z.discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("crash"),
          host: HOST,
          disk: z.enum(["unflushed-lost", "unflushed-kept", "unflushed-any", "disk-lost"]),
          returns: z.boolean(),
          count: COUNT,
        }),
        z.strictObject({
          kind: z.literal("rot"),
          host: HOST,
          files: z.enum(["member", "manifest", "control"]),
          count: COUNT,
        }),
        z.strictObject({ kind: z.literal("storage-fails"), host: HOST, count: COUNT }),
      ]),
    )
    .max(6),
  operator: z
    .strictObject({ host: HOST, lostSlots: z.array(HOST), acceptOlder: z.boolean() })
    .optional()
    .transform((operator) => operator ?? undefined),
  promptTypes: z.array(z.string()),
  lostTypes: z.array(z.string()),
  beatHosts: z.array(HOST),
  slowSelfTypes: z.array(z.string()),
  beginsWithCheckpoint: z.boolean(),
  checkpointsOnDemand: z.boolean(),
  randomNumbers: z.enum(["rising", "falling"]),
});

const SCHEDULE_SCHEMA = z.strictObject({
  schedule: z.literal(SCHEDULE_FORMAT),
  promise: z.string(),
  message: z.string(),
  version: z.string(),
  configuration: CONFIGURATION_SCHEMA,
  steps: z.array(z.string()),
});

/** Whether a file is a schedule, as opposed to a scenario: it says so itself. */
export function isScheduleText(text: string): boolean {
  return /^schedule:/m.test(text);
}

export function scheduleFileName({ configuration, promise, steps }: Counterexample): string {
  return `interleaving-${configuration.name}-${promise}-${steps.length}.yaml`;
}

/** `fileWords`: where it will lie, for the command in its comment. */
export function scheduleText(counterexample: Counterexample, fileWords: string): string {
  const { configuration, promise, message, steps } = counterexample;
  const comment = [
    "# A counterexample of the model checker: these steps, in this order, broke a promise of ckptlab.",
    "#",
    `# promise   ${promise}`,
    `# message   ${message}`,
    `# replay    ckptlab replay ${fileWords}`,
  ];
  const content = stringify(
    { schedule: SCHEDULE_FORMAT, promise, message, version: VERSION, configuration, steps },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
  return `${comment.join("\n")}\n\n${content}`;
}

export interface ReplayedStep {
  readonly words: string;
  /** What came of it, as facts: "durable: ...", "started: ...". */
  readonly shown: readonly string[];
}

export type ScheduleReplay =
  | { readonly ok: false; readonly error: string }
  | {
      readonly ok: true;
      /** "another-course": a step is no choice any more. */
      readonly outcome: "breaks-again" | "breaks-otherwise" | "holds" | "another-course";
      readonly expected: { readonly promise: string; readonly message: string; readonly version: string };
      readonly violation: Violation | undefined;
      readonly steps: readonly ReplayedStep[];
      /** The step that is no choice any more. */
      readonly missing: string | undefined;
    };

/** Shows a schedule again, step by step, on the core or on another program. */
export function replaySchedule(text: string, programOf?: ProgramOf): ScheduleReplay {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    return { ok: false, error: `not YAML: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = SCHEDULE_SCHEMA.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, error: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a schedule"}` };
  }
  const { promise, message, version, steps } = parsed.data;
  const configuration = parsed.data.configuration as InterleavingConfiguration;
  const { hostNames } = configuration;
  const hosts = [...configuration.slotHosts, configuration.productionHost, configuration.formerHost];
  if (hosts.some((host) => host >= hostNames.length))
    return { ok: false, error: "configuration: a host without a name" };
  const expected = { promise, message, version };
  const shown: ReplayedStep[] = [];
  const ended = run(configuration, steps, shown, programOf);
  const { violation, missing } = ended;
  const outcome =
    violation !== undefined
      ? violation.promise === (promise as PromiseId)
        ? "breaks-again"
        : "breaks-otherwise"
      : missing !== undefined
        ? "another-course"
        : "holds";
  return { ok: true, outcome, expected, violation, steps: shown, missing };
}

function run(
  configuration: InterleavingConfiguration,
  steps: readonly string[],
  shown: ReplayedStep[],
  programOf: ProgramOf | undefined,
): { readonly violation?: Violation | undefined; readonly missing?: string } {
  const model = modelOf(configuration, programOf);
  const { table } = model;
  const factsIndex = configuration.hostNames.length;
  let { state, violation } = model.initial();
  for (const words of steps) {
    if (violation !== undefined) return { violation };
    if (words === FAIR_WORDS) {
      const outcome = new FairCompletion(table).check(state);
      shown.push({ words, shown: [] });
      return typeof outcome === "object" ? { violation: outcome } : {};
    }
    const chosen: Successor | undefined = model
      .successors(state)
      .find(({ code }) => choiceWords(configuration, table, model.timerNames, code) === words);
    if (chosen === undefined) return { missing: words };
    const before = table.factsOf(state.words[factsIndex] as number);
    ({ state, violation } = chosen);
    shown.push({ words, shown: newFacts(before, table.factsOf(state.words[factsIndex] as number)) });
  }
  return { violation };
}

function newFacts(before: PathFacts, after: PathFacts): string[] {
  const list = (facts: PathFacts): string[] => [
    ...facts.held.map(({ key, slots }) => `held by slots ${slots.join(", ")}: ${keyWords(key)}`),
    ...facts.durable.map((key) => `durable: ${keyWords(key)}`),
    ...facts.starts.map(
      ({ ballot, from }) =>
        `started: ${ballotWords(ballot)} from ${from === undefined ? "nothing" : keyWords(from)}`,
    ),
    ...facts.released.map(
      ({ ballot, sequence }) => `output released: state ${sequence} of ${ballotWords(ballot)}`,
    ),
    ...facts.unrepaired.map((slot) => `unrepaired: slot ${slot}`),
  ];
  const known = new Set(list(before));
  return list(after).filter((line) => !known.has(line));
}
