/**
 * The cluster as a whole: where it starts, and what may happen next.
 *
 * Messages never expire and are never dropped: one that is lost is one that is never delivered, so loss needs no choice of
 * its own, and neither does sending again. An equal message that is in flight already is not added twice. Messages that
 * nobody will ever heed are taken out (spent-messages.ts).
 *
 * A delivery that changes nothing is no choice: to leave the message in flight allows everything that dropping it allows.
 */
import { assert } from "../../core/assertion.ts";
import type { Message } from "../../core/protocol/messages.ts";
import { BALLOT_ZERO } from "../../core/checkpoint/key.ts";
import { SERVER_WATCH } from "../../core/protocol/server-promise.ts";
import {
  CHECKPOINT,
  choiceOf,
  codeOf,
  DELIVER,
  DUPLICATE,
  FAULT,
  faultArgument,
  INIT_CODE,
  OPERATOR,
  RESTART,
  STORAGE,
  TIMER,
  timerArgument,
} from "./choice.ts";
import { copyState, createStateBuffer, ensureRoom, type StateBuffer } from "./cluster-state.ts";
import type { InterleavingConfiguration } from "./configuration.ts";
import { harmsOf } from "./harm.ts";
import type { Violation } from "./judge.ts";
import { createLocalState } from "./local-state.ts";
import type { LocalEvent } from "./local-step.ts";
import { PairTable } from "./pair-table.ts";
import { isSpent } from "./spent-messages.ts";
import type { Step, StepTable } from "./step-table.ts";

export interface Successor {
  readonly code: number;
  readonly state: StateBuffer;
  readonly violation: Violation | undefined;
}

/** What is used up of a bound has three bits each. */
const DUPLICATES_SHIFT = 0;
const CHECKPOINTS_SHIFT = 3;
const RESTORES_SHIFT = 6;
const OPERATOR_SHIFT = 9;
const FAULTS_SHIFT = 12;
const FAULTS_MAX = 6;
const USED_MASK = 7;

function usedOf(budget: number, shift: number): number {
  return (budget >>> shift) & USED_MASK;
}

export function isOperatorUsed(budget: number): boolean {
  return usedOf(budget, OPERATOR_SHIFT) > 0;
}

/** What a host may do by itself in one of its local states. */
interface LocalChoice {
  readonly code: number;
  /** The bound that it uses up, or -1. */
  readonly shift: number;
  readonly countMax: number;
  readonly event: LocalEvent;
}

const MESSAGES_PROMPT_MAX = 5000;

export class WorldModel {
  readonly table: StepTable;
  readonly timerNames: readonly string[];
  private readonly configuration: InterleavingConfiguration;
  private readonly hostCount: number;
  private readonly promptTypes: ReadonlySet<string>;
  /** By number of a local state. */
  private readonly localChoices: (readonly LocalChoice[] | undefined)[] = [];
  /** By number of a message, times four for what the bounds allow its receiver; and the receiver's local state. */
  private readonly spent: PairTable = new PairTable();
  /** The successor at hand, used again for the next one. */
  private readonly next: StateBuffer = createStateBuffer();
  private readonly isHostChanged: boolean[];
  private readonly prompt: number[] = [];

  constructor(configuration: InterleavingConfiguration, table: StepTable) {
    this.configuration = configuration;
    this.table = table;
    this.hostCount = configuration.hostNames.length;
    this.promptTypes = new Set(configuration.promptTypes);
    this.timerNames = Object.keys(configuration.timers);
    this.isHostChanged = configuration.hostNames.map(() => false);
    assert(configuration.faults.length <= FAULTS_MAX, "each fault has its place among the bounds");
  }

  /** The cluster after `init`: every host is up, and its first records are on disk. */
  initial(): { readonly state: StateBuffer; readonly violation: Violation | undefined } {
    const { hostCount, table } = this;
    const first = createStateBuffer();
    first.length = hostCount + 2;
    for (let host = 0; host < hostCount; host += 1)
      first.words[host] = table.stateNumber(host, createLocalState());
    let state = first;
    let violation: Violation | undefined;
    const order = [...Array(hostCount).keys()].sort((a, b) => this.initRank(a) - this.initRank(b));
    for (const host of order) {
      const step = table.step(host, state.words[host] as number, INIT_CODE, () => ({ kind: "init" }));
      const outcome = this.carryOut(state, host, step, -1, 0);
      assert(outcome !== "unchanged", "a start changes the host");
      state = copyState(this.next);
      violation ??= outcome;
    }
    if (!this.configuration.beginsWithCheckpoint || violation !== undefined) return { state, violation };
    const begun = this.successors(state).find(({ code }) => choiceOf(code).kind === CHECKPOINT);
    return begun ?? { state, violation };
  }

  /** The production server last: all that it sends finds its receiver up. */
  private initRank(host: number): number {
    return host === this.configuration.productionHost ? 1 : 0;
  }

