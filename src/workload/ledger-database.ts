/**
 * The ledger's SQLite database: tables, transfers as real transactions, images.
 *
 * Invariants: a transfer id is in the table at most once; a transfer's position is its place in the order in which
 * transfers were applied, without gaps; balances never go below zero; an image holds whole transactions only.
 * Every call runs under the clock that the caller gives (host-clock.ts), so the bytes of an image are a function of the
 * opened image and of the transfers with their times.
 * Does not cover: what an image promises to clients (ledger-software.ts) and whether balances are right (ledger-audit.ts).
 */
import type { Database, SqlJsStatic, SqlValue, Statement } from "sql.js";
import { assert } from "../core/assertion.ts";
import {
  CALENDAR_START_MS,
  randomBytes,
  randomSignedInteger,
  STILL_CLOCK,
  withRunClock,
} from "./host-clock.ts";
import type { RunClock } from "./host-clock.ts";
import type { Transfer } from "./ledger-messages.ts";

/** One row of the transfers table. */
export interface RecordedTransfer extends Transfer {
  /** 1, 2, 3 … in the order of application. */
  readonly position: number;
  readonly accepted: boolean;
  /** When SQLite's clock saw it, ISO 8601 with milliseconds. */
  readonly at: string;
}

export interface TransferOutcome {
  readonly position: number;
  readonly accepted: boolean;
  /** False: the transfer was in the table already and nothing was changed. */
  readonly fresh: boolean;
}

/**
 * `at` comes from SQLite's own clock. A checkpoint is what makes the ledger durable, so its journal stays in memory and
 * nothing is synchronised.
 */
export const SCHEMA_SQL = `
  CREATE TABLE accounts(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK(balance >= 0));
  CREATE TABLE transfers(
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    from_account INTEGER NOT NULL,
    to_account INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
  );
  CREATE TABLE statements(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, month TEXT NOT NULL, body TEXT NOT NULL);
`;

const CONNECTION_SQL = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE";
const CONTENT_SQL = `
  SELECT group_concat(id || ':' || balance, ' ') FROM (SELECT id, balance FROM accounts ORDER BY id)
  UNION ALL
  SELECT group_concat(position || ':' || id || ':' || from_account || ':' || to_account || ':' || amount || ':'
    || accepted || ':' || at, ' ') FROM (SELECT * FROM transfers ORDER BY position)`;

/** File names within the WebAssembly module's file system; no image and no result holds one. */
let openedCount = 0;

export class LedgerDatabase {
  private readonly sqlite: SqlJsStatic;
  private readonly database: Database;
  private readonly accountCount: number;
  private readonly begin: Statement;
  private readonly commit: Statement;
  private readonly find: Statement;
  private readonly debit: Statement;
  private readonly credit: Statement;
  private readonly record: Statement;
  private lastPosition: number;
  private open: boolean;

