/**
 * One backup server on a recording environment: hands it events, completes its disk operations, crashes it.
 */
import type { ClusterConfiguration } from "../../../src/core/protocol/cluster.ts";
import type { MembersMessage, Message } from "../../../src/core/protocol/messages.ts";
import {
  serverMembers,
  serverMessage,
  serverStorage,
  serverTimer,
  startServer,
} from "../../../src/core/protocol/server.ts";
import { decodeControl } from "../../../src/core/protocol/server-control.ts";
import {
  createServer,
  type ServerControl,
  type ServerState,
} from "../../../src/core/protocol/server-state.ts";
import type { WholeCheckpoint } from "./cluster-case.ts";
import { Recorder } from "./recorder.ts";

/** The host that the former and the writer run on. */
const WRITER = 0;

export class ServerBench {
  readonly cluster: ClusterConfiguration;
  readonly slot: number;
  readonly state: ServerState;
  readonly env: Recorder;

  private constructor(cluster: ClusterConfiguration, slot: number, disk: ReadonlyMap<string, Uint8Array>) {
    this.cluster = cluster;
    this.slot = slot;
    this.state = createServer(cluster, slot);
    this.env = new Recorder(cluster.slotHosts[slot] ?? -1, disk);
  }

  /** A server of a cluster that starts from nothing. Its first record is on disk. */
  static init(cluster: ClusterConfiguration, slot = 0): ServerBench {
    const bench = new ServerBench(cluster, slot, new Map());
    startServer(cluster, bench.state, bench.env, "init");
    bench.settle();
    bench.env.forget();
    return bench;
  }

  /** A server that comes up on this disk. With `isSettled` false nothing was read yet. */
  static restart(
    cluster: ClusterConfiguration,
    disk: ReadonlyMap<string, Uint8Array>,
    slot = 0,
    isSettled = true,
  ): ServerBench {
    const bench = new ServerBench(cluster, slot, disk);
    startServer(cluster, bench.state, bench.env, "restart");
    if (isSettled) bench.settle();
    return bench;
  }

  hear(message: Message & { readonly to: "server" }, from = WRITER): void {
    serverMessage(this.cluster, this.state, this.env, from, message);
  }

  hearMembers(message: MembersMessage): void {
    serverMembers(this.cluster, this.state, this.env, message);
  }

  fire(timer: string): void {
    delete this.env.timers[timer];
    serverTimer(this.cluster, this.state, this.env, timer);
  }

  /** Completes the oldest disk operation; false when there was none. */
  step(isOk = true): boolean {
    const completion = this.env.complete(isOk);
    if (completion === undefined) return false;
    serverStorage(this.cluster, this.state, this.env, completion);
    return true;
  }

  /** Completes everything that was issued, and what follows from it. */
  settle(): void {
    while (this.step());
  }

  /** Completes operations up to and including the next flush, well or not. */
  flush(isOk = true): void {
    for (;;) {
      const isFlush = this.env.operations.find(({ kind }) => kind !== "remove")?.kind === "flush";
      if (!this.step(isFlush ? isOk : true) || isFlush) return;
    }
  }

  supplyPieces({ key, membersOf }: WholeCheckpoint): void {
    for (const { group, member, digest, bytes } of membersOf(this.slot)) {
      this.hear({ to: "server", type: "piece", key, slot: this.slot, group, member, digest, bytes });
    }
  }

  supplyManifest({ key, bytes }: WholeCheckpoint): void {
    this.hear({ to: "server", type: "store", key, slot: this.slot, manifest: bytes });
  }

  /** A whole store, up to the acknowledgement. */
  store(checkpoint: WholeCheckpoint): void {
    this.supplyPieces(checkpoint);
    this.settle();
    this.supplyManifest(checkpoint);
    this.settle();
  }

  /** The newest whole control record of a disk. */
  recordOn(disk: ReadonlyMap<string, Uint8Array>): ServerControl | undefined {
    const copies = ["c/0", "c/1"].map((file) =>
      decodeControl(disk.get(file), disk.has(file), this.cluster.digests),
    );
    const whole = copies.filter((copy) => copy.kind === "whole");
    return whole.sort((a, b) => b.number - a.number)[0]?.control;
  }
}