  successors(state: StateBuffer): Successor[] {
    const found: Successor[] = [];
    this.forEachSuccessor(state, (code, next, violation) => {
      found.push({ code, state: copyState(next), violation });
      return true;
    });
    return found;
  }

  /** `visit` must copy what it wants to keep of the state; it ends the round by saying false. */
  forEachSuccessor(
    state: StateBuffer,
    visit: (code: number, next: StateBuffer, violation: Violation | undefined) => boolean,
  ): void {
    const { configuration, hostCount, table } = this;
    const { words, length } = state;
    const budget = words[hostCount + 1] as number;
    for (let host = 0; host < hostCount; host += 1) {
      const local = words[host] as number;
      for (const { code, shift, countMax, event } of this.localChoicesOf(host, local)) {
        if (shift >= 0 && usedOf(budget, shift) >= countMax) continue;
        const step = table.step(host, local, code, () => event);
        const outcome = this.carryOut(state, host, step, -1, shift < 0 ? budget : budget + (1 << shift));
        if (outcome !== "unchanged" && !visit(code, this.next, outcome)) return;
      }
    }
    const mayDuplicate = usedOf(budget, DUPLICATES_SHIFT) < configuration.duplicateCountMax;
    for (let index = hostCount + 2; index < length; index += 1) {
      const number = words[index] as number;
      const { to } = table.messageOf(number);
      const local = words[to] as number;
      if (!this.isUp(local)) continue;
      const step = this.delivery(number, local);
      const delivered = this.carryOut(state, to, step, index, budget);
      if (delivered !== "unchanged" && !visit(codeOf(DELIVER, number), this.next, delivered)) return;
      if (!mayDuplicate) continue;
      const doubled = this.carryOut(state, to, step, -1, budget + (1 << DUPLICATES_SHIFT));
      if (doubled !== "unchanged" && !visit(codeOf(DUPLICATE, number), this.next, doubled)) return;
    }
  }

  private delivery(number: number, local: number): Step {
    const { table } = this;
    const { to } = table.messageOf(number);
    return table.step(to, local, codeOf(DELIVER, number), () => {
      const { from, message } = table.messageOf(number);
      return { kind: "message", from, message };
    });
  }

  private isUp(localState: number): boolean {
    return this.table.stateOf(localState).power === "up";
  }

  private localChoicesOf(host: number, number: number): readonly LocalChoice[] {
    return (this.localChoices[number] ??= this.findLocalChoices(host, number));
  }

  private findLocalChoices(host: number, number: number): LocalChoice[] {
    const { configuration, table } = this;
    const state = table.stateOf(number);
    const choices: LocalChoice[] = [];
    const add = (kind: number, argument: number, event: LocalEvent, shift = -1, countMax = 0): void => {
      choices.push({ code: codeOf(kind, argument), shift, countMax, event });
    };
    if (state.power === "down") add(RESTART, host, { kind: "restart" });
    if (state.power !== "up") return choices;
    if (state.disk.queue.length > 0) add(STORAGE, host, { kind: "storage" });
    this.timerNames.forEach((name, index) => {
      const hosts = name === SERVER_WATCH ? configuration.watchHosts : configuration.timerHosts;
      const countMax = configuration.timers[name] ?? 0;
      if (!hosts.includes(host) || !state.timers.includes(name) || (state.fired[name] ?? 0) >= countMax)
        return;
      const shift = name === SERVER_WATCH ? RESTORES_SHIFT : -1;
      add(TIMER, timerArgument(host, index), { kind: "timer", name }, shift, configuration.restoreCountMax);
    });
    const { software } = state;
    if (software !== undefined && (software.isWanted || !configuration.checkpointsOnDemand)) {
      add(CHECKPOINT, host, { kind: "checkpoint" }, CHECKPOINTS_SHIFT, configuration.checkpointCountMax);
    }
    configuration.faults.forEach((fault, index) => {
      if (fault.host !== host) return;
      for (const harm of harmsOf(fault, state.disk)) {
        const argument = faultArgument(index, table.harmNumber(harm));
        add(FAULT, argument, { kind: "fault", fault, harm }, FAULTS_SHIFT + 3 * index, fault.count);
      }
    });
    const { operator } = configuration;
    if (operator?.host === host) {
      const { lostSlots, acceptOlder } = operator;
      const message: Message = {
        to: "restorer",
        type: "restore",
        above: BALLOT_ZERO,
        lives: [],
        operator: { lostSlots, acceptOlder },
      };
      add(OPERATOR, host, { kind: "message", from: host, message }, OPERATOR_SHIFT, 1);
    }
    return choices;
  }

