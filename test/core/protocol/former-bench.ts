/** A former on a recording environment, and what its writer and its servers say to it. */
import { imageOfSegments } from "../../../src/core/checkpoint/image.ts";
import type { ClusterConfiguration } from "../../../src/core/protocol/cluster.ts";
import { formerMessage, formerTick, startFormer } from "../../../src/core/protocol/former.ts";
import { createFormer, type FormerState } from "../../../src/core/protocol/former-state.ts";
import type { Message, PlacedSlot } from "../../../src/core/protocol/messages.ts";
import type { CheckpointKey } from "../../../src/core/checkpoint/key.ts";
import { FIRST_LIFE, placementOf, type WholeCheckpoint } from "./cluster-case.ts";
import { Recorder } from "./recorder.ts";

const PRODUCTION = 0;

export class FormerBench {
  readonly cluster: ClusterConfiguration;
  readonly state: FormerState = createFormer();
  readonly env: Recorder = new Recorder(9);

  constructor(cluster: ClusterConfiguration) {
    this.cluster = cluster;
    startFormer(this.state, this.env);
  }

  hear(message: Message & { readonly to: "former" }, from = PRODUCTION): void {
    formerMessage(this.cluster, this.state, this.env, from, message);
  }

  tick(): void {
    formerTick(this.cluster, this.state, this.env);
  }

  form(checkpoint: WholeCheckpoint, placement: readonly PlacedSlot[] = placementOf(this.cluster)): void {
    this.hear({
      to: "former",
      type: "form",
      key: checkpoint.key,
      segments: checkpoint.segments.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
      imageBytes: checkpoint.image.length,
      placement,
    });
  }

  /** The data of one group, under the former's present boot or another one. */
  data(checkpoint: WholeCheckpoint, group: number, boot = this.state.boot): void {
    const groupBytes = this.cluster.scheme.k * this.cluster.subsegmentBytes;
    const image = imageOfSegments(checkpoint.segments);
    const offset = group * groupBytes;
    const bytes = image.read(offset, Math.min(groupBytes, image.imageBytes - offset));
    this.hear({ to: "former", type: "form-data", key: checkpoint.key, boot, group, bytes });
  }

  received(key: CheckpointKey, slot: number, group: number, member: number): void {
    this.hear({ to: "former", type: "received", key, slot, group, member }, slot + 1);
  }

  /** Every server answers every piece sent since the last `forget`. */
  receiveAll(): void {
    for (const { key, slot, group, member } of this.env.messages("piece"))
      this.received(key, slot, group, member);
  }

  stored(key: CheckpointKey, slot: number, life = FIRST_LIFE): void {
    this.hear({ to: "former", type: "stored", key, slot, life }, slot + 1);
  }

  /** Supplies all groups, so that only the acknowledgements of the manifest are missing. */
  supply(checkpoint: WholeCheckpoint, placement?: readonly PlacedSlot[]): void {
    this.form(checkpoint, placement);
    const { groupCount } = this.state.attempt?.layout ?? { groupCount: 0 };
    for (let group = 0; group < groupCount; group += 1) {
      this.env.forget();
      this.data(checkpoint, group);
      this.receiveAll();
    }
  }

  /** "group/member" of the pieces sent since the last `forget`. */
  pieces(): string[] {
    return this.env.messages("piece").map(({ group, member }) => `${group}/${member}`);
  }
}
