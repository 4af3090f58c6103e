/**
 * Numbers for local states, messages and facts, and every outcome computed once.
 *
 * Interleavings bring one host into the same state with the same event again and again; what follows is looked up then.
 * So the program runs once for each distinct pair of local state and event, and a state of the whole cluster is a short
 * list of numbers. Invariant: what is interned is never changed; messages are frozen copies.
 */
import { assert } from "../../core/assertion.ts";
import type { HostId } from "../../core/protocol/environment.ts";
import type { Message } from "../../core/protocol/messages.ts";
import { forkPlain } from "../../sim/fork.ts";
import { Judge, NO_FACTS, type Judgement, type PathFacts, type Violation } from "./judge.ts";
import { BufferNames, localText, type LocalState } from "./local-state.ts";
import { runLocalStep, type LocalEvent, type LocalOutcome, type StepContext } from "./local-step.ts";
import type { Observation } from "./observations.ts";
import { quorumOfConfiguration } from "./configuration.ts";
import { PairTable } from "./pair-table.ts";
import { plainText } from "./plain-text.ts";
import type { PromiseId } from "../result.ts";

export interface MessageInFlight {
  readonly from: HostId;
  readonly to: HostId;
  readonly message: Message;
}

/** An outcome in numbers. */
export interface Step {
  readonly after: number;
  readonly sent: readonly number[];
  readonly timersSet: LocalOutcome["timersSet"];
  /** -1: nothing to judge. */
  readonly observed: number;
}

/** Facts after observations; `violation` ends the path. */
export interface JudgedStep {
  readonly facts: number;
  readonly violation: Violation | undefined;
}

function deepFreeze<T>(value: T): T {
  if (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Uint8Array) &&
    !Object.isFrozen(value)
  ) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

export class StepTable {
  readonly context: StepContext;
  readonly states: LocalState[] = [];
  readonly messages: MessageInFlight[] = [];
  readonly checkedCounts: Partial<Record<PromiseId, number>>;
  /** Runs of the program: distinct pairs of local state and event. */
  stepCount: number = 0;
  private readonly facts: PathFacts[] = [];
  private readonly observed: (readonly Observation[])[] = [];
  private readonly names: BufferNames = new BufferNames();
  private readonly stateNumbers: Map<string, number> = new Map();
  private readonly messageNumbers: Map<string, number> = new Map();
  private readonly factNumbers: Map<string, number> = new Map();
  private readonly harms: string[] = [];
  private readonly harmNumbers: Map<string, number> = new Map();
  private readonly steps: Step[] = [];
  private readonly stepNumbers: PairTable = new PairTable();
  private readonly judged: JudgedStep[] = [];
  private readonly judgedNumbers: PairTable = new PairTable();
  private readonly judge: Judge;

  constructor(context: StepContext, checkedCounts: Partial<Record<PromiseId, number>> = {}) {
    this.context = context;
    this.checkedCounts = checkedCounts;
    this.judge = new Judge(quorumOfConfiguration(context.configuration).tolerance);
    this.factNumber(NO_FACTS);
  }

  harmNumber(words: string): number {
    return numberOf(this.harmNumbers, words, this.harms, () => words);
  }

  harmOf(number: number): string {
    return this.harms[number] ?? "";
  }

  stateNumber(host: HostId, state: LocalState): number {
    return numberOf(this.stateNumbers, `${host} ${localText(state, this.names)}`, this.states, () => state);
  }

  stateOf(number: number): LocalState {
    const state = this.states[number];
    assert(state !== undefined, "numbers of states come from here");
    return state;
  }

  messageOf(number: number): MessageInFlight {
    const message = this.messages[number];
    assert(message !== undefined, "numbers of messages come from here");
    return message;
  }

  messageNumber(from: HostId, to: HostId, message: Message): number {
    const text = `${from} ${to} ${plainText(message, (bytes) => this.names.nameOf(bytes))}`;
    return numberOf(this.messageNumbers, text, this.messages, () =>
      deepFreeze({ from, to, message: forkPlain(message) }),
    );
  }

  factNumber(facts: PathFacts): number {
    return numberOf(this.factNumbers, JSON.stringify(facts), this.facts, () => facts);
  }

  factsOf(number: number): PathFacts {
    const facts = this.facts[number];
    assert(facts !== undefined, "numbers of facts come from here");
    return facts;
  }

  /** `code` names the event among those of this exploration. */
  step(host: HostId, state: number, code: number, eventOf: () => LocalEvent): Step {
    const known = this.stepNumbers.get(state, code);
    if (known >= 0) return this.steps[known] as Step;
    this.stepCount += 1;
    const step = this.stepOf(host, runLocalStep(this.context, host, this.stateOf(state), eventOf()));
    this.stepNumbers.set(state, code, this.steps.push(step) - 1);
    return step;
  }

  /** `observed` is a step's, and not -1. */
  judgeStep(facts: number, observed: number): JudgedStep {
    const known = this.judgedNumbers.get(facts, observed);
    if (known >= 0) return this.judged[known] as JudgedStep;
    const judgement: Judgement = this.judge.judge(this.factsOf(facts), this.observed[observed] ?? []);
    for (const promise of judgement.checked)
      this.checkedCounts[promise] = (this.checkedCounts[promise] ?? 0) + 1;
    const judged = { facts: this.factNumber(judgement.facts), violation: judgement.violation };
    this.judgedNumbers.set(facts, observed, this.judged.push(judged) - 1);
    return judged;
  }

  private stepOf(host: HostId, outcome: LocalOutcome): Step {
    let observed = -1;
    if (outcome.observations.length > 0) observed = this.observed.push(outcome.observations) - 1;
    return {
      after: this.stateNumber(host, outcome.after),
      timersSet: outcome.timersSet,
      sent: outcome.sent.map(({ to, message }) => this.messageNumber(host, to, message)),
      observed,
    };
  }
}

function numberOf<T>(numbers: Map<string, number>, text: string, values: T[], make: () => T): number {
  const known = numbers.get(text);
  if (known !== undefined) return known;
  const number = values.push(make()) - 1;
  numbers.set(text, number);
  return number;
}
