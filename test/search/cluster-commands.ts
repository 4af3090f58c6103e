/**
 * A model-based property: fast-check draws lists of operations on a running cluster, and a model of a few lines says what must
 * come of each. Operations: wait, crash a server with its disk, let it come back, empty its disk, lose the server that runs the
 * software, an operator's restore.
 *
 * The model knows which servers are up and whether the software runs; nothing of ballots, lives or members. After each
 * operation the cluster gets the time that its bounds promise, and must then be as the model says. In the end every promise
 * judges the whole run.
 */
import fc from "fast-check";
import { quorumOf } from "../../src/core/protocol/cluster.ts";
import { writtenFault } from "../../src/scenario/fault-forms.ts";
import type { RunPlan } from "../../src/scenario/plan.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { writeScenario } from "../../src/scenario/write.ts";
import type { World } from "../../src/sim/world.ts";
import { isRunning } from "../../src/verify/loss/run-end.ts";
import { contextOf, judgeRun, prepareRun, type RunEngines } from "../../src/verify/run.ts";
import { loadedScenario } from "./scenario-arbitrary.ts";

/** What is known of the cluster without looking into it. */
export interface ClusterModel {
  /** By slot: the server is up. */
  readonly up: boolean[];
  readonly tolerance: number;
  readonly promiseCount: number;
  isSoftwareRunning: boolean;
  hasProductionServer: boolean;
  operationCount: number;
}

export interface RunningCluster {
  readonly plan: RunPlan;
  readonly world: World;
  /** Time that everything promised needs. */
  readonly settleNs: number;
}

type ClusterCommand = fc.Command<ClusterModel, RunningCluster>;

const SCHEMES = ["mirror:2", "mirror:3", "parity:2+1", "rs:2+2"] as const;
const SERVERS = ["a", "b", "c", "d", "e"] as const;
const END_NS = 600_000_000_000;

/** Enough servers are up that a restore gets its promises, and so few are missing that every group is left. */
function canRestore({ up, tolerance, promiseCount }: ClusterModel): boolean {
  const upCount = up.filter((each) => each).length;
  return upCount >= promiseCount && up.length - upCount <= tolerance;
}

/** The host that started the software last and is up. */
function softwareHost({ world }: RunningCluster): number | undefined {
  let host: number | undefined;
  for (const event of world.events) {
    if (event.kind === "software-started" && event.refusedBySoftware === undefined) host = event.host;
    else if (event.kind === "software-stopped" && event.host === host) host = undefined;
  }
  return host;
}

/** Lets the time go by that the promises need, and compares. */
function settle(model: ClusterModel, cluster: RunningCluster, what: string): void {
  model.operationCount += 1;
  if (!model.isSoftwareRunning && canRestore(model)) model.isSoftwareRunning = true;
  const { world, plan, settleNs } = cluster;
  world.runUntil(world.nowNs + settleNs);
  for (const [slot, isUp] of model.up.entries()) {
    const host = plan.hosts.slots[slot] ?? -1;
    if (world.isUp(host) !== isUp)
      throw new Error(`after ${what}, ${plan.hosts.names[host]} is ${isUp ? "down" : "up"}`);
  }
  if (isRunning(world) !== model.isSoftwareRunning)
    throw new Error(`after ${what}, the software must ${model.isSoftwareRunning ? "" : "not "}run`);
}

function command(
  words: string,
  check: (model: Readonly<ClusterModel>) => boolean,
  run: (model: ClusterModel, cluster: RunningCluster) => void,
): ClusterCommand {
  return {
    check,
    run: (model, cluster) => {
      run(model, cluster);
      settle(model, cluster, words);
    },
    toString: () => words,
  };
}

const wait = command(
  "a wait",
  () => true,
  () => undefined,
);

/** The server's software, if it runs it, is lost with it. */
function down(slot: number): ClusterCommand {
  return command(
    `a crash of ${SERVERS[slot]}`,
    ({ up }) => up[slot] === true,
    (model, cluster) => {
      const host = cluster.plan.hosts.slots[slot] ?? -1;
      if (softwareHost(cluster) === host) model.isSoftwareRunning = false;
      model.up[slot] = false;
      cluster.world.strike({ kind: "crash", host, disk: "kept", restartAfterNs: undefined });
    },
  );
}

function back(slot: number): ClusterCommand {
  return command(
    `the return of ${SERVERS[slot]}`,
    ({ up }) => up[slot] === false,
    (model, cluster) => {
      model.up[slot] = true;
      cluster.world.strike({ kind: "restart", host: cluster.plan.hosts.slots[slot] ?? -1 });
    },
  );
}

