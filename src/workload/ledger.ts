/**
 * The ledger workload in one run: clients, instances of the ledger, and the judgement at the end.
 *
 * Verified of every running instance: SQLite's integrity check, and balances against an independent replay. Of the
 * newest one also: each transfer that a client holds an answer to is there exactly once, with the content and the
 * decision that the client knows; and its content is what an uninterrupted run from its image gives.
 * Not verified: older instances that still run, unaware of a newer one, need not hold what the newer one answered; and
 * when the newest one no longer runs, nobody is asked for answered transfers (`transfersUnchecked` counts them).
 */
import { assert } from "../core/assertion.ts";
import type { Segment } from "../core/checkpoint/image.ts";
import type { Software, WorkloadJudgement, WorkloadRun, WorkloadViolation } from "../sim/software.ts";
import { auditLedger } from "./ledger-audit.ts";
import { LedgerClient } from "./ledger-client.ts";
import { errorText } from "./ledger-database.ts";
import type { LedgerDatabase, RecordedTransfer } from "./ledger-database.ts";
import type { LedgerEngine } from "./ledger-engine.ts";
import { checkLedgerSettings } from "./ledger-settings.ts";
import type { LedgerSettings } from "./ledger-settings.ts";
import { LEDGER_SEGMENT_NAME, LedgerSoftware } from "./ledger-software.ts";

/** An instance shows at most this many problems of one kind; one is enough to fail, and a page of them helps nobody. */
const PROBLEM_COUNT_MAX = 8;

type Restart = ReturnType<WorkloadRun["restart"]>;
type OpenedImage =
  { readonly ok: true; readonly database: LedgerDatabase } | { readonly ok: false; readonly reason: string };

export class LedgerRun implements WorkloadRun {
  readonly clients: readonly LedgerClient[];
  private readonly settings: LedgerSettings;
  private readonly engine: LedgerEngine;
  private startedCount: number;
  private integrityCheckCount: number;
  private readonly violations: WorkloadViolation[];

  constructor(settings: LedgerSettings, engine: LedgerEngine, clients?: readonly LedgerClient[]) {
    checkLedgerSettings(settings);
    this.settings = settings;
    this.engine = engine;
    this.clients =
      clients ??
      Array.from({ length: settings.clientCount }, (_, index) => new LedgerClient(index, settings));
    this.startedCount = 0;
    this.integrityCheckCount = 0;
    this.violations = [];
  }

  create(): LedgerSoftware {
    const image = this.engine.startingImage(this.settings);
    return this.instance(this.engine.open(image), image, false);
  }

  /** Refuses bytes that are no ledger, that SQLite finds damaged, or whose balances its transfers do not give. */
  restart(segments: readonly Segment[]): Restart {
    const [segment] = segments;
    if (segment === undefined || segments.length !== 1 || segment.name !== LEDGER_SEGMENT_NAME) {
      return this.refuse(`a ledger is one segment ${LEDGER_SEGMENT_NAME}, this is ${segmentNames(segments)}`);
    }
    const opened = this.openChecked(segment.bytes);
    if (!opened.ok) return this.refuse(opened.reason);
    return { ok: true, software: this.instance(opened.database, segment.bytes, true) };
  }

  judge(running: readonly Software[]): WorkloadJudgement {
    const instances = running.map((software) => {
      assert(software instanceof LedgerSoftware, "a ledger run judges ledgers");
      return software;
    });
    const violations = [...this.violations];
    const acknowledged = this.clients.flatMap((client) => [...client.acknowledged.values()]);
    for (const client of this.clients) {
      for (const id of client.contradicted) {
        violations.push({
          promise: "output-commit",
          message: `transfer ${id} was answered with yes and with no`,
        });
      }
    }
    for (const instance of instances) violations.push(...this.judgeContent(instance));

    const newest = this.newestOf(instances);
    const transfers = newest === undefined ? [] : readTransfers(newest.database);
    if (newest !== undefined) {
      violations.push(...this.judgeAnswers(transfers), ...this.judgeContinuation(newest));
    }
    const restartedAt = newest?.origin.restarted === true ? newest.origin.position : undefined;
    return {
      violations,
      continuationCount: restartedAt === undefined ? 0 : 1,
      checkedCounts: {
        instancesChecked: instances.length,
        integrityChecks: this.integrityCheckCount,
        transfersPosted: sum(this.clients, (client) => client.postedCount),
        transfersAcknowledged: newest === undefined ? 0 : acknowledged.length,
        transfersUnchecked: newest === undefined ? acknowledged.length : 0,
        transfersApplied: transfers.length,
        transfersAccepted: transfers.filter(({ accepted }) => accepted).length,
        transfersAfterRestart: restartedAt === undefined ? 0 : transfers.length - restartedAt,
        transfersReplayed: newest === undefined ? 0 : transfers.length - newest.origin.position,
        restarts: Math.max(0, this.startedCount - 1),
        retries: sum(this.clients, (client) => client.retryCount),
      },
    };
  }

