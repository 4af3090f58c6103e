/**
 * No dead end: from a state of the model, everything works from now on, and the cluster must get going.
 *
 * Hosts that are down come up again (but those that are gone), every message arrives once and in order, disks are at
 * once, and timers fire in the order of their delays, all of which start anew. The software asks for a checkpoint
 * whenever it may. The cluster got going when a checkpoint that was taken now was made durable and told so. Where the
 * software asks for a checkpoint only when one is wanted, it got going when the newest checkpoint of the newest
 * incarnation is durable on servers that are there (R13).
 *
 * Obliged when something was durable, at no moment more than f slots were unrepaired, and enough hosts are left for a
 * placement, and no operator decided anything. Otherwise a refusal or waiting may be the right end: nothing is checked.
 */
import type { ClusterConfiguration } from "../../core/protocol/cluster.ts";
import type { InterleavingConfiguration } from "./configuration.ts";
import { ballotWords, keyWords, type PathFacts, type Violation } from "./judge.ts";
import type { LocalEvent } from "./local-step.ts";
import { StepTable } from "./step-table.ts";
import type { StateBuffer } from "./cluster-state.ts";
import { isOperatorUsed } from "./world-model.ts";

/** Firings of timers within which the cluster must get going: many times what any restore takes. */
const FIRINGS_MAX = 400;

export const FAIR_WORDS =
  "from here on everything works: every message arrives, every timer fires in its time";

function fairConfiguration(configuration: InterleavingConfiguration): InterleavingConfiguration {
  return {
    ...configuration,
    storage: "at-once",
    timers: {},
    lostTypes: [],
    beatHosts: configuration.slotHosts,
    slowSelfTypes: [],
  };
}

const MESSAGE_CODES = 2 ** 20;
const STORAGE_CODE = 1;
const RESTART_CODE = 2;
const CHECKPOINT_CODE = 3;
const TIMER_CODES = 16;

export class FairCompletion {
  private readonly from: StepTable;
  private readonly table: StepTable;
  private readonly cluster: ClusterConfiguration;
  private readonly hostCount: number;
  private readonly timerNumbers: Map<string, number> = new Map();

  /** States are numbered by `from`. */
  constructor(from: StepTable) {
    this.from = from;
    const { cluster, program, configuration } = from.context;
    this.table = new StepTable(
      { cluster, program, configuration: fairConfiguration(configuration) },
      from.checkedCounts,
    );
    this.cluster = cluster;
    this.hostCount = configuration.hostNames.length;
  }

  /** "not-obliged": more may be lost than is promised to be survived. */
  check({ words, length }: StateBuffer): "going" | "not-obliged" | Violation {
    const facts = this.from.factsOf(words[this.hostCount] as number);
    if (!this.isObliged(words, facts)) return "not-obliged";
    const run = new FairRun(this.table, this.cluster, (name) => this.timerNumber(name));
    for (let host = 0; host < this.hostCount; host += 1) {
      const local = this.from.stateOf(words[host] as number);
      run.states.push(this.table.stateNumber(host, { ...local, fired: {} }));
    }
    run.facts = this.table.factNumber(facts);
    for (let index = this.hostCount + 2; index < length; index += 1) {
      const { from, to, message } = this.from.messageOf(words[index] as number);
      run.messages.push(this.table.messageNumber(from, to, message));
    }
    const outcome = run.untilGoing(facts);
    const { checkedCounts } = this.table;
    checkedCounts.decidability = (checkedCounts.decidability ?? 0) + 1;
    if (outcome !== "stuck") return outcome;
    return {
      promise: "decidability",
      message: "Everything works again, and the cluster does not get going: a dead end.",
    };
  }

  private isObliged(words: Int32Array, facts: PathFacts): boolean {
    if (facts.durable.length === 0 || facts.isBeyondTolerance) return false;
    if (isOperatorUsed(words[this.hostCount + 1] as number)) return false;
    let leftCount = 0;
    for (const host of this.cluster.slotHosts) {
      if (this.from.stateOf(words[host] as number).power !== "gone") leftCount += 1;
    }
    return leftCount >= this.cluster.width;
  }

  private timerNumber(name: string): number {
    const known = this.timerNumbers.get(name);
    if (known !== undefined) return known;
    this.timerNumbers.set(name, this.timerNumbers.size);
    return this.timerNumbers.size - 1;
  }
}

class FairRun {
  readonly states: number[] = [];
  readonly messages: number[] = [];
  facts: number = 0;
  private readonly table: StepTable;
  private readonly cluster: ClusterConfiguration;
  private readonly timerNumber: (name: string) => number;
  private readonly deadlines: Map<
    string,
    { readonly host: number; readonly name: string; readonly at: number }
  > = new Map();
  private now: number = 0;
  private violation: Violation | undefined = undefined;

