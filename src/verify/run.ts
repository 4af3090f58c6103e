/**
 * One run of a scenario: builds the world, lets it run, has every promise judged, and sums up what it cost.
 *
 * Same scenario, overrides, files and seed: the same result, to the last digit. Wall-clock time is not part of it.
 */
import { assert } from "../core/assertion.ts";
import type { Segment } from "../core/checkpoint/image.ts";
import type { Digests } from "../core/checkpoint/digests.ts";
import { quorumOf, type ClusterConfiguration } from "../core/protocol/cluster.ts";
import { scenarioHash } from "../scenario/canonical.ts";
import { resolvePlan, type RunOverrides, type RunPlan } from "../scenario/plan.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { createDigests, rememberDigests } from "../sim/digests.ts";
import type { RunHistory } from "../sim/history.ts";
import { coreHostProgram, type HostProgram } from "../sim/host-program.ts";
import type { Trace } from "../sim/trace.ts";
import { createWorld, type World } from "../sim/world.ts";
import { WorldBuffers } from "../sim/world-buffers.ts";
import {
  createWorkload,
  prepareLedger,
  type LedgerEngine,
  type WorkloadSettings,
} from "../workload/index.ts";
import { boundsOf, eventCountMax, limitsOf, operationNsMax } from "./bounds.ts";
import { costsOf, largestImageBytes } from "./costs.ts";
import { failedCheckpointsOf } from "./failed-checkpoints.ts";
import { judgePromises, type RunContext } from "./promises/index.ts";
import { restoresOf } from "./restores.ts";
import type { PromiseResult, RunResult } from "./result.ts";
import { thresholdsOf } from "./thresholds.ts";
import { undecidedReasons } from "./undecided.ts";
import { VERSION } from "./version.ts";

export interface RunOptions {
  readonly seed?: string | undefined;
  readonly overrides?: RunOverrides | undefined;
  /** Contents of the files that a `files` workload names. */
  readonly files?: readonly Segment[] | undefined;
  /** Records the full trace; runTraced returns it. */
  readonly traced?: boolean | undefined;
  /** Leaves the scenario's faults and lost messages out: what the scheme costs by itself. */
  readonly withoutFaults?: boolean | undefined;
  /** Changes what the hosts run: for planted bugs, which the checkers must catch. */
  readonly plant?: ((configuration: ClusterConfiguration, program: HostProgram) => HostProgram) | undefined;
}

/** The scenario asks for something that its cluster cannot have; the scenario layer words it. */
export class PlanRefused extends Error {
  override readonly name: string = "PlanRefused";
}

/** What is prepared once a process: digests and the SQLite engine with its starting images. */
export interface RunEngines {
  readonly digests: Digests;
  readonly ledger: LedgerEngine | undefined;
}

let digestsOnce: Promise<Digests> | undefined;
let ledgerOnce: Promise<LedgerEngine> | undefined;

export async function prepareEngines(scenario: Scenario): Promise<RunEngines> {
  digestsOnce ??= createDigests();
  if (scenario.workload.kind === "ledger") ledgerOnce ??= prepareLedger();
  const digests = await digestsOnce;
  return { digests, ledger: scenario.workload.kind === "ledger" ? await ledgerOnce : undefined };
}

export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<RunResult> {
  const engines = await prepareEngines(scenario);
  return runPrepared(scenario, engines, options);
}

/** A run with its full trace, and the names of its hosts by index: the cluster's, then the clients'. */
export interface TracedRun {
  readonly result: RunResult;
  readonly trace: Trace;
  readonly hostNames: readonly string[];
}