  fork(): LedgerRun {
    const copy = new LedgerRun(
      this.settings,
      this.engine,
      this.clients.map((client) => client.fork()),
    );
    copy.startedCount = this.startedCount;
    copy.integrityCheckCount = this.integrityCheckCount;
    copy.violations.push(...this.violations);
    return copy;
  }

  private instance(database: LedgerDatabase, image: Uint8Array, restarted: boolean): LedgerSoftware {
    const origin = { startIndex: this.startedCount, restarted, image, position: database.position };
    this.startedCount += 1;
    return new LedgerSoftware(database, origin, this.settings.checkpointEveryNs);
  }

  /** Wrong bytes must not reach the software at all, so a refusal is a violation and not only an answer. */
  private refuse(reason: string): Restart {
    this.violations.push({ promise: "integrity", message: `the ledger refused to start: ${reason}` });
    return { ok: false, reason };
  }

  private openChecked(image: Uint8Array): OpenedImage {
    let database: LedgerDatabase;
    try {
      database = this.engine.open(image);
    } catch (error) {
      return { ok: false, reason: `SQLite cannot open the image: ${errorText(error)}` };
    }
    const problem = this.contentProblems(database)[0];
    if (problem === undefined) return { ok: true, database };
    database.close();
    return { ok: false, reason: problem };
  }

  /** What SQLite, then the independent replay, finds wrong. A damaged database is not read any further. */
  private contentProblems(database: LedgerDatabase): readonly string[] {
    this.integrityCheckCount += 1;
    const damage = database.integrityProblem();
    if (damage !== undefined) return [`integrity_check says: ${damage}`];
    try {
      return auditLedger(database, this.settings.accountCount).problems.slice(0, PROBLEM_COUNT_MAX);
    } catch (error) {
      return [`the tables cannot be read: ${errorText(error)}`];
    }
  }

  private judgeContent(instance: LedgerSoftware): WorkloadViolation[] {
    const name = `ledger instance ${instance.origin.startIndex}`;
    return this.contentProblems(instance.database).map((problem) => ({
      promise: "integrity",
      message: `${name}: ${problem}`,
    }));
  }

  /**
   * The last of `running`, unless an instance that started after it is gone: then that one may have been the newest
   * incarnation, and what it answered need not be anywhere until somebody restores it.
   */
  private newestOf(instances: readonly LedgerSoftware[]): LedgerSoftware | undefined {
    const last = instances.at(-1);
    if (last === undefined) return undefined;
    const startedAfter = this.startedCount - 1 - last.origin.startIndex;
    const runningAfter = instances.filter(({ origin }) => origin.startIndex > last.origin.startIndex).length;
    return startedAfter === runningAfter ? last : undefined;
  }

  private judgeAnswers(transfers: readonly RecordedTransfer[]): WorkloadViolation[] {
    const recorded = new Map<string, RecordedTransfer[]>();
    for (const transfer of transfers) {
      const same = recorded.get(transfer.id);
      if (same === undefined) recorded.set(transfer.id, [transfer]);
      else same.push(transfer);
    }
    const violations: WorkloadViolation[] = [];
    for (const client of this.clients) {
      for (const [id, { transfer, accepted }] of client.acknowledged) {
        const rows = recorded.get(id) ?? [];
        const [row] = rows;
        if (row === undefined || rows.length !== 1) {
          violations.push(broken(`transfer ${id} was answered and is there ${rows.length} times`));
        } else if (
          row.accepted !== accepted ||
          row.amount !== transfer.amount ||
          row.fromAccount !== transfer.fromAccount ||
          row.toAccount !== transfer.toAccount
        ) {
          violations.push(broken(`transfer ${id} is there, but not as it was answered`));
        }
      }
    }
    return violations.slice(0, PROBLEM_COUNT_MAX);
  }

  /** Plays what was applied since the start on a fresh copy of the image, without checkpoints, retries or faults. */
  private judgeContinuation(instance: LedgerSoftware): WorkloadViolation[] {
    const { image, position } = instance.origin;
    let uninterrupted: LedgerDatabase | undefined;
    try {
      uninterrupted = this.engine.open(image);
      uninterrupted.replay(instance.database.transfersAfter(position));
      if (uninterrupted.contentText() === instance.database.contentText()) return [];
      return [
        {
          promise: "continuation",
          message: `ledger instance ${instance.origin.startIndex} differs from an uninterrupted run from its image`,
        },
      ];
    } catch (error) {
      return [
        {
          promise: "continuation",
          message: `the run cannot be repeated from its image: ${errorText(error)}`,
        },
      ];
    } finally {
      uninterrupted?.close();
    }
  }
}

function broken(message: string): WorkloadViolation {
  return { promise: "output-commit", message };
}

/** A database that cannot be read has been reported already; it holds no transfers for the other checks. */
function readTransfers(database: LedgerDatabase): readonly RecordedTransfer[] {
  try {
    return database.transfersAfter(0);
  } catch {
    return [];
  }
}

function segmentNames(segments: readonly Segment[]): string {
  return segments.length === 0 ? "nothing" : segments.map(({ name }) => name).join(", ");
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
