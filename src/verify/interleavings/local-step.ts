/**
 * One event of one host, carried out on a copy of its state: the new state, what it sent to others, and what a judge may
 * see of it. A pure function: the same state and event always give the same outcome, so outcomes are kept and used again.
 *
 * Eager parts, and why they lose nothing but what is stated:
 * - messages of a host to itself are handled at once, in the order sent: they never leave the host, and two handlers of a
 *   host cannot overlap anyway. What is not explored: messages of others that arrive in between.
 * - a read or write at the head of the disk's queue completes at once ("flushes"): its completion only lets an answer be
 *   sent, and the answer may be as late as it likes. What is not explored: another event of this host in between.
 */
import { AssertionError } from "../../core/assertion.ts";
import { keyText } from "../../core/checkpoint/key.ts";
import type { ClusterConfiguration } from "../../core/protocol/cluster.ts";
import type { Environment, HostId } from "../../core/protocol/environment.ts";
import type { Message } from "../../core/protocol/messages.ts";
import type { Note } from "../../core/protocol/notes.ts";
import type { SoftwareEvent } from "../../core/protocol/software.ts";
import type { HostState } from "../../core/protocol/host.ts";
import { RESTORER_TICK } from "../../core/protocol/restorer.ts";
import { forkPlain } from "../../sim/fork.ts";
import type { HostProgram } from "../../sim/host-program.ts";
import type { DiskFate, FaultChoice, InterleavingConfiguration } from "./configuration.ts";
import { imageBytesOf } from "./configuration.ts";
import { filesLeft, rotFile, withoutRot } from "./harm.ts";
import { keyWords } from "./judge.ts";
import type { LocalState } from "./local-state.ts";
import {
  contentOf,
  heldFacts,
  isContentOf,
  isControlRotten,
  isDiskRotten,
  isRestoredWithFlags,
  misplacedFiles,
  type Observation,
} from "./observations.ts";
import { completeNext, crashDisk, failNext } from "./plain-disk.ts";
import {
  complaintOf,
  createLedger,
  ledgerAsks,
  ledgerHears,
  ledgerHearsRefusal,
  ledgerPauses,
} from "./restore-ledger.ts";

export type LocalEvent =
  | { readonly kind: "message"; readonly from: HostId; readonly message: Message }
  | { readonly kind: "timer"; readonly name: string }
  | { readonly kind: "storage" }
  | { readonly kind: "fault"; readonly fault: FaultChoice; readonly harm: string }
  | { readonly kind: "restart" }
  | { readonly kind: "init" }
  | { readonly kind: "checkpoint" };

export interface SentMessage {
  readonly to: HostId;
  readonly message: Message;
}

export interface LocalOutcome {
  readonly after: LocalState;
  readonly sent: readonly SentMessage[];
  /** Timers that were started, or started anew, in order. */
  readonly timersSet: readonly { readonly name: string; readonly delayNs: number }[];
  readonly observations: readonly Observation[];
}

/** What stays the same over all steps of an exploration. */
export interface StepContext {
  readonly configuration: InterleavingConfiguration;
  readonly cluster: ClusterConfiguration;
  readonly program: HostProgram;
}

type Files = Readonly<Record<string, Uint8Array>>;

/** Steps of one host that follow each other at once; more of them is a loop in the program. */
const EAGER_STEPS_MAX = 2000;

class LocalRun {
  readonly sent: SentMessage[] = [];
  readonly timersSet: { readonly name: string; readonly delayNs: number }[] = [];
  readonly observations: Observation[] = [];
  readonly state: LocalState;
  private readonly context: StepContext;
  private readonly host: HostId;
  private readonly env: Environment;
  private readonly toSelf: Message[] = [];
  private isFlagged: boolean = false;
  private isWanted: boolean = false;

  constructor(context: StepContext, host: HostId, state: LocalState) {
    this.context = context;
    this.host = host;
    this.state = state;
    this.env = this.environment();
  }

  run(event: LocalEvent): void {
    const { state, env } = this;
    const { program } = this.context;
    switch (event.kind) {
      case "fault":
        return this.strike(event.fault, event.harm);
      case "init":
      case "restart":
        if (isControlRotten(state.disk.durable)) this.observeDiskLost(); // nobody can tell any more what it held
        state.power = "up";
        state.program = program.create(this.host) as HostState;
        program.start(state.program, env, event.kind);
        break;
      case "message":
        this.deliver(event.from, event.message);
        break;
      case "timer":
        state.timers = state.timers.filter((name) => name !== event.name);
        // What has no bound is not counted: it would keep equal states apart.
        if (event.name in this.context.configuration.timers)
          state.fired[event.name] = (state.fired[event.name] ?? 0) + 1;
        if (state.program !== undefined) program.timer(state.program, env, event.name);
        break;
      case "storage":
        this.completeStorage();
        break;
      case "checkpoint":
        this.takeCheckpoint();
        break;
    }
    if (event.kind === "init" && this.host === this.context.cluster.productionHost) this.beginSoftware();
    this.settle(event.kind === "init");
  }