/** As runScenario; the result is the same, and everything that happened is there to be looked at. */
export async function runTraced(scenario: Scenario, options: RunOptions = {}): Promise<TracedRun> {
  const engines = await prepareEngines(scenario);
  const { plan, world } = prepareRun(scenario, engines, { ...options, traced: true });
  const history = world.run();
  const { trace } = world;
  assert(trace !== undefined, "a traced run has a trace");
  const { names } = plan.hosts;
  const clientNames = Array.from({ length: world.clientCount }, (_, index) => `client ${index + 1}`);
  return { result: judgeRun(plan, history), trace, hostNames: [...names, ...clientNames] };
}

/** As runScenario, with the engines at hand. Throws PlanRefused when the overrides do not fit the cluster. */
export function runPrepared(scenario: Scenario, engines: RunEngines, options: RunOptions = {}): RunResult {
  // A run may be started from within another one, by a planted program.
  if (sharedBuffers.isTaken) return runInBuffers(scenario, engines, options, new WorldBuffers());
  return runInBuffers(scenario, engines, options, sharedBuffers);
}

/** Serve the runs of this thread, one after another. */
const sharedBuffers: WorldBuffers = new WorldBuffers();

function runInBuffers(
  scenario: Scenario,
  engines: RunEngines,
  options: RunOptions,
  buffers: WorldBuffers,
): RunResult {
  try {
    const { plan, world } = prepareRun(scenario, engines, options, buffers);
    return judgeRun(plan, world.run());
  } finally {
    buffers.release();
  }
}

/**
 * The plan and the world of one run, not started yet: for checkers that step, fork and branch. `buffers` are taken for the
 * world, and the caller releases them.
 */
export function prepareRun(
  scenario: Scenario,
  engines: RunEngines,
  options: RunOptions = {},
  buffers?: WorldBuffers,
): { readonly plan: RunPlan; readonly world: World } {
  const seed = options.seed ?? scenario.seed;
  const quiet = options.withoutFaults === true ? withoutFaults(scenario) : scenario;
  const resolved = resolvePlan(quiet, options.overrides ?? {}, seed);
  if (!resolved.ok) throw new PlanRefused(`${resolved.error.field}: ${resolved.error.message}`);
  const { plan } = resolved;
  const configuration = configurationOf(plan, rememberDigests(engines.digests));
  const program = coreHostProgram(configuration);
  const world = createWorld({
    seed,
    configuration,
    program: options.plant?.(configuration, program) ?? program,
    hostCount: plan.hosts.names.length,
    hostNames: plan.hosts.names,
    network: plan.network,
    clocks: plan.clocks,
    ...(quiet.scale === undefined ? {} : { scale: quiet.scale }),
    disk: quiet.disk,
    processor: { ...quiet.processor, ...quiet.processor.schemeRates?.[plan.scheme.text] },
    faults: plan.faults,
    workload: createWorkload(
      workloadSettings(plan, options.files ?? []),
      engines.ledger === undefined ? {} : { ledger: engines.ledger },
    ),
    durationNs: quiet.durationNs,
    eventCountMax: eventCountMax(),
    buffers,
    traced: options.traced === true,
  });
  return { plan, world };
}

/** What the scenario is without what goes wrong in it. */
export function withoutFaults({ swarm: _swarm, ...scenario }: Scenario): Scenario {
  return { ...scenario, faults: [], network: { ...scenario.network, lossPpm: 0 } };
}

function configurationOf(plan: RunPlan, digests: Digests): ClusterConfiguration {
  const { scenario, hosts, scheme, width, former } = plan;
  return {
    slotHosts: hosts.slots,
    productionHost: hosts.production,
    formerPlace: former,
    formerHost: hosts.former,
    scheme,
    width,
    placement: plan.placement,
    subsegmentBytes: scenario.subsegmentBytes,
    retentionCount: scenario.retentionCount,
    windowGroups: scenario.windowGroups,
    attemptCountMax: scenario.attemptCountMax,
    times: scenario.times,
    digests,
  };
}

