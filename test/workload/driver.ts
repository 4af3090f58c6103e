/**
 * A small event loop that runs a workload without the protocol: hosts, clients, messages that come late, twice or not
 * at all, timers, checkpoints that become durable after a while, crashes and restarts.
 *
 * Everything is a function of the seed; all state is plain data, so that a whole run can be forked.
 * Not covered: disks, former, incarnations that race. A checkpoint is either durable or failed.
 */
import { assert } from "../../src/core/assertion.ts";
import type { Segment } from "../../src/core/checkpoint/image.ts";
import type {
  Client,
  ProcessEnvironment,
  Software,
  SoftwareEnvironment,
  WorkloadRun,
} from "../../src/sim/software.ts";
import { mixWords } from "../../src/workload/mix.ts";

export interface DriverSettings {
  readonly seed: number;
  /** Clients have the ids from here on. */
  readonly hostCount: number;
  readonly latencyNsMax: number;
  readonly durableAfterNs: number;
  readonly lostPercent: number;
  readonly duplicatedPercent: number;
  readonly failedPercent: number;
}

const CALM: DriverSettings = {
  seed: 1,
  hostCount: 3,
  latencyNsMax: 1_000_000,
  durableAfterNs: 20_000_000,
  lostPercent: 0,
  duplicatedPercent: 0,
  failedPercent: 0,
};

export interface TakenCheckpoint {
  readonly host: number;
  readonly incarnation: number;
  readonly sequence: number;
  readonly segments: readonly Segment[];
  durable: boolean;
}

export interface Release {
  readonly incarnation: number;
  readonly sequence: number;
  readonly output: string;
  /** Whether that checkpoint of that incarnation had been reported durable at this moment. */
  readonly wasDurable: boolean;
}

export interface SentMessage {
  readonly atNs: number;
  readonly from: number;
  readonly to: number;
  readonly payload: unknown;
}

type Event = { readonly atNs: number; readonly order: number } & (
  | { readonly kind: "message"; readonly from: number; readonly to: number; readonly payload: unknown }
  | {
      readonly kind: "timer";
      readonly process: number;
      readonly life: number;
      readonly name: string;
      readonly version: number;
    }
  | {
      readonly kind: "resolved";
      readonly host: number;
      readonly life: number;
      readonly sequence: number;
      readonly ok: boolean;
    }
);

interface Host {
  readonly software: Software;
  readonly incarnation: number;
}

/** An event without its place in the order. */
type Planned = Event extends infer E ? (E extends Event ? Omit<E, "order"> : never) : never;

export class Driver {
  readonly run: WorkloadRun;
  readonly settings: DriverSettings;
  readonly checkpoints: TakenCheckpoint[] = [];
  readonly releases: Release[] = [];
  readonly sent: SentMessage[] = [];
  nowNs = 0;
  private events: Event[] = [];
  private orderNext = 0;
  private incarnationNext = 1;
  private readonly hosts = new Map<number, Host>();
  private readonly underWay = new Set<number>();
  private readonly sequenceNext = new Map<number, number>();
  private readonly timerVersions = new Map<string, number>();
  private readonly draws = new Map<number, number>();

  constructor(run: WorkloadRun, settings: Partial<DriverSettings> = {}) {
    this.run = run;
    this.settings = { ...CALM, ...settings };
  }

  /** Starts new software on the host, and the clients. */
  begin(host = 0): void {
    this.startSoftware(host, this.run.create());
    this.run.clients.forEach((client, index) =>
      client.start(this.processEnvironment(this.settings.hostCount + index, 0)),
    );
  }

  /** Handles every event up to the moment. */
  runUntil(endNs: number): void {
    for (;;) {
      const event = this.events[0];
      if (event === undefined || event.atNs > endNs) break;
      this.events.shift();
      this.nowNs = event.atNs;
      this.handle(event);
    }
    this.nowNs = endNs;
  }

  crash(host: number): void {
    const lost = this.hosts.get(host);
    assert(lost !== undefined, "a host that crashes runs something");
    lost.software.stop();
    this.hosts.delete(host);
    this.underWay.delete(lost.incarnation);
  }

  /** From here on no checkpoint of this host becomes durable: its servers stand behind a newer incarnation. */
  silence(host: number): void {
    this.events = this.events.filter((event) => event.kind !== "resolved" || event.host !== host);
  }

  /** Restarts from the segments on the host; gives the reason when the software refuses. */
  restart(host: number, segments: readonly Segment[]): string | undefined {
    const restarted = this.run.restart(segments);
    if (!restarted.ok) return restarted.reason;
    const env = this.startSoftware(host, restarted.software);
    // The protocol wants a full checkpoint first of all after a restore.
    restarted.software.wanted(env);
    return undefined;
  }

  get newestDurable(): TakenCheckpoint {
    const newest = this.checkpoints.findLast(({ durable }) => durable);
    assert(newest !== undefined, "a checkpoint is durable");
    return newest;
  }

  /** Running software, oldest incarnation first. */
  get running(): Software[] {
    return [...this.hosts.values()]
      .sort((a, b) => a.incarnation - b.incarnation)
      .map(({ software }) => software);
  }

  stopAll(): void {
    for (const host of this.hosts.keys()) this.crash(host);
  }

  /** An independent run in the same state. */
  fork(): Driver {
    const copy = new Driver(this.run.fork(), this.settings);
    copy.checkpoints.push(...this.checkpoints.map((checkpoint) => ({ ...checkpoint })));
    copy.releases.push(...this.releases);
    copy.sent.push(...this.sent);
    copy.nowNs = this.nowNs;
    copy.events = [...this.events];
    copy.orderNext = this.orderNext;
    copy.incarnationNext = this.incarnationNext;
    for (const [host, { software, incarnation }] of this.hosts) {
      copy.hosts.set(host, { software: software.fork(copy.run), incarnation });
    }
    for (const incarnation of this.underWay) copy.underWay.add(incarnation);
    for (const [incarnation, next] of this.sequenceNext) copy.sequenceNext.set(incarnation, next);
    for (const [timer, version] of this.timerVersions) copy.timerVersions.set(timer, version);
    for (const [stream, count] of this.draws) copy.draws.set(stream, count);
    return copy;
  }