  /**
   * Puts the state after a step of one host, and after all that follows at once, into `next`. "unchanged": nothing came of
   * it. `taken`: the place of the message that was delivered, or -1.
   */
  private carryOut(
    state: StateBuffer,
    host: number,
    step: Step,
    taken: number,
    budget: number,
  ): Violation | "unchanged" | undefined {
    const { hostCount, table, next, prompt, isHostChanged } = this;
    const from = state.words;
    ensureRoom(next, state.length + 1);
    let length = 0;
    for (let index = 0; index < state.length; index += 1) {
      if (index !== taken) next.words[length++] = from[index] as number;
    }
    next.length = length;
    next.words[host] = step.after;
    next.words[hostCount + 1] = budget;
    for (let index = 0; index < hostCount; index += 1) isHostChanged[index] = index === host;
    let violation = this.judge(step.observed);
    prompt.length = 0;
    this.launch(step.sent);
    for (let index = 0; index < prompt.length && violation === undefined; index += 1) {
      const number = prompt[index] as number;
      const { to } = table.messageOf(number);
      const local = next.words[to] as number;
      if (!this.isUp(local)) continue;
      const follow = this.delivery(number, local);
      next.words[to] = follow.after;
      isHostChanged[to] = true;
      violation = this.judge(follow.observed);
      this.launch(follow.sent);
      assert(prompt.length < MESSAGES_PROMPT_MAX, "messages that arrive at once come to an end");
    }
    if (violation !== undefined) return violation;
    this.dropSpent(budget !== from[hostCount + 1]);
    return this.isNextNew(state) ? undefined : "unchanged";
  }

  /** Takes observations into the facts of `next`. */
  private judge(observed: number): Violation | undefined {
    if (observed < 0) return undefined;
    const { words } = this.next;
    const { facts, violation } = this.table.judgeStep(words[this.hostCount] as number, observed);
    words[this.hostCount] = facts;
    return violation;
  }

  /** Whether a host or the facts changed, or a message is in flight that was not. What is used up of the bounds is no gain. */
  private isNextNew(state: StateBuffer): boolean {
    const { next, hostCount } = this;
    const before = state.words;
    const after = next.words;
    for (let index = 0; index <= hostCount; index += 1) if (before[index] !== after[index]) return true;
    let place = hostCount + 2;
    for (let index = place; index < next.length; index += 1) {
      while (place < state.length && (before[place] as number) < (after[index] as number)) place += 1;
      if (place >= state.length || before[place] !== after[index]) return true;
    }
    return false;
  }

  /** Puts messages among those in flight, or among those that arrive at once. */
  private launch(sent: readonly number[]): void {
    const { next, table, hostCount, prompt } = this;
    for (const number of sent) {
      const { to, message } = table.messageOf(number);
      if (this.promptTypes.has(message.type) && this.isUp(next.words[to] as number)) {
        prompt.push(number);
        continue;
      }
      ensureRoom(next, next.length + 1);
      const { words } = next;
      let place = next.length;
      while (place > hostCount + 2 && (words[place - 1] as number) >= number) place -= 1;
      if (place < next.length && words[place] === number) continue;
      words.copyWithin(place + 1, place, next.length);
      words[place] = number;
      next.length += 1;
      this.isHostChanged[to] = true; // its messages are to be looked at
    }
  }

  private dropSpent(isBudgetChanged: boolean): void {
    const { next, hostCount, table, isHostChanged } = this;
    const { words } = next;
    const budget = words[hostCount + 1] as number;
    let length = hostCount + 2;
    for (let index = length; index < next.length; index += 1) {
      const number = words[index] as number;
      const { to } = table.messageOf(number);
      const isLookedAt = isBudgetChanged || isHostChanged[to] === true;
      if (isLookedAt && this.isSpent(number, to, words[to] as number, budget)) continue;
      words[length++] = number;
    }
    next.length = length;
  }

  private isSpent(number: number, to: number, local: number, budget: number): boolean {
    const mayFail = this.mayFail(to, budget);
    const mayRestore = this.mayRestore(to, budget);
    const first = 4 * number + (mayFail ? 2 : 0) + (mayRestore ? 1 : 0);
    const known = this.spent.get(first, local);
    if (known >= 0) return known === 1;
    const { cluster } = this.table.context;
    const { message } = this.table.messageOf(number);
    const is = isSpent(cluster, message, this.table.stateOf(local), { mayFail, mayRestore });
    this.spent.set(first, local, is ? 1 : 0);
    return is;
  }

  private mayFail(host: number, budget: number): boolean {
    const { faults } = this.configuration;
    for (let index = 0; index < faults.length; index += 1) {
      const fault = faults[index];
      if (fault?.host === host && usedOf(budget, FAULTS_SHIFT + 3 * index) < fault.count) return true;
    }
    return false;
  }

  private mayRestore(host: number, budget: number): boolean {
    const { watchHosts, restoreCountMax, operator } = this.configuration;
    if (operator?.host === host && !isOperatorUsed(budget)) return true;
    return watchHosts.includes(host) && usedOf(budget, RESTORES_SHIFT) < restoreCountMax;
  }
}
