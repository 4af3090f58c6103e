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
import { forkPlain } from "../../sim/fork.ts";
import type { HostProgram } from "../../sim/host-program.ts";
import type { DiskFate, InterleavingConfiguration } from "./configuration.ts";
import { imageBytesOf } from "./configuration.ts";
import { keyWords } from "./judge.ts";
import type { LocalState } from "./local-state.ts";
import {
  contentOf,
  heldFacts,
  isContentOf,
  isRestoredWithFlags,
  misplacedFiles,
  type Observation,
} from "./observations.ts";
import { completeNext, crashDisk } from "./plain-disk.ts";

export type LocalEvent =
  | { readonly kind: "message"; readonly from: HostId; readonly message: Message }
  | { readonly kind: "timer"; readonly name: string }
  | { readonly kind: "storage" }
  | { readonly kind: "crash"; readonly disk: DiskFate; readonly returns: boolean }
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
      case "crash":
        return this.crash(event.disk, event.returns);
      case "init":
      case "restart":
        state.power = "up";
        state.program = program.create(this.host) as HostState;
        program.start(state.program, env, event.kind);
        break;
      case "message":
        if (state.program !== undefined) program.message(state.program, env, event.from, event.message);
        break;
      case "timer":
        state.timers = state.timers.filter((name) => name !== event.name);
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
        if (state.program !== undefined)
          this.context.program.message(state.program, this.env, this.host, message);
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
    const completion = completeNext(state.disk);
    if (completion !== undefined && state.program !== undefined)
      this.context.program.storage(state.program, env, completion);
  }

  private crash(disk: DiskFate, returns: boolean): void {
    const { state } = this;
    crashDisk(state.disk, disk);
    state.power = returns ? "down" : "gone";
    state.program = undefined;
    state.timers = [];
    state.software = undefined;
    const slot = this.context.cluster.slotHosts.indexOf(this.host);
    if (slot >= 0 && (disk === "disk-lost" || !returns)) this.observations.push({ kind: "disk-lost", slot });
    if (!returns) crashDisk(state.disk, "disk-lost"); // nobody reads it again
  }

  private beginSoftware(): void {
    const { state } = this;
    const ballot = state.program === undefined ? undefined : this.context.program.incarnation(state.program);
    if (ballot === undefined) return;
    state.software = { ballot, sequence: 0 };
    this.observations.push({ kind: "init-started", ballot });
  }

  private takeCheckpoint(): void {
    const { state, env } = this;
    if (state.program === undefined || state.software === undefined) return;
    const { ballot } = state.software;
    const sequence = state.software.sequence + 1;
    const bytes = contentOf(ballot, sequence, imageBytesOf(this.context.cluster));
    const given = this.context.program.checkpoint(state.program, env, [{ name: "state", bytes }]);
    if (given === undefined) return;
    if (given !== sequence) {
      this.observations.push({ kind: "failed", message: `checkpoint ${sequence} was numbered ${given}` });
    }
    if (state.software !== undefined) state.software = { ballot, sequence };
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
        return (host + 1) * 1000 + state.randomCount;
      },
      charge: () => {},
      note: (note) => this.note(note),
      software: (event) => this.software(event),
    };
  }

  private note(note: Note): void {
    const { state, observations } = this;
    switch (note.kind) {
      case "stored": {
        const { slot, key } = note;
        const isDurable = heldFacts(state.disk.durable, slot).some(({ text }) => text === keyText(key));
        observations.push({ kind: "acknowledged", slot, key, isDurable });
        return;
      }
      case "known-durable":
        observations.push({ kind: "known-durable", key: note.key });
        return;
      case "complete": {
        const heldWords = heldFacts(state.disk.durable, note.slot).map(({ key }) => keyWords(key));
        observations.push({ kind: "complete", slot: note.slot, life: note.life, heldWords });
        return;
      }
      case "verdict":
        if (note.verdict.kind === "restored") this.isFlagged = isRestoredWithFlags(note.verdict);
        if (note.verdict.kind === "refused") {
          observations.push({ kind: "refused", ballot: note.ballot, isOperator: note.ballot.epoch > 0 });
        }
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
          segments.length === 1 && only !== undefined && isContentOf(key, this.context.cluster, only.bytes);
        const isFlagged = this.isFlagged || ballot.epoch > 0;
        state.software = { ballot, sequence: key.sequence };
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
      case "failed":
      case "wanted":
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
  const slot = context.cluster.slotHosts.indexOf(host);
  const facts = slot < 0 ? [] : diskFacts(before, run.state, slot);
  return {
    after: run.state,
    sent: run.sent,
    timersSet: run.timersSet,
    observations: [...facts, ...run.observations],
  };
}

/** What the disk holds now and did not hold before: facts come before the claims of the same step. */
function diskFacts(before: LocalState, after: LocalState, slot: number): Observation[] {
  if (before.disk.durable === after.disk.durable) return [];
  const known = new Set(
    heldFacts(before.disk.durable, slot).map(({ text, isNamedLife }) => `${text} ${isNamedLife}`),
  );
  const facts: Observation[] = [];
  for (const { key, text, placement, isNamedLife } of heldFacts(after.disk.durable, slot)) {
    if (isNamedLife && !known.has(`${text} true`)) facts.push({ kind: "held", slot, key, placement });
  }
  const earlier = new Set(misplacedFiles(before.disk.durable));
  for (const file of misplacedFiles(after.disk.durable)) {
    if (!earlier.has(file)) facts.push({ kind: "misplaced", slot, file });
  }
  return facts;
}