  private startSoftware(host: number, software: Software): SoftwareEnvironment {
    assert(!this.hosts.has(host), "a host runs one instance");
    const incarnation = this.incarnationNext;
    this.incarnationNext += 1;
    this.hosts.set(host, { software, incarnation });
    const env = this.softwareEnvironment(host, incarnation);
    software.start(env);
    return env;
  }

  private handle(event: Event): void {
    const client = this.clientAt(
      event.kind === "timer" ? event.process : event.kind === "message" ? event.to : -1,
    );
    if (event.kind === "message") {
      const host = this.hosts.get(event.to);
      if (client !== undefined)
        client.message(this.processEnvironment(event.to, 0), event.from, event.payload);
      else if (host !== undefined) {
        host.software.message(
          this.softwareEnvironment(event.to, host.incarnation),
          event.from,
          event.payload,
        );
      }
    } else if (event.kind === "timer") {
      if (this.timerVersions.get(timerKey(event.process, event.life, event.name)) !== event.version) return;
      const host = this.hosts.get(event.process);
      if (client !== undefined) client.timer(this.processEnvironment(event.process, 0), event.name);
      else if (host?.incarnation === event.life) {
        host.software.timer(this.softwareEnvironment(event.process, event.life), event.name);
      }
    } else {
      this.resolve(event.host, event.life, event.sequence, event.ok);
    }
  }

  /** The servers have a checkpoint or not, whether or not the software still runs that would be told. */
  private resolve(hostId: number, incarnation: number, sequence: number, ok: boolean): void {
    const host = this.hosts.get(hostId);
    if (host?.incarnation !== incarnation) return;
    const env = this.softwareEnvironment(hostId, incarnation);
    this.underWay.delete(incarnation);
    if (!ok) {
      host.software.failed(env, sequence, "attempts-exhausted");
      return;
    }
    const taken = this.checkpoints.find(
      (one) => one.incarnation === incarnation && one.sequence === sequence,
    );
    assert(taken !== undefined, "a checkpoint that is durable was taken");
    taken.durable = true;
    host.software.durable(env, sequence);
  }

  private clientAt(id: number): Client | undefined {
    return this.run.clients[id - this.settings.hostCount];
  }

  private processEnvironment(self: number, life: number): ProcessEnvironment {
    return {
      self,
      nowNs: () => this.nowNs,
      random: () => this.draw(self * 64 + life),
      send: (to, payload, payloadBytes) => {
        assert(payloadBytes > 0, "messages have a size");
        this.sent.push({ atNs: this.nowNs, from: self, to, payload });
        if (this.percent(this.settings.lostPercent)) return;
        const copyCount = this.percent(this.settings.duplicatedPercent) ? 2 : 1;
        for (let copy = 0; copy < copyCount; copy += 1) {
          const delayNs = 1 + (this.draw(-1) % this.settings.latencyNsMax);
          this.plan({ kind: "message", atNs: this.nowNs + delayNs, from: self, to, payload });
        }
      },
      setTimer: (name, delayNs) => {
        assert(Number.isSafeInteger(delayNs) && delayNs >= 0, "a delay is an integer of nanoseconds");
        const key = timerKey(self, life, name);
        const version = (this.timerVersions.get(key) ?? 0) + 1;
        this.timerVersions.set(key, version);
        this.plan({ kind: "timer", atNs: this.nowNs + delayNs, process: self, life, name, version });
      },
      cancelTimer: (name) => {
        const key = timerKey(self, life, name);
        this.timerVersions.set(key, (this.timerVersions.get(key) ?? 0) + 1);
      },
    };
  }

  private softwareEnvironment(host: number, incarnation: number): SoftwareEnvironment {
    return {
      ...this.processEnvironment(host, incarnation),
      checkpoint: (segments) => {
        if (this.underWay.has(incarnation)) return undefined;
        this.underWay.add(incarnation);
        const sequence = this.sequenceNext.get(incarnation) ?? 1;
        this.sequenceNext.set(incarnation, sequence + 1);
        this.checkpoints.push({ host, incarnation, sequence, segments, durable: false });
        const atNs = this.nowNs + this.settings.durableAfterNs;
        const ok = !this.percent(this.settings.failedPercent);
        this.plan({ kind: "resolved", atNs, host, life: incarnation, sequence, ok });
        return sequence;
      },
      released: (sequence, output) => {
        const held = this.checkpoints.find(
          (one) => one.incarnation === incarnation && one.sequence === sequence,
        );
        this.releases.push({ incarnation, sequence, output, wasDurable: held?.durable === true });
      },
    };
  }

  private plan(planned: Planned): void {
    const event = { ...planned, order: this.orderNext } as Event;
    this.orderNext += 1;
    const place = this.events.findIndex((other) => other.atNs > event.atNs);
    this.events.splice(place === -1 ? this.events.length : place, 0, event);
  }

  private percent(chance: number): boolean {
    return chance > 0 && this.draw(-2) % 100 < chance;
  }

  private draw(stream: number): number {
    const count = this.draws.get(stream) ?? 0;
    this.draws.set(stream, count + 1);
    return mixWords(this.settings.seed, stream, count);
  }
}

function timerKey(process: number, life: number, name: string): string {
  return `${process}/${life}/${name}`;
}
