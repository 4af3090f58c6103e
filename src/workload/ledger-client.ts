/**
 * A client outside the cluster that posts transfers and asks again until each one is answered.
 *
 * Invariants: a transfer keeps its id and content over every retry; what was acknowledged is remembered for ever and is
 * what the end of the run is judged by. At most `transferCount` transfers are waiting at a time.
 * A client is not told who runs the software. It asks the host that it heard last, and the others in turn while it hears
 * nothing. Once a host has the transfer it waits longer, because the answer waits for a checkpoint.
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Client, ProcessEnvironment } from "../sim/software.ts";
import { REQUEST_BYTES, transferReplyIn } from "./ledger-messages.ts";
import type { Transfer, TransferAnswer } from "./ledger-messages.ts";
import { defaultProbeAfterNs, defaultRetryAfterNs } from "./ledger-settings.ts";
import type { LedgerSettings } from "./ledger-settings.ts";

const POST_TIMER = "post";
const RETRY_TIMER = "retry:";
/** Amounts are 1 .. this; opening balances are 1,000 .. 1,999. */
const AMOUNT_MAX = 400;
/** One transfer in this many asks for more than any account is likely to hold, so that refusals occur. */
const LARGE_TRANSFER_EVERY = 16;
const LARGE_AMOUNT_FACTOR = 20;

/** Doublings of the probe period; the wait for an answer is the bound in any case. */
const BACK_OFF_ROUNDS_MAX = 10;

export interface AcknowledgedTransfer {
  readonly transfer: Transfer;
  readonly accepted: boolean;
}

interface WaitingTransfer {
  readonly transfer: Transfer;
  sentTo: HostId;
  sentAtNs: number;
  /** The host that said it has the transfer, since the transfer was last sent. */
  noticedBy: HostId | undefined;
  /** Times it was sent since a host last had it. */
  silentCount: number;
}

export class LedgerClient implements Client {
  readonly index: number;
  private readonly settings: LedgerSettings;
  private believedHost: HostId;
  /** When the believed host was last heard; -1: never. */
  private heardAtNs: number;
  private readonly waiting: Map<string, WaitingTransfer>;
  /** By transfer id. */
  readonly acknowledged: Map<string, AcknowledgedTransfer>;
  /** Ids that were answered with yes and with no. */
  readonly contradicted: Set<string>;
  postedCount: number;
  retryCount: number;

  constructor(index: number, settings: LedgerSettings) {
    this.index = index;
    this.settings = settings;
    this.believedHost = settings.productionHost;
    this.heardAtNs = -1;
    this.waiting = new Map();
    this.acknowledged = new Map();
    this.contradicted = new Set();
    this.postedCount = 0;
    this.retryCount = 0;
  }

  start(env: ProcessEnvironment): void {
    if (this.settings.transferCount > 0) env.setTimer(POST_TIMER, this.nextPostDelayNs(env));
  }

  timer(env: ProcessEnvironment, name: string): void {
    if (name === POST_TIMER) {
      this.post(env);
      if (this.postedCount < this.settings.transferCount) env.setTimer(POST_TIMER, this.nextPostDelayNs(env));
    } else if (name.startsWith(RETRY_TIMER)) {
      this.retry(env, name.slice(RETRY_TIMER.length));
    }
  }

  message(env: ProcessEnvironment, from: HostId, payload: unknown): void {
    const reply = transferReplyIn(payload);
    if (reply === undefined) return;
    this.believedHost = from;
    this.heardAtNs = env.nowNs();
    const waiting = this.waiting.get(reply.transferId);
    if (reply.kind === "transfer-notice") {
      if (waiting === undefined) return;
      waiting.noticedBy = from;
      waiting.silentCount = 0;
      this.setRetryTimer(env, waiting);
    } else {
      this.answered(env, from, reply, waiting);
    }
  }

  fork(): LedgerClient {
    const copy = new LedgerClient(this.index, this.settings);
    copy.believedHost = this.believedHost;
    copy.heardAtNs = this.heardAtNs;
    for (const [id, waiting] of this.waiting) copy.waiting.set(id, { ...waiting });
    for (const [id, acknowledged] of this.acknowledged) copy.acknowledged.set(id, acknowledged);
    for (const id of this.contradicted) copy.contradicted.add(id);
    copy.postedCount = this.postedCount;
    copy.retryCount = this.retryCount;
    return copy;
  }