  constructor(table: StepTable, cluster: ClusterConfiguration, timerNumber: (name: string) => number) {
    this.table = table;
    this.cluster = cluster;
    this.timerNumber = timerNumber;
  }

  untilGoing(before: PathFacts): "going" | "stuck" | Violation {
    this.begin();
    for (let firings = 0; firings < FIRINGS_MAX; firings += 1) {
      this.deliverAll();
      if (this.violation !== undefined) return this.violation;
      if (this.isGoing(before)) return "going";
      let next: { readonly host: number; readonly name: string; readonly at: number } | undefined;
      for (const timer of this.deadlines.values()) if (next === undefined || timer.at < next.at) next = timer;
      if (next === undefined) return "stuck";
      const { host, name, at } = next;
      this.now = at;
      this.deadlines.delete(`${host} ${name}`);
      this.step(host, TIMER_CODES + this.timerNumber(name), () => ({ kind: "timer", name }));
      this.deliverAll();
      const { software } = this.table.stateOf(this.states[host] as number);
      const { checkpointsOnDemand } = this.table.context.configuration;
      if (software !== undefined && (software.isWanted || !checkpointsOnDemand)) {
        this.step(host, CHECKPOINT_CODE, () => ({ kind: "checkpoint" }));
      }
    }
    return "stuck";
  }

  /** An output of a state that was taken now, of the newest incarnation. */
  private isGoing(before: PathFacts): boolean {
    if (this.table.context.configuration.checkpointsOnDemand) return this.isPlacedOnServersThatAreThere();
    return this.table.factsOf(this.facts).released.some(({ ballot, sequence }) => {
      const earlier = before.released.find((each) => JSON.stringify(each.ballot) === JSON.stringify(ballot));
      return sequence > (earlier?.sequence ?? 0) && sequence > 0;
    });
  }

  /** The newest incarnation's newest durable checkpoint, told to the software, lies on no server that is gone for good. */
  private isPlacedOnServersThatAreThere(): boolean {
    const { durable, durablePlacements, released } = this.table.factsOf(this.facts);
    const newest = durable.at(-1);
    if (newest === undefined) return false;
    const states = this.states.map((number) => this.table.stateOf(number));
    const isRunning = states.some(
      ({ software }) => software !== undefined && ballotWords(software.ballot) === ballotWords(newest.ballot),
    );
    const isTold = released.some(
      ({ ballot, sequence }) =>
        ballotWords(ballot) === ballotWords(newest.ballot) && sequence >= newest.sequence,
    );
    const slots = durablePlacements[keyWords(newest)] ?? [];
    return (
      isRunning &&
      isTold &&
      slots.every((slot) => states[this.cluster.slotHosts[slot] as number]?.power !== "gone")
    );
  }

  private begin(): void {
    const { times, slotHosts } = this.cluster;
    for (const [host, number] of this.states.entries()) {
      const state = this.table.stateOf(number);
      if (state.power === "down") this.step(host, RESTART_CODE, () => ({ kind: "restart" }));
      while (this.table.stateOf(this.states[host] as number).disk.queue.length > 0) {
        this.step(host, STORAGE_CODE, () => ({ kind: "storage" }));
      }
      for (const name of state.timers) {
        const delay =
          name === "server.watch"
            ? times.takeoverNs + slotHosts.indexOf(host) * times.takeoverStaggerNs
            : times.retryNs;
        if (!this.deadlines.has(`${host} ${name}`)) this.setTimer(host, name, delay);
      }
    }
  }

  private setTimer(host: number, name: string, delayNs: number): void {
    this.deadlines.set(`${host} ${name}`, { host, name, at: this.now + delayNs });
  }

  private deliverAll(): void {
    for (let number = this.messages.shift(); number !== undefined; number = this.messages.shift()) {
      const { from, to, message } = this.table.messageOf(number);
      if (this.table.stateOf(this.states[to] as number).power !== "up") continue;
      this.step(to, MESSAGE_CODES + number, () => ({ kind: "message", from, message }));
      if (this.violation !== undefined) return;
    }
  }

  private step(host: number, code: number, eventOf: () => LocalEvent): void {
    const step = this.table.step(host, this.states[host] as number, code, eventOf);
    const after = this.table.stateOf(step.after);
    this.states[host] = step.after;
    for (const { name, delayNs } of step.timersSet) this.setTimer(host, name, delayNs);
    for (const key of this.deadlines.keys()) {
      const timer = this.deadlines.get(key);
      if (timer?.host === host && !after.timers.includes(timer.name)) this.deadlines.delete(key);
    }
    this.messages.push(...step.sent);
    if (step.observed < 0) return;
    const judged = this.table.judgeStep(this.facts, step.observed);
    this.facts = judged.facts;
    this.violation ??= judged.violation;
  }
}
