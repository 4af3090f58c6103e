/**
 * A client outside the cluster that posts transfers and asks again until each one is answered.
 *
 * Invariants: a transfer keeps its id and content over every retry; what was acknowledged is remembered for ever and is
 * what the end of the run is judged by. At most `transferCount` transfers are waiting at a time.
 * Does not cover: finding out who runs the software; a client asks the hosts in turn.
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Client, ProcessEnvironment } from "../sim/software.ts";
import { REQUEST_BYTES, transferAnswerIn } from "./ledger-messages.ts";
import type { Transfer } from "./ledger-messages.ts";
import { defaultRetryAfterNs } from "./ledger-settings.ts";
import type { LedgerSettings } from "./ledger-settings.ts";

const POST_TIMER = "post";
const RETRY_TIMER = "retry:";
/** Amounts are 1 .. this; opening balances are 1,000 .. 1,999. */
const AMOUNT_MAX = 400;
/** One transfer in this many asks for more than any account is likely to hold, so that refusals occur. */
const LARGE_TRANSFER_EVERY = 16;
const LARGE_AMOUNT_FACTOR = 20;

export interface AcknowledgedTransfer {
  readonly transfer: Transfer;
  readonly accepted: boolean;
}

interface WaitingTransfer {
  readonly transfer: Transfer;
  sentTo: HostId;
}

export class LedgerClient implements Client {
  readonly index: number;
  private readonly settings: LedgerSettings;
  private believedHost: HostId;
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
    const answer = transferAnswerIn(payload);
    if (answer === undefined) return;
    this.believedHost = from;
    const { transferId, accepted } = answer;
    const known = this.acknowledged.get(transferId);
    if (known !== undefined) {
      if (known.accepted !== accepted) this.contradicted.add(transferId);
      return;
    }
    const waiting = this.waiting.get(transferId);
    if (waiting === undefined) return;
    this.waiting.delete(transferId);
    this.acknowledged.set(transferId, { transfer: waiting.transfer, accepted });
    env.cancelTimer(RETRY_TIMER + transferId);
  }

  fork(): LedgerClient {
    const copy = new LedgerClient(this.index, this.settings);
    copy.believedHost = this.believedHost;
    for (const [id, waiting] of this.waiting) copy.waiting.set(id, { ...waiting });
    for (const [id, acknowledged] of this.acknowledged) copy.acknowledged.set(id, acknowledged);
    for (const id of this.contradicted) copy.contradicted.add(id);
    copy.postedCount = this.postedCount;
    copy.retryCount = this.retryCount;
    return copy;
  }

  private post(env: ProcessEnvironment): void {
    const transfer = this.drawTransfer(env);
    this.postedCount += 1;
    const waiting = { transfer, sentTo: this.believedHost };
    this.waiting.set(transfer.id, waiting);
    this.send(env, waiting);
  }

  private retry(env: ProcessEnvironment, transferId: string): void {
    const waiting = this.waiting.get(transferId);
    if (waiting === undefined) return;
    this.retryCount += 1;
    // Several transfers time out together: only the first of them turns to the next host.
    if (waiting.sentTo === this.believedHost)
      this.believedHost = (this.believedHost + 1) % this.settings.hostCount;
    waiting.sentTo = this.believedHost;
    this.send(env, waiting);
  }

  private send(env: ProcessEnvironment, waiting: WaitingTransfer): void {
    env.send(waiting.sentTo, { kind: "transfer-request", transfer: waiting.transfer }, REQUEST_BYTES);
    const retryAfterNs = this.settings.retryAfterNs ?? defaultRetryAfterNs(this.settings.checkpointEveryNs);
    // A quarter of jitter, so that clients do not come back in step.
    env.setTimer(
      RETRY_TIMER + waiting.transfer.id,
      retryAfterNs + drawBelow(env, Math.ceil(retryAfterNs / 4)),
    );
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
