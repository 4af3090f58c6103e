/**
 * A small workload for worlds: a counter that clients raise, with output commit, whose image is the count and a filling.
 */
import type { Segment } from "../../src/core/checkpoint/image.ts";
import type {
  Client,
  ProcessEnvironment,
  Software,
  SoftwareEnvironment,
  WorkloadJudgement,
  WorkloadRun,
} from "../../src/sim/index.ts";

const CHECKPOINT_NS = 10_000_000;
const POST_NS = 1_000_000;

export interface CounterSettings {
  readonly imageBytes: number;
  readonly clientCount: number;
  /** Hosts that clients post to. */
  readonly hosts: readonly number[];
}

export class Counter implements Software {
  count: number;
  private readonly imageBytes: number;
  private unanswered: { readonly client: number; readonly count: number }[] = [];
  private readonly countAt: Map<number, number> = new Map();
  stopped: boolean = false;

  constructor(count: number, imageBytes: number) {
    this.count = count;
    this.imageBytes = imageBytes;
  }

  start(env: SoftwareEnvironment): void {
    env.setTimer("checkpoint", CHECKPOINT_NS);
  }

  message(_env: SoftwareEnvironment, from: number): void {
    this.count += 1;
    this.unanswered.push({ client: from, count: this.count });
  }

  timer(env: SoftwareEnvironment): void {
    const bytes = new Uint8Array(this.imageBytes).fill(this.count & 0xff);
    new DataView(bytes.buffer).setUint32(0, this.count);
    const sequence = env.checkpoint([{ name: "counter", bytes }]);
    if (sequence !== undefined) this.countAt.set(sequence, this.count);
    env.setTimer("checkpoint", CHECKPOINT_NS + (env.random() % 100));
  }

  durable(env: SoftwareEnvironment, sequence: number): void {
    const upTo = this.countAt.get(sequence) ?? 0;
    for (const { client, count } of this.unanswered.filter((each) => each.count <= upTo)) {
      env.released(sequence, `count ${count}`);
      env.send(client, count, 8);
    }
    this.unanswered = this.unanswered.filter((each) => each.count > upTo);
  }

  failed(): void {}
  wanted(): void {}

  stop(): void {
    this.stopped = true;
  }

  fork(): Counter {
    const copy = new Counter(this.count, this.imageBytes);
    copy.unanswered = this.unanswered.slice();
    for (const [sequence, count] of this.countAt) copy.countAt.set(sequence, count);
    return copy;
  }
}

export class CounterClient implements Client {
  readonly answered: number[];
  private readonly hosts: readonly number[];

  constructor(hosts: readonly number[], answered: readonly number[] = []) {
    this.hosts = hosts;
    this.answered = [...answered];
  }

  start(env: ProcessEnvironment): void {
    env.setTimer("post", POST_NS + (env.random() % 1000));
  }

  message(_env: ProcessEnvironment, _from: number, payload: unknown): void {
    this.answered.push(payload as number);
  }

  timer(env: ProcessEnvironment): void {
    for (const host of this.hosts) env.send(host, "raise", 16);
    env.setTimer("post", POST_NS + (env.random() % 100));
  }

  fork(): CounterClient {
    return new CounterClient(this.hosts, this.answered);
  }
}

export class CounterRun implements WorkloadRun {
  readonly clients: readonly CounterClient[];
  readonly instances: Counter[] = [];
  private readonly settings: CounterSettings;

  constructor(settings: CounterSettings, clients?: readonly CounterClient[]) {
    this.settings = settings;
    const fresh = Array.from({ length: settings.clientCount }, () => new CounterClient(settings.hosts));
    this.clients = clients ?? fresh;
  }

  create(): Counter {
    return this.instance(0);
  }

  restart(segments: readonly Segment[]): { ok: true; software: Counter } | { ok: false; reason: string } {
    const [segment] = segments;
    if (segment?.bytes.length !== this.settings.imageBytes) return { ok: false, reason: "not a counter" };
    const { buffer, byteOffset } = segment.bytes;
    return { ok: true, software: this.instance(new DataView(buffer, byteOffset).getUint32(0)) };
  }

  judge(running: readonly Software[]): WorkloadJudgement {
    const counters = running as readonly Counter[];
    const answered = this.clients.reduce((total, client) => total + client.answered.length, 0);
    return {
      violations: [],
      checkedCounts: { running: counters.length, count: counters.at(-1)?.count ?? 0, answered },
      continuationCount: 0,
    };
  }

  fork(): CounterRun {
    return new CounterRun(
      this.settings,
      this.clients.map((client) => client.fork()),
    );
  }

  private instance(count: number): Counter {
    const counter = new Counter(count, this.settings.imageBytes);
    this.instances.push(counter);
    return counter;
  }
}