  /**
   * Opens a copy of the image; throws SQLite's error when the bytes are no ledger. The caller closes it: the memory is
   * outside the reach of the garbage collector.
   */
  constructor(sqlite: SqlJsStatic, image: Uint8Array) {
    this.sqlite = sqlite;
    this.database = openDatabase(sqlite, image);
    this.open = true;
    try {
      withRunClock(STILL_CLOCK, () => this.database.run(CONNECTION_SQL));
      const [accountCount, lastPosition] = this.firstRow(
        "SELECT (SELECT count(*) FROM accounts), (SELECT coalesce(max(position), 0) FROM transfers)",
      );
      this.accountCount = Number(accountCount);
      this.lastPosition = Number(lastPosition);
      const prepare = (sql: string): Statement => withRunClock(STILL_CLOCK, () => this.database.prepare(sql));
      this.begin = prepare("BEGIN IMMEDIATE");
      this.commit = prepare("COMMIT");
      this.find = prepare("SELECT position, accepted FROM transfers WHERE id = ?");
      this.debit = prepare("UPDATE accounts SET balance = balance - ?1 WHERE id = ?2 AND balance >= ?1");
      this.credit = prepare("UPDATE accounts SET balance = balance + ? WHERE id = ?");
      this.record = prepare(
        `INSERT INTO transfers(position, id, from_account, to_account, amount, accepted) VALUES(?, ?, ?, ?, ?, ?)`,
      );
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Position of the newest transfer, 0 when there is none. */
  get position(): number {
    return this.lastPosition;
  }

  /** Applies the transfer in one transaction unless its id is there already; a refused one is recorded as well. */
  apply(clock: RunClock, transfer: Transfer): TransferOutcome {
    assert(this.open, "a closed ledger applies nothing");
    return withRunClock(clock, () => {
      this.begin.run();
      try {
        const outcome = this.applyWithin(transfer);
        this.commit.run();
        this.lastPosition = Math.max(this.lastPosition, outcome.position);
        return outcome;
      } catch (error) {
        this.database.run("ROLLBACK");
        throw error;
      }
    });
  }

  /**
   * Applies transfers at the times that they were recorded with, all in one transaction: what an uninterrupted run does,
   * at the cost of one.
   */
  replay(transfers: readonly RecordedTransfer[]): void {
    withRunClock(STILL_CLOCK, () => this.begin.run());
    for (const transfer of transfers) {
      const atNs = (Date.parse(transfer.at) - CALENDAR_START_MS) * 1_000_000;
      const { position } = withRunClock({ ...STILL_CLOCK, nowNs: () => atNs }, () =>
        this.applyWithin(transfer),
      );
      this.lastPosition = Math.max(this.lastPosition, position);
    }
    withRunClock(STILL_CLOCK, () => this.commit.run());
  }

  private applyWithin({ id, fromAccount, toAccount, amount }: Transfer): TransferOutcome {
    const known = this.find.get([id]);
    this.find.reset();
    const [knownPosition, knownAccepted] = known;
    if (knownPosition !== undefined) {
      return { position: Number(knownPosition), accepted: knownAccepted === 1, fresh: false };
    }
    let accepted = fromAccount !== toAccount && toAccount <= this.accountCount;
    if (accepted) {
      this.debit.run([amount, fromAccount]);
      accepted = this.database.getRowsModified() === 1;
      if (accepted) this.credit.run([amount, toAccount]);
    }
    const position = this.lastPosition + 1;
    this.record.run([position, id, fromAccount, toAccount, amount, accepted ? 1 : 0]);
    return { position, accepted, fresh: true };
  }

  /** The database as bytes: a fresh array that nobody changes afterwards. */
  image(): Uint8Array {
    assert(this.open, "a closed ledger has no image");
    return withRunClock(STILL_CLOCK, () => this.database.export());
  }

  /** An independent database in the same state. */
  fork(): LedgerDatabase {
    return new LedgerDatabase(this.sqlite, this.image());
  }

  /** What SQLite finds wrong with the database, or undefined. */
  integrityProblem(): string | undefined {
    try {
      const lines = this.rows("PRAGMA integrity_check(8)").map(([line]) => String(line));
      return lines.length === 1 && lines[0] === "ok" ? undefined : lines.join("; ");
    } catch (error) {
      return errorText(error);
    }
  }

  balances(): Map<number, number> {
    return new Map(
      this.rows("SELECT id, balance FROM accounts").map(([id, balance]) => [Number(id), Number(balance)]),
    );
  }

  /** The transfers after the position, in the order of application. */
  transfersAfter(position: number): RecordedTransfer[] {
    const rows = this.rows(
      `SELECT position, id, from_account, to_account, amount, accepted, at FROM transfers
       WHERE position > ${position} ORDER BY position`,
    );
    return rows.map(([at, id, fromAccount, toAccount, amount, accepted, time]) => ({
      position: Number(at),
      id: String(id),
      fromAccount: Number(fromAccount),
      toAccount: Number(toAccount),
      amount: Number(amount),
      accepted: accepted === 1,
      at: String(time),
    }));
  }

  /** All accounts and transfers as one text: equal texts are equal contents. */
  contentText(): string {
    return this.rows(CONTENT_SQL)
      .map(([part]) => String(part))
      .join("\n");
  }

  /** Runs any SQL under the clock and gives the rows of its last query: for inspection, and for tests that plant faults. */
  rows(sql: string, clock: RunClock = STILL_CLOCK): SqlValue[][] {
    assert(this.open, "a closed ledger has no rows");
    return withRunClock(clock, () => this.database.exec(sql).at(-1)?.values ?? []);
  }

  private firstRow(sql: string): SqlValue[] {
    const [row] = this.rows(sql);
    assert(row !== undefined, "a query for one row gives one row");
    return row;
  }

  /** Frees the memory; a second call does nothing. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    withRunClock(STILL_CLOCK, () => this.database.close());
  }
}

/** Opens a copy of the image, or an empty database, with its randomness drawn from the run. The caller closes it. */
export function openDatabase(sqlite: SqlJsStatic, image?: Uint8Array): Database {
  openedCount += 1;
  const fileNumber = openedCount;
  // sql.js names its file by Math.random. Two open files of one name would share their bytes, so the name is counted.
  const clock: RunClock = { nowNs: () => 0, random: () => fileNumber };
  return withRunClock(clock, () => {
    const database = new sqlite.Database(image);
    // SQLite's own generator is seeded once a process and goes on from run to run.
    database.create_function("random", () => randomSignedInteger());
    database.create_function("randomblob", (byteCount: number) =>
      randomBytes(Math.max(1, Math.floor(byteCount))),
    );
    return database;
  });
}

/** The text of what SQLite threw. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
