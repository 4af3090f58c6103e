/**
 * A state of the whole cluster, and what may happen next.
 *
 * A state is a list of integers: the number of each host's local state, of the path's facts, what is used up of the
 * bounds, and the numbers of the messages in flight in ascending order. Messages never expire and are never dropped: one
 * that is lost is one that is never delivered, so loss needs no choice of its own, and neither does sending again.
 * An equal message that is in flight already is not added twice.
 *
 * A delivery that changes nothing is no choice: to leave the message in flight allows everything that dropping it allows.
 */
import { assert } from "../../core/assertion.ts";
import type { Message } from "../../core/protocol/messages.ts";
import { BALLOT_ZERO } from "../../core/checkpoint/key.ts";
import { SERVER_WATCH } from "../../core/protocol/server-promise.ts";
import type { InterleavingConfiguration } from "./configuration.ts";
import type { Violation } from "./judge.ts";
import { createLocalState } from "./local-state.ts";
import type { LocalEvent } from "./local-step.ts";
import type { Step, StepTable } from "./step-table.ts";

export type ClusterState = Int32Array;

const ARGUMENT_BITS = 26;
const ARGUMENT_MASK = 2 ** ARGUMENT_BITS - 1;

export const DELIVER = 0;
export const DUPLICATE = 1;
export const TIMER = 2;
export const STORAGE = 3;
export const FAULT = 4;
export const RESTART = 5;
export const CHECKPOINT = 6;
export const OPERATOR = 7;
const INIT_CODE = 2 ** 29 - 1;

export interface Choice {
  readonly kind: number;
  /** A message's number, a host, the index of a fault; for a timer, host * 64 + index of the timer. */
  readonly argument: number;
}

export function choiceOf(code: number): Choice {
  return { kind: Math.floor(code / 2 ** ARGUMENT_BITS), argument: code & ARGUMENT_MASK };
}

function codeOf(kind: number, argument: number): number {
  return kind * 2 ** ARGUMENT_BITS + argument;
}

export interface Successor {
  readonly code: number;
  readonly state: ClusterState;
  readonly violation: Violation | undefined;
}

/** What is used up of a bound has three bits each. */
const DUPLICATES_SHIFT = 0;
const CHECKPOINTS_SHIFT = 3;
const RESTORES_SHIFT = 6;
const OPERATOR_SHIFT = 9;
const FAULTS_SHIFT = 12;
const USED_MASK = 7;

function usedOf(budget: number, shift: number): number {
  return (budget >>> shift) & USED_MASK;
}

export function isOperatorUsed(budget: number): boolean {
  return usedOf(budget, OPERATOR_SHIFT) > 0;
}

export class WorldModel {
  readonly table: StepTable;
  readonly timerNames: readonly string[];
  private readonly configuration: InterleavingConfiguration;
  private readonly hostCount: number;
  private readonly promptTypes: ReadonlySet<string>;
  /** By number of a local state: what its host may do by itself. */
  private readonly localChoices: (readonly number[] | undefined)[] = [];

  constructor(configuration: InterleavingConfiguration, table: StepTable) {
    this.configuration = configuration;
    this.table = table;
    this.hostCount = configuration.hostNames.length;
    this.promptTypes = new Set(configuration.promptTypes);
    this.timerNames = Object.keys(configuration.timers);
    assert(configuration.faults.length <= 6, "each fault has its place among the bounds");
  }

  /** The cluster after `init`: every host is up, and its first records are on disk. */
  initial(): { readonly state: ClusterState; readonly violation: Violation | undefined } {
    const hosts = Array.from({ length: this.hostCount }, (_, host) =>
      this.table.stateNumber(host, createLocalState()),
    );
    let state: ClusterState = Int32Array.from([...hosts, 0, 0]);
    let violation: Violation | undefined;
    const order = [...hosts.keys()].sort((a, b) => this.initRank(a) - this.initRank(b));
    for (const host of order) {
      const step = this.table.step(host, state[host] as number, INIT_CODE, () => ({ kind: "init" }));
      const next = this.carryOut(state, { host, step, taken: -1, budget: 0 });
      assert(next !== undefined, "a start changes the host");
      state = next.state;
      violation ??= next.violation;
    }
    if (!this.configuration.beginsWithCheckpoint || violation !== undefined) return { state, violation };
    const begun = this.successors(state).find(({ code }) => choiceOf(code).kind === CHECKPOINT);
    return begun ?? { state, violation };
  }

  /** The production server last: all that it sends finds its receiver up. */
  private initRank(host: number): number {
    return host === this.configuration.productionHost ? 1 : 0;
  }