  private answered(
    env: ProcessEnvironment,
    from: HostId,
    { transferId, accepted }: TransferAnswer,
    waiting: WaitingTransfer | undefined,
  ): void {
    const known = this.acknowledged.get(transferId);
    if (known !== undefined && known.accepted !== accepted) this.contradicted.add(transferId);
    if (waiting === undefined) return;
    this.waiting.delete(transferId);
    this.acknowledged.set(transferId, { transfer: waiting.transfer, accepted });
    env.cancelTimer(RETRY_TIMER + transferId);
    // Only the host that the protocol stands for can answer. What waits elsewhere would wait in vain.
    for (const other of this.waiting.values()) {
      if (other.noticedBy !== undefined && other.noticedBy !== from) this.resend(env, other);
    }
  }

  private post(env: ProcessEnvironment): void {
    const transfer = this.drawTransfer(env);
    this.postedCount += 1;
    const waiting = {
      transfer,
      sentTo: this.believedHost,
      sentAtNs: 0,
      noticedBy: undefined,
      silentCount: 0,
    };
    this.waiting.set(transfer.id, waiting);
    this.send(env, waiting);
  }

  private retry(env: ProcessEnvironment, transferId: string): void {
    const waiting = this.waiting.get(transferId);
    if (waiting === undefined) return;
    // Silence, or a host that has the transfer and cannot get it durable: it may be fenced off without knowing. But when
    // the host was heard since and does not have the transfer, only this message was lost. Several transfers time out
    // together: only the first of them turns to the next host.
    const isOver = waiting.noticedBy !== undefined || this.heardAtNs < waiting.sentAtNs;
    if (waiting.sentTo === this.believedHost && isOver) {
      this.believedHost = (this.believedHost + 1) % this.settings.hostCount;
    }
    this.resend(env, waiting);
  }

  private resend(env: ProcessEnvironment, waiting: WaitingTransfer): void {
    this.retryCount += 1;
    this.send(env, waiting);
  }

  private send(env: ProcessEnvironment, waiting: WaitingTransfer): void {
    waiting.sentTo = this.believedHost;
    waiting.sentAtNs = env.nowNs();
    waiting.noticedBy = undefined;
    waiting.silentCount += 1;
    env.send(waiting.sentTo, { kind: "transfer-request", transfer: waiting.transfer }, REQUEST_BYTES);
    this.setRetryTimer(env, waiting);
  }

  private setRetryTimer(env: ProcessEnvironment, waiting: WaitingTransfer): void {
    const { transfer, noticedBy, silentCount } = waiting;
    const { checkpointEveryNs, probeAfterNs, retryAfterNs, hostCount } = this.settings;
    const answerNs = retryAfterNs ?? defaultRetryAfterNs(checkpointEveryNs);
    const probeNs = probeAfterNs ?? defaultProbeAfterNs(checkpointEveryNs);
    // Twice as long after each round of all hosts, so that clients of a cluster that is gone do not flood it.
    const roundCount = Math.min(Math.floor(silentCount / hostCount), BACK_OFF_ROUNDS_MAX);
    const delayNs = noticedBy === undefined ? Math.min(probeNs * (1 << roundCount), answerNs) : answerNs;
    // A quarter of jitter, so that clients do not come back in step.
    env.setTimer(RETRY_TIMER + transfer.id, delayNs + drawBelow(env, Math.ceil(delayNs / 4)));
  }

  private drawTransfer(env: ProcessEnvironment): Transfer {
    const { accountCount } = this.settings;
    const fromAccount = 1 + drawBelow(env, accountCount);
    const distance = 1 + drawBelow(env, accountCount - 1);
    const toAccount = 1 + ((fromAccount - 1 + distance) % accountCount);
    const isLarge = drawBelow(env, LARGE_TRANSFER_EVERY) === 0;
    const amount = (1 + drawBelow(env, AMOUNT_MAX)) * (isLarge ? LARGE_AMOUNT_FACTOR : 1);
    return { id: `${this.index}-${this.postedCount}`, fromAccount, toAccount, amount };
  }

  /** Half to one and a half of the mean. */
  private nextPostDelayNs(env: ProcessEnvironment): number {
    const { transferEveryNs } = this.settings;
    return Math.floor(transferEveryNs / 2) + drawBelow(env, transferEveryNs);
  }
}

/** 0 .. limit - 1; the bias of scaling 32 bits does not matter for a workload. */
function drawBelow(env: ProcessEnvironment, limit: number): number {
  return Math.floor((env.random() / 4_294_967_296) * limit);
}
