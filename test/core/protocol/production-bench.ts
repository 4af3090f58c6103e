/** A production role on a recording environment, and what servers and formers say to it. */
import type { Segment } from "../../../src/core/checkpoint/image.ts";
import type { Ballot, CheckpointKey } from "../../../src/core/checkpoint/key.ts";
import type { ClusterConfiguration } from "../../../src/core/protocol/cluster.ts";
import type { AliveMessage, FormDoneMessage } from "../../../src/core/protocol/messages.ts";
import {
  productionBeat,
  productionMessage,
  startProduction,
  takeCheckpoint,
} from "../../../src/core/protocol/production.ts";
import { productionTick } from "../../../src/core/protocol/production-attempt.ts";
import { createProduction, type ProductionState } from "../../../src/core/protocol/production-state.ts";
import { ballotOf, FIRST_LIFE, imageBytesOf } from "./cluster-case.ts";
import { Recorder } from "./recorder.ts";

export const FORMER_BOOT = 77;

export class ProductionBench {
  readonly cluster: ClusterConfiguration;
  readonly state: ProductionState = createProduction();
  readonly env: Recorder = new Recorder(0);
  readonly ballot: Ballot;

  /** Started with ballot 1 and all slots joined, unless said otherwise. */
  constructor(
    cluster: ClusterConfiguration,
    start: {
      readonly ballot?: Ballot;
      readonly sequence?: number;
      readonly joinedSlots?: readonly number[];
    } = {},
  ) {
    this.cluster = cluster;
    this.ballot = start.ballot ?? ballotOf(1);
    startProduction(cluster, this.state, this.env, {
      ballot: this.ballot,
      sequence: start.sequence ?? 0,
      lives: cluster.slotHosts.map(() => FIRST_LIFE),
      joinedSlots: start.joinedSlots ?? [...cluster.slotHosts.keys()],
    });
  }

  beat(): void {
    productionBeat(this.cluster, this.state, this.env);
  }

  tick(): void {
    productionTick(this.cluster, this.state, this.env);
  }

  take(segments: readonly Segment[] = [{ name: "all", bytes: imageBytesOf(22) }]): number | undefined {
    return takeCheckpoint(this.cluster, this.state, this.env, segments);
  }

  alive(slot: number, changes: Partial<AliveMessage> = {}): void {
    productionMessage(this.cluster, this.state, this.env, slot + 1, {
      to: "production",
      type: "alive",
      ballot: this.ballot,
      slot,
      life: FIRST_LIFE,
      joined: true,
      complete: true,
      promised: this.ballot,
      floor: undefined,
      ...changes,
    });
  }

  everybodyAlive(changes: Partial<AliveMessage> = {}): void {
    for (const slot of this.cluster.slotHosts.keys()) this.alive(slot, changes);
  }

  /** The key of the attempt that was begun last. */
  get key(): CheckpointKey {
    const note = this.env.notesOf("attempt-started").at(-1);
    if (note === undefined) throw new Error("no attempt was begun");
    return note.key;
  }

  progress(groupCount: number, groupLimit: number, boot = FORMER_BOOT, from = this.cluster.formerHost): void {
    productionMessage(this.cluster, this.state, this.env, from, {
      to: "production",
      type: "form-progress",
      key: this.key,
      boot,
      groupCount,
      groupLimit,
    });
  }

  done(outcome: FormDoneMessage["outcome"], key: CheckpointKey = this.key): void {
    productionMessage(this.cluster, this.state, this.env, this.cluster.formerHost, {
      to: "production",
      type: "form-done",
      key,
      outcome,
    });
  }

  formerHere(from = this.cluster.formerHost): void {
    productionMessage(this.cluster, this.state, this.env, from, { to: "production", type: "former-here" });
  }

  /** Takes a checkpoint and hears that it is durable. */
  makeDurable(): CheckpointKey {
    this.take();
    const { key } = this;
    this.done({ kind: "durable" });
    return key;
  }
}