  successors(state: ClusterState): Successor[] {
    const { configuration, hostCount, table } = this;
    const found: Successor[] = [];
    const budget = state[hostCount + 1] as number;
    const add = (
      code: number,
      host: number,
      taken: number,
      used: number,
      eventOf: () => LocalEvent,
    ): void => {
      const { kind, argument } = choiceOf(code);
      const stepCode = kind === DUPLICATE ? codeOf(DELIVER, argument) : code;
      const step = table.step(host, state[host] as number, stepCode, eventOf);
      const next = this.carryOut(state, { host, step, taken, budget: used });
      if (next !== undefined) found.push({ code, ...next });
    };
    for (let host = 0; host < hostCount; host += 1) {
      for (const code of this.localChoicesOf(host, state[host] as number)) {
        const { kind, argument } = choiceOf(code);
        let used = budget;
        let eventOf: () => LocalEvent = () => ({ kind: "storage" });
        if (kind === RESTART) eventOf = () => ({ kind: "restart" });
        if (kind === TIMER) {
          const name = this.timerNames[argument % 64] as string;
          eventOf = () => ({ kind: "timer", name });
          if (name === SERVER_WATCH) {
            if (usedOf(budget, RESTORES_SHIFT) >= configuration.restoreCountMax) continue;
            used += 1 << RESTORES_SHIFT;
          }
        }
        if (kind === CHECKPOINT) {
          if (usedOf(budget, CHECKPOINTS_SHIFT) >= configuration.checkpointCountMax) continue;
          used += 1 << CHECKPOINTS_SHIFT;
          eventOf = () => ({ kind: "checkpoint" });
        }
        add(code, host, -1, used, eventOf);
      }
    }
    const mayDuplicate = usedOf(budget, DUPLICATES_SHIFT) < configuration.duplicateCountMax;
    for (let index = hostCount + 2; index < state.length; index += 1) {
      const number = state[index] as number;
      const { from, to, message } = table.messageOf(number);
      const eventOf = (): LocalEvent => ({ kind: "message", from, message });
      if (!this.isUp(state[to] as number)) continue;
      add(codeOf(DELIVER, number), to, index, budget, eventOf);
      if (mayDuplicate) add(codeOf(DUPLICATE, number), to, -1, budget + (1 << DUPLICATES_SHIFT), eventOf);
    }
    configuration.faults.forEach((fault, index) => {
      const shift = FAULTS_SHIFT + 3 * index;
      if (usedOf(budget, shift) >= fault.count || !this.isUp(state[fault.host] as number)) return;
      const event: LocalEvent = { kind: "crash", disk: fault.disk, returns: fault.returns };
      add(codeOf(FAULT, index), fault.host, -1, budget + (1 << shift), () => event);
    });
    this.addOperator(state, budget, add);
    return found;
  }

  private addOperator(
    state: ClusterState,
    budget: number,
    add: (code: number, host: number, taken: number, used: number, eventOf: () => LocalEvent) => void,
  ): void {
    const { operator } = this.configuration;
    if (operator === undefined || usedOf(budget, OPERATOR_SHIFT) > 0) return;
    const { host, lostSlots, acceptOlder } = operator;
    if (!this.isUp(state[host] as number)) return;
    const message: Message = {
      to: "restorer",
      type: "restore",
      above: BALLOT_ZERO,
      lives: [],
      operator: { lostSlots, acceptOlder },
    };
    add(codeOf(OPERATOR, host), host, -1, budget + (1 << OPERATOR_SHIFT), () => ({
      kind: "message",
      from: host,
      message,
    }));
  }

  private isUp(localState: number): boolean {
    return this.table.stateOf(localState).power === "up";
  }

  private localChoicesOf(host: number, number: number): readonly number[] {
    const known = this.localChoices[number];
    if (known !== undefined) return known;
    const state = this.table.stateOf(number);
    const choices: number[] = [];
    if (state.power === "down") choices.push(codeOf(RESTART, host));
    if (state.power === "up") {
      if (state.disk.queue.length > 0) choices.push(codeOf(STORAGE, host));
      this.timerNames.forEach((name, index) => {
        const isAllowed = name !== SERVER_WATCH || this.configuration.watchHosts.includes(host);
        const countMax = this.configuration.timers[name] ?? 0;
        if (isAllowed && state.timers.includes(name) && (state.fired[name] ?? 0) < countMax) {
          choices.push(codeOf(TIMER, host * 64 + index));
        }
      });
      if (state.software !== undefined) choices.push(codeOf(CHECKPOINT, host));
    }
    this.localChoices[number] = choices;
    return choices;
  }

  /** The state after a step of one host, and after all that follows at once; undefined when nothing changed. */
  private carryOut(
    state: ClusterState,
    taken: { readonly host: number; readonly step: Step; readonly taken: number; readonly budget: number },
  ): { readonly state: ClusterState; readonly violation: Violation | undefined } | undefined {
    const { hostCount, table } = this;
    const factsIndex = hostCount;
    const { step, host } = taken;
    const flying: number[] = [];
    for (let index = hostCount + 2; index < state.length; index += 1) {
      if (index !== taken.taken) flying.push(state[index] as number);
    }
    const prompt: number[] = [];
    let isChanged = step.after !== state[host];
    const launch = (sent: readonly number[]): void => {
      for (const number of sent) {
        const { to, message } = table.messageOf(number);
        if (this.promptTypes.has(message.type) && this.isUp(next[to] as number)) prompt.push(number);
        else if (!flying.includes(number)) flying.push(number);
        else continue;
        // The very message that was delivered, sent once more, is no change.
        if (number !== (state[taken.taken] ?? -1)) isChanged = true;
      }
    };
    const next = state.slice(0, hostCount + 2);
    next[host] = step.after;
    next[hostCount + 1] = taken.budget;
    let judged = table.judgeStep(next[factsIndex] as number, step.observed);
    if (judged.facts !== state[factsIndex]) isChanged = true;
    launch(step.sent);
    for (let index = 0; index < prompt.length && judged.violation === undefined; index += 1) {
      const number = prompt[index] as number;
      const { from, to, message } = table.messageOf(number);
      if (!this.isUp(next[to] as number)) continue;
      const follow = table.step(to, next[to] as number, codeOf(DELIVER, number), () => ({
        kind: "message",
        from,
        message,
      }));
      next[to] = follow.after;
      judged = table.judgeStep(judged.facts, follow.observed);
      launch(follow.sent);
      assert(prompt.length < 5000, "messages that arrive at once come to an end");
    }
    if (!isChanged && judged.violation === undefined) return undefined;
    next[factsIndex] = judged.facts;
    flying.sort((a, b) => a - b);
    const whole = new Int32Array(hostCount + 2 + flying.length);
    whole.set(next);
    whole.set(flying, hostCount + 2);
    return { state: whole, violation: judged.violation };
  }
}
