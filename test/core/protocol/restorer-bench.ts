/** A restorer on a recording environment, and what servers say to it. */
import { BALLOT_ZERO, type Ballot, type Life } from "../../../src/core/checkpoint/key.ts";
import type { ClusterConfiguration } from "../../../src/core/protocol/cluster.ts";
import type { FetchMessage, PromiseMessage, RestoreCommand } from "../../../src/core/protocol/messages.ts";
import type { Verdict } from "../../../src/core/protocol/notes.ts";
import { restorerMessage, restorerTick } from "../../../src/core/protocol/restorer.ts";
import { createRestorer, type RestorerState } from "../../../src/core/protocol/restorer-state.ts";
import { FIRST_LIFE, type WholeCheckpoint } from "./cluster-case.ts";
import { memberAnswer } from "./peers.ts";
import { Recorder } from "./recorder.ts";

/** The host of slot 0: the restorer's own server is one of those that it asks. */
const SELF = 1;

export class RestorerBench {
  readonly cluster: ClusterConfiguration;
  readonly state: RestorerState;
  readonly env: Recorder = new Recorder(SELF);

  /** Begun by a server that promised nothing yet, or by an operator. */
  constructor(cluster: ClusterConfiguration, operator?: RestoreCommand["operator"]) {
    this.cluster = cluster;
    this.state = createRestorer(cluster);
    this.command(BALLOT_ZERO, operator);
  }

  command(
    above: Ballot,
    operator?: RestoreCommand["operator"],
    lives: readonly Life[] = this.state.lives,
  ): void {
    restorerMessage(this.cluster, this.state, this.env, {
      to: "restorer",
      type: "restore",
      above,
      lives,
      operator,
    });
  }

  tick(count = 1): void {
    for (let each = 0; each < count; each += 1) restorerTick(this.cluster, this.state, this.env);
  }

  /** Slot `slot` promises and holds these checkpoints. */
  promise(slot: number, held: readonly WholeCheckpoint[], changes: Partial<PromiseMessage> = {}): void {
    restorerMessage(this.cluster, this.state, this.env, {
      to: "restorer",
      type: "promise",
      ballot: this.state.ballot,
      slot,
      life: FIRST_LIFE,
      lives: this.cluster.slotHosts.map(() => FIRST_LIFE),
      complete: true,
      floor: undefined,
      manifests: held.map(({ bytes }) => bytes),
      damaged: [],
      ...changes,
    });
  }

  refuse(slot: number, promised: Ballot, joined = true, ballot: Ballot = this.state.ballot): void {
    const refusal = { slot, joined, promised, lives: this.state.lives };
    restorerMessage(this.cluster, this.state, this.env, {
      to: "restorer",
      type: "ask-refused",
      ballot,
      refusal,
    });
  }

  /** Answers one fetch as slot's server; `bytes` overrides what it gives. */
  member(
    checkpoint: WholeCheckpoint,
    fetch: FetchMessage,
    changes: { bytes?: Uint8Array | undefined } = {},
  ): void {
    const message = { ...memberAnswer(checkpoint, fetch), to: "restorer", ...changes } as const;
    restorerMessage(this.cluster, this.state, this.env, message);
  }

  /** Every server but those on `silentSlots` answers what it was asked since the last `forget`. */
  answerFetches(checkpoint: WholeCheckpoint, silentSlots: readonly number[] = [], bytes?: "gone"): void {
    for (let answeredCount = 0; ; answeredCount += 1) {
      const fetch = this.env.messages("fetch")[answeredCount];
      if (fetch === undefined) return;
      const slot = this.cluster.slotHosts.indexOf(this.env.receivers("fetch")[answeredCount] ?? -1);
      if (silentSlots.includes(slot)) continue;
      this.member(checkpoint, fetch, bytes === "gone" ? { bytes: undefined } : {});
    }
  }

  /** Slots that were asked for members of this checkpoint since the last `forget`, each once. */
  fetchedSlots(): number[] {
    return [
      ...new Set(this.env.receivers("fetch").map((host) => this.cluster.slotHosts.indexOf(host))),
    ].sort();
  }

  get verdicts(): Verdict[] {
    return this.env.notesOf("verdict").map(({ verdict }) => verdict);
  }
}