  /** Everything that happens at once: see the header. The cluster's first records are flushed before it is used. */
  private settle(isInit: boolean): void {
    const { state } = this;
    const mode = isInit ? "at-once" : this.context.configuration.storage;
    for (let steps = 0; steps < EAGER_STEPS_MAX; steps += 1) {
      const message = this.toSelf.shift();
      if (message !== undefined) {
        this.deliver(this.host, message);
        continue;
      }
      const [head] = state.disk.queue;
      if (
        head === undefined ||
        (mode !== "at-once" && head.kind !== "remove" && (mode === "all" || head.kind === "flush"))
      )
        return;
      this.completeStorage();
    }
    throw new AssertionError(`host ${this.host} does not come to rest`);
  }

  private completeStorage(): void {
    const { state, env } = this;
    const before = state.disk.durable;
    const completion = completeNext(state.disk);
    this.observeDisk(before);
    if (completion !== undefined && state.program !== undefined)
      this.context.program.storage(state.program, env, completion);
  }

  private deliver(from: HostId, message: Message): void {
    const { state, env } = this;
    if (state.program === undefined) return;
    if (message.type === "promise") state.heard = ledgerHears(state.heard, message);
    if (message.type === "ask-refused")
      state.heard = ledgerHearsRefusal(state.heard, message.ballot, message.refusal);
    this.context.program.message(state.program, env, from, message);
  }

  /** Facts of the disk come before the claims that rest on them. */
  private observeDisk(before: Files): void {
    const { state, context, observations } = this;
    const slot = context.cluster.slotHosts.indexOf(this.host);
    const after = state.disk.durable;
    if (slot >= 0 && before !== after) observations.push(...diskFacts(context, before, after, slot));
  }

  private strike(fault: FaultChoice, harm: string): void {
    const { state, env } = this;
    const before = state.disk.durable;
    switch (fault.kind) {
      case "rot":
        rotFile(state.disk, harm);
        return this.observeDisk(before);
      case "storage-fails": {
        const completion = failNext(state.disk);
        if (state.program !== undefined) this.context.program.storage(state.program, env, completion);
        return this.settle(false);
      }
      case "crash":
        return this.crash(fault.disk, harm, fault.returns);
    }
  }

  private crash(disk: DiskFate, harm: string, returns: boolean): void {
    const { state } = this;
    const before = state.disk.durable;
    crashDisk(state.disk, disk, filesLeft(state.disk, harm));
    this.observeDisk(before);
    state.power = returns ? "down" : "gone";
    state.program = undefined;
    state.timers = [];
    state.software = undefined;
    state.heard = undefined;
    if (disk === "disk-lost" || !returns) this.observeDiskLost();
    if (!returns) crashDisk(state.disk, "disk-lost"); // nobody reads it again
  }

  private observeDiskLost(): void {
    const slot = this.context.cluster.slotHosts.indexOf(this.host);
    if (slot >= 0) this.observations.push({ kind: "disk-lost", slot });
  }

  private beginSoftware(): void {
    const { state } = this;
    const ballot = state.program === undefined ? undefined : this.context.program.incarnation(state.program);
    if (ballot === undefined) return;
    state.software = { ballot, sequence: 0, isWanted: this.isWanted };
    this.observations.push({ kind: "init-started", ballot });
  }

  private takeCheckpoint(): void {
    const { state, env } = this;
    if (state.program === undefined || state.software === undefined) return;
    const { ballot } = state.software;
    const sequence = state.software.sequence + 1;
    const bytes = contentOf(ballot, sequence, imageBytesOf(this.context.configuration, this.context.cluster));
    const given = this.context.program.checkpoint(state.program, env, [{ name: "state", bytes }]);
    if (given === undefined) return;
    if (given !== sequence) {
      this.observations.push({ kind: "failed", message: `checkpoint ${sequence} was numbered ${given}` });
    }
    if (state.software !== undefined) state.software = { ballot, sequence, isWanted: false };
  }

  private environment(): Environment {
    const { state, context, host, sent } = this;
    const { queue } = state.disk;
    return {
      self: host,
      storage: {
        write: (file, bytes, token) => void queue.push({ kind: "write", file, bytes, token }),
        read: (file, token) => void queue.push({ kind: "read", file, token }),
        remove: (file) => void queue.push({ kind: "remove", file }),
        flush: (token) => void queue.push({ kind: "flush", token }),
        list: (token) => void queue.push({ kind: "list", token }),
      },
      send: (to, message) => {
        const { slowSelfTypes, lostTypes, beatHosts } = context.configuration;
        if (message.type === "ask") state.heard = ledgerAsks(state.heard);
        if (to === host && !slowSelfTypes.includes(message.type)) this.toSelf.push(message);
        else if (lostTypes.includes(message.type) || (message.type === "beat" && !beatHosts.includes(to)))
          return;
        else sent.push({ to, message });
      },
      setTimer: (name, delayNs) => {
        this.timersSet.push({ name, delayNs });
        if (!state.timers.includes(name)) state.timers.push(name);
      },
      cancelTimer: (name) => {
        state.timers = state.timers.filter((each) => each !== name);
      },
      random: () => {
        state.randomCount += 1;
        const isRising = context.configuration.randomNumbers === "rising";
        return (host + 1) * 1000 + (isRising ? state.randomCount : 999 - state.randomCount);
      },
      charge: () => {},
      note: (note) => this.note(note),
      software: (event) => this.software(event),
    };
  }