/** Only while all others are up and the software runs: then the disk is rebuilt. */
function emptied(slot: number): ClusterCommand {
  return command(
    `an empty disk of ${SERVERS[slot]}`,
    ({ up, isSoftwareRunning, tolerance }) => tolerance > 0 && isSoftwareRunning && up.every((each) => each),
    (model, cluster) => {
      const host = cluster.plan.hosts.slots[slot] ?? -1;
      if (softwareHost(cluster) === host) model.isSoftwareRunning = false;
      cluster.world.strike({ kind: "crash", host, disk: "lost", restartAfterNs: 1_000_000 });
    },
  );
}

const productionLost = command(
  "the loss of the production server",
  ({ hasProductionServer }) => hasProductionServer,
  (model, cluster) => {
    const host = cluster.plan.hosts.production;
    if (softwareHost(cluster) === host) model.isSoftwareRunning = false;
    model.hasProductionServer = false;
    cluster.world.strike({ kind: "permanent-loss", host });
  },
);

/** It asks every server that was not declared lost, and waits for those that are down (R14): only while all are up. */
function operator(slot: number): ClusterCommand {
  return command(
    `an operator's restore on ${SERVERS[slot]}`,
    ({ up }) => up.every((each) => each),
    (_, cluster) => {
      const host = cluster.plan.hosts.slots[slot] ?? -1;
      cluster.world.strike({ kind: "operator-restore", host, lostHosts: [], acceptOlder: false });
    },
  );
}

export interface ClusterCase {
  readonly text: string;
  readonly slotCount: number;
}

export const clusterArbitrary: fc.Arbitrary<ClusterCase> = fc
  .record({
    scheme: fc.constantFrom(...SCHEMES),
    slotCount: fc.integer({ min: 4, max: 5 }),
    seed: fc.nat({ max: 999_999 }).map(String),
    former: fc.constantFrom("production", "dedicated"),
    image: fc.constantFrom("1B", "500B", "3000B"),
  })
  .map(({ slotCount, image, ...rest }) => ({
    slotCount,
    text: JSON.stringify({
      ...rest,
      name: "commands",
      budget: "beyond",
      servers: { backups: SERVERS.slice(0, slotCount) },
      subsegment: "256B",
      workload: { kind: "synthetic", image, checkpointEvery: "40ms" },
      times: { scrub: "100ms" },
      duration: `${END_NS}ns`,
    }),
  }));

export function commandsArbitrary(slotCount: number): fc.Arbitrary<Iterable<ClusterCommand>> {
  const slots = fc.nat({ max: slotCount - 1 });
  return fc.commands(
    [
      fc.constant(wait),
      slots.map(down),
      slots.map(down),
      slots.map(back),
      slots.map(back),
      slots.map(emptied),
      fc.constant(productionLost),
      slots.map(operator),
    ],
    { maxCommands: 12, size: "max" },
  );
}

/** A cluster that a list of operations drives once. */
export class RunningCommands {
  private readonly scenario: Scenario;
  private readonly cluster: RunningCluster;
  private readonly model: ClusterModel;

  constructor({ text }: ClusterCase, engines: RunEngines) {
    this.scenario = loadedScenario(text);
    const { plan, world } = prepareRun(this.scenario, engines);
    const { tolerance, promiseCount } = quorumOf(plan.hosts.slots.length, plan.scheme.tolerance);
    const { bounds } = contextOf(plan, { events: [] });
    const settleNs = bounds.detectNs + bounds.restoreNs + bounds.redundancyNs;
    this.cluster = { plan, world, settleNs };
    this.model = {
      up: plan.hosts.slots.map(() => true),
      tolerance,
      promiseCount,
      isSoftwareRunning: true,
      hasProductionServer: true,
      operationCount: 0,
    };
  }

  /** How many operations were carried out. */
  get operationCount(): number {
    return this.model.operationCount;
  }

  /** Throws what differs from the model, or which promise broke. */
  run(commands: Iterable<ClusterCommand>): void {
    const { plan, world, settleNs } = this.cluster;
    // The first checkpoint is durable before anything happens.
    world.runUntil(settleNs);
    fc.modelRun(() => ({ model: this.model, real: this.cluster }), commands);
    world.endAt(world.nowNs);
    const history = world.run();
    const struck = { ...plan, faults: world.faults };
    const broken = judgeRun(struck, history).promises.find(({ status }) => status === "broken");
    if (broken !== undefined) throw new Error(`${broken.id}: ${broken.violations[0] ?? "broken"}`);
  }

  /** What was done so far as a scenario: the operations as explicit faults, the end where the run has come to. */
  scenarioText(): string {
    const { plan, world } = this.cluster;
    const nameOf = (host: number): string => plan.hosts.names[host] ?? `host ${host}`;
    const faults = world.faults.map((fault) => writtenFault(fault, nameOf));
    return writeScenario({ ...this.scenario, faults, durationNs: world.nowNs });
  }
}
