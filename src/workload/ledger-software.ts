/**
 * The ledger as software that is checkpointed: it applies transfers and answers them when a checkpoint holds them.
 *
 * Invariants (output commit, rule R10): an answer leaves only when a checkpoint of this very incarnation that holds the
 * transfer is known durable; what came with the restored image waits for that too. A transfer is applied exactly once,
 * however often it is asked for. At most one checkpoint is under way.
 * Does not cover: whether the protocol keeps its word; the judgement (ledger.ts) looks at that from outside.
 */
import { assert } from "../core/assertion.ts";
import type { Segment } from "../core/checkpoint/image.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { CheckpointFailure } from "../core/protocol/software.ts";
import type { Software, SoftwareEnvironment } from "../sim/software.ts";
import { CheckpointPacer } from "./checkpoint-pacer.ts";
import type { LedgerDatabase } from "./ledger-database.ts";
import { ANSWER_BYTES, NOTICE_BYTES, transferRequestIn } from "./ledger-messages.ts";
import type { TransferAnswer, TransferNotice } from "./ledger-messages.ts";

export const LEDGER_SEGMENT_NAME = "ledger.sqlite";
const CHECKPOINT_TIMER = "checkpoint";

/** Where an instance began. */
export interface LedgerOrigin {
  /** How many instances of the run started before this one. */
  readonly startIndex: number;
  readonly restarted: boolean;
  /** The image that it opened; never changed. */
  readonly image: Uint8Array;
  /** Position of the newest transfer in that image. */
  readonly position: number;
}

/** A transfer whose answer waits for a durable checkpoint. */
interface WaitingAnswer {
  readonly position: number;
  readonly accepted: boolean;
  readonly clients: Set<HostId>;
}

export class LedgerSoftware implements Software {
  readonly origin: LedgerOrigin;
  readonly database: LedgerDatabase;
  private readonly checkpointEveryNs: number;
  /** By transfer id, in the order in which they came. */
  private readonly waiting: Map<string, WaitingAnswer>;
  private readonly pacer: CheckpointPacer;
  /** The newest image and what it holds, so that asking again without a change costs nothing. */
  private latest: { readonly position: number; readonly segments: readonly Segment[] } | undefined;
  private stopped: boolean;

  constructor(
    database: LedgerDatabase,
    origin: LedgerOrigin,
    checkpointEveryNs: number,
    pacer: CheckpointPacer = new CheckpointPacer(),
  ) {
    this.database = database;
    this.origin = origin;
    this.checkpointEveryNs = checkpointEveryNs;
    this.waiting = new Map();
    this.pacer = pacer;
    this.latest = undefined;
    this.stopped = false;
  }

  start(env: SoftwareEnvironment): void {
    env.setTimer(CHECKPOINT_TIMER, this.checkpointEveryNs);
    // After a restart the protocol itself asks for the first checkpoint; a new ledger has nobody who would.
    if (!this.origin.restarted) this.takeCheckpoint(env);
  }

  message(env: SoftwareEnvironment, from: HostId, payload: unknown): void {
    assert(!this.stopped, "stopped software gets no messages");
    const request = transferRequestIn(payload);
    if (request === undefined) return;
    const { id } = request.transfer;
    const known = this.waiting.get(id);
    if (known !== undefined) {
      known.clients.add(from);
      this.notice(env, from, id);
      return;
    }
    const { position, accepted } = this.database.apply(env, request.transfer);
    const held = this.pacer.newestDurable;
    if (held !== undefined && position <= held.mark) {
      this.answer(env, held.sequence, { kind: "transfer-answer", transferId: id, accepted }, [from]);
    } else {
      this.waiting.set(id, { position, accepted, clients: new Set([from]) });
      this.notice(env, from, id);
    }
  }

  timer(env: SoftwareEnvironment, name: string): void {
    if (name !== CHECKPOINT_TIMER) return;
    env.setTimer(CHECKPOINT_TIMER, this.checkpointEveryNs);
    if (this.pacer.isNew(this.database.position)) this.takeCheckpoint(env);
  }

  durable(env: SoftwareEnvironment, sequence: number): void {
    const held = this.pacer.durable(sequence);
    if (held === undefined) return;
    for (const [transferId, waiting] of this.waiting) {
      if (waiting.position > held.mark) continue;
      this.waiting.delete(transferId);
      const answer: TransferAnswer = { kind: "transfer-answer", transferId, accepted: waiting.accepted };
      this.answer(env, sequence, answer, waiting.clients);
    }
    if (held.takeNext) this.takeCheckpoint(env);
  }

  failed(_env: SoftwareEnvironment, sequence: number, _reason: CheckpointFailure): void {
    this.pacer.failed(sequence);
  }

  wanted(env: SoftwareEnvironment): void {
    this.takeCheckpoint(env);
  }

  stop(): void {
    this.stopped = true;
    this.waiting.clear();
    this.latest = undefined;
    this.database.close();
  }

  fork(): LedgerSoftware {
    assert(!this.stopped, "stopped software is not forked");
    const copy = new LedgerSoftware(
      this.database.fork(),
      this.origin,
      this.checkpointEveryNs,
      this.pacer.fork(),
    );
    for (const [id, waiting] of this.waiting)
      copy.waiting.set(id, { ...waiting, clients: new Set(waiting.clients) });
    copy.latest = this.latest;
    return copy;
  }

  private takeCheckpoint(env: SoftwareEnvironment): void {
    const { position } = this.database;
    this.pacer.take(env, position, () => this.segmentsAt(position));
  }

  private segmentsAt(position: number): readonly Segment[] {
    if (this.latest?.position !== position) {
      this.latest = { position, segments: [{ name: LEDGER_SEGMENT_NAME, bytes: this.database.image() }] };
    }
    return this.latest.segments;
  }

  private notice(env: SoftwareEnvironment, client: HostId, transferId: string): void {
    const notice: TransferNotice = { kind: "transfer-notice", transferId };
    env.send(client, notice, NOTICE_BYTES);
  }

  private answer(
    env: SoftwareEnvironment,
    sequence: number,
    answer: TransferAnswer,
    clients: Iterable<HostId>,
  ): void {
    for (const client of clients) {
      env.released(sequence, answer.transferId);
      env.send(client, answer, ANSWER_BYTES);
    }
  }
}