function workloadSettings(plan: RunPlan, files: readonly Segment[]): WorkloadSettings {
  const { workload } = plan.scenario;
  switch (workload.kind) {
    case "ledger":
      return { ...workload, hostCount: plan.hosts.names.length, productionHost: plan.hosts.production };
    case "files":
      return { kind: "files", segments: files, checkpointEveryNs: workload.checkpointEveryNs };
    case "synthetic":
      return workload;
  }
}

/** What the checkers are told of this run; of its history only the size of images counts. */
export function contextOf(plan: RunPlan, history: Pick<RunHistory, "events">): RunContext {
  const { scenario, hosts, scheme } = plan;
  const imageBytes = largestImageBytes(history);
  const { slotCount, tolerance, promiseCount } = quorumOf(hosts.slots.length, scheme.tolerance);
  return {
    slotHosts: hosts.slots,
    hostNames: hosts.names,
    productionHost: hosts.production,
    formerPlace: plan.former,
    formerHost: hosts.former,
    quorum: { slotCount, tolerance, promiseCount },
    scheme: { text: scheme.text, k: scheme.k, m: scheme.m, tolerance: scheme.tolerance },
    width: plan.width,
    placement: plan.placement,
    subsegmentBytes: scenario.subsegmentBytes,
    retentionCount: scenario.retentionCount,
    budget: scenario.budget,
    faultFree: plan.faults.length === 0 && scenario.network.lossPpm === 0,
    lossPpm: scenario.network.lossPpm,
    retryNs: scenario.times.retryNs,
    operationNsMax: operationNsMax(scenario, imageBytes),
    scrubs: scenario.times.scrubNs > 0,
    ...(scenario.healAtNs === undefined ? {} : { healNs: scenario.healAtNs }),
    ...changesUntil(scenario.workload),
    bounds: boundsOf(plan, imageBytes),
    limits: limitsOf(plan, imageBytes),
  };
}

/** Clients post no faster than they are told to, so a ledger is not done before; all other software never is. */
function changesUntil(workload: Scenario["workload"]): Pick<RunContext, "changesUntilNs"> {
  if (workload.kind !== "ledger") return {};
  return { changesUntilNs: workload.transferCount * workload.transferEveryNs };
}

export function judgeRun(plan: RunPlan, history: RunHistory): RunResult {
  const { scenario, hosts } = plan;
  const context = contextOf(plan, history);
  const promises = judgePromises(history, context);
  const undecided = undecidedReasons(history, context);
  const restores = restoresOf(history, hosts.names);
  const { scale = 1 } = scenario;
  const shape = {
    k: plan.scheme.k,
    m: plan.scheme.m,
    subsegmentBytes: scenario.subsegmentBytes,
    placement: plan.placement,
  };
  const costs = costsOf(history, shape, scale);
  return {
    scenario: scenario.name,
    scenarioHash: scenarioHash(scenario),
    version: VERSION,
    seed: plan.seed,
    digest: history.digest,
    scheme: plan.scheme.text,
    former: plan.former,
    width: plan.width,
    ...(plan.placement === undefined ? {} : { placement: plan.placement.kind }),
    ...(plan.declusteredOver === undefined ? {} : { declusteredOver: plan.declusteredOver }),
    subsegmentBytes: scale * scenario.subsegmentBytes,
    verdict: verdictOf(promises, undecided),
    undecided,
    promises,
    restores,
    failedCheckpoints: failedCheckpointsOf(history, hosts.names),
    costs,
    workload: history.judgement.checkedCounts,
    faults: plan.faultWords,
    reach: plan.faults.map(({ kind }, index) => ({ kind, biteCount: history.reach?.[index] ?? 0 })),
    thresholds: thresholdsOf(scenario.expect, [{ costs, restores }]),
  };
}

function verdictOf(promises: readonly PromiseResult[], undecided: readonly string[]): RunResult["verdict"] {
  if (promises.some((promise) => promise.status === "broken")) return "broken";
  return undecided.length > 0 ? "undecided" : "held";
}