  private note(note: Note): void {
    const { state, observations, context } = this;
    switch (note.kind) {
      case "stored": {
        const { slot, key } = note;
        const isDurable = heldFacts(withoutRot(state.disk.durable), slot).some(
          ({ text }) => text === keyText(key),
        );
        observations.push({ kind: "acknowledged", slot, key, isDurable });
        return;
      }
      case "known-durable":
        observations.push({ kind: "known-durable", key: note.key });
        return;
      case "complete": {
        const heldWords = heldFacts(withoutRot(state.disk.durable), note.slot).map(({ key }) =>
          keyWords(key),
        );
        observations.push({ kind: "complete", slot: note.slot, life: note.life, heldWords });
        return;
      }
      case "verdict":
        if (note.verdict.kind === "restored") this.isFlagged = isRestoredWithFlags(note.verdict);
        if (note.verdict.kind === "waiting" && state.heard !== undefined) {
          const { cluster } = context;
          observations.push({ kind: "waiting", complaint: complaintOf(cluster, state.heard, note.verdict) });
        }
        if (note.verdict.kind !== "waiting") state.heard = ledgerPauses(state.heard);
        if (note.verdict.kind === "refused") {
          observations.push({ kind: "refused", ballot: note.ballot, isOperator: note.ballot.epoch > 0 });
        }
        return;
      case "restore-started": {
        const isJudged = RESTORER_TICK in context.configuration.timers;
        if (isJudged) {
          const lostSlots = note.operator ? (context.configuration.operator?.lostSlots ?? []) : [];
          state.heard = createLedger(note.ballot, lostSlots, note.operator);
        }
        return;
      }
      case "restore-abandoned":
        state.heard = undefined;
        return;
      default:
        return;
    }
  }

  private software(event: SoftwareEvent): void {
    const { state, observations } = this;
    switch (event.kind) {
      case "start": {
        const { ballot, key, segments } = event;
        const [only] = segments;
        const isIntact =
          segments.length === 1 &&
          only !== undefined &&
          isContentOf(key, imageBytesOf(this.context.configuration, this.context.cluster), only.bytes);
        const isFlagged = this.isFlagged || ballot.epoch > 0;
        state.software = { ballot, sequence: key.sequence, isWanted: false };
        state.heard = undefined;
        observations.push({ kind: "started", ballot, key, isIntact, isFlagged });
        return;
      }
      case "durable":
        if (state.software === undefined) return;
        observations.push({ kind: "output", ballot: state.software.ballot, sequence: event.sequence });
        return;
      case "fenced":
        state.software = undefined;
        return;
      case "wanted":
        if (!this.context.configuration.checkpointsOnDemand) return;
        this.isWanted = true;
        if (state.software !== undefined) state.software = { ...state.software, isWanted: true };
        return;
      case "failed":
        return;
    }
  }
}

export function runLocalStep(
  context: StepContext,
  host: HostId,
  before: LocalState,
  event: LocalEvent,
): LocalOutcome {
  const run = new LocalRun(context, host, forkPlain(before));
  try {
    run.run(event);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { after: before, sent: [], timersSet: [], observations: [{ kind: "failed", message }] };
  }
  return {
    after: run.state,
    sent: run.sent,
    timersSet: run.timersSet,
    observations: run.observations,
  };
}

/** What the disk holds now and did not hold before. */
function diskFacts({ configuration }: StepContext, before: Files, after: Files, slot: number): Observation[] {
  const whole = withoutRot(after);
  const known = new Set(
    heldFacts(withoutRot(before), slot).map(({ text, isNamedLife }) => `${text} ${isNamedLife}`),
  );
  const facts: Observation[] = [];
  for (const { key, text, placement, isNamedLife } of heldFacts(whole, slot)) {
    if (isNamedLife && !known.has(`${text} true`)) facts.push({ kind: "held", slot, key, placement });
  }
  if (configuration.faults.some(({ kind }) => kind === "rot")) {
    const isRotten = isDiskRotten(after);
    if (isRotten !== isDiskRotten(before)) facts.push({ kind: "rot", slot, isRotten });
  }
  const earlier = new Set(misplacedFiles(before));
  for (const file of misplacedFiles(after)) {
    if (!earlier.has(file)) facts.push({ kind: "misplaced", slot, file });
  }
  return facts;
}
