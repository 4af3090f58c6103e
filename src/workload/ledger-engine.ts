/**
 * SQLite, compiled once a process, and the ledger's starting images, built once for given settings.
 *
 * Invariants: everything after `prepareLedger` is synchronous; a starting image is a function of accountCount and
 * imageBytesMin alone, and nobody changes its bytes.
 * Does not cover: where the WebAssembly bytes come from in a browser; the caller passes them.
 */
import initSqlJs from "sql.js";
import type { Database, SqlJsConfig, SqlJsStatic } from "sql.js";
import { LedgerDatabase, openDatabase, SCHEMA_SQL } from "./ledger-database.ts";
import { STILL_CLOCK, withRunClock } from "./host-clock.ts";
import { openingBalance } from "./ledger-settings.ts";
import type { LedgerSettings } from "./ledger-settings.ts";
import { mixWords } from "./mix.ts";

export interface LedgerEngineOptions {
  /** The WebAssembly module of sql.js; without it Node reads the one in the package. */
  readonly wasmBinary?: ArrayBuffer;
}

/** What a starting image depends on. */
export type StartingImageSettings = Pick<LedgerSettings, "accountCount" | "imageBytesMin">;

export interface LedgerEngine {
  /** The image that every run with these settings starts from; built on the first call, then remembered. */
  startingImage(settings: StartingImageSettings): Uint8Array;
  /** Hands over a starting image that another thread has built for these settings; shared memory is fine. */
  adoptStartingImage(settings: StartingImageSettings, image: Uint8Array): void;
  /** Opens a copy of the image; throws SQLite's error when the bytes are no ledger. The caller closes it. */
  open(image: Uint8Array): LedgerDatabase;
}

/** Page sizes, measured with ten exports of a 4 MiB image: 18 ms at 4 KiB pages, 9 ms at 16 KiB, no gain beyond. */
const PAGE_BYTES = { small: 4_096, large: 16_384 };
const LARGE_IMAGE_BYTES_MIN = 1_048_576;

/** Few long lines: numbers turned into text are what building an image costs. */
const STATEMENT_LINE_COUNT = 4;
/** Statements are written in lots, and the size is looked at after each. */
const STATEMENT_LOT_COUNT = 64;

/** Compiles SQLite. Called once at start; the only asynchronous step of this workload. */
export async function prepareLedger(options: LedgerEngineOptions = {}): Promise<LedgerEngine> {
  // SQLite's own functions only: the package's older JavaScript ones would be registered at every opening.
  const configuration: SqlJsConfig & { useOldExtensionFunctions: boolean } = {
    useOldExtensionFunctions: false,
    ...(options.wasmBinary === undefined ? {} : { wasmBinary: options.wasmBinary }),
  };
  const sqlite = await initSqlJs(configuration);
  const images = new Map<string, Uint8Array>();
  return {
    startingImage(settings: StartingImageSettings): Uint8Array {
      const known = images.get(imageKey(settings));
      if (known !== undefined) return known;
      const image = buildStartingImage(sqlite, settings);
      images.set(imageKey(settings), image);
      return image;
    },
    adoptStartingImage(settings: StartingImageSettings, image: Uint8Array): void {
      images.set(imageKey(settings), image);
    },
    open: (image: Uint8Array): LedgerDatabase => new LedgerDatabase(sqlite, image),
  };
}

function imageKey({ accountCount, imageBytesMin }: StartingImageSettings): string {
  return `${accountCount}/${imageBytesMin}`;
}

function buildStartingImage(sqlite: SqlJsStatic, settings: StartingImageSettings): Uint8Array {
  const database = openDatabase(sqlite);
  return withRunClock(STILL_CLOCK, () => {
    try {
      const pageBytes = settings.imageBytesMin < LARGE_IMAGE_BYTES_MIN ? PAGE_BYTES.small : PAGE_BYTES.large;
      database.run(`PRAGMA page_size=${pageBytes}; PRAGMA journal_mode=MEMORY; ${SCHEMA_SQL} BEGIN`);
      const account = database.prepare("INSERT INTO accounts VALUES(?, ?)");
      for (let id = 1; id <= settings.accountCount; id += 1) account.run([id, openingBalance(id)]);
      account.free();
      fillWithStatements(database, settings, Math.ceil(settings.imageBytesMin / pageBytes));
      database.run("COMMIT");
      return database.export();
    } finally {
      database.close();
    }
  });
}

/** Old monthly statements of the accounts, until the database has as many pages as asked for. */
function fillWithStatements(database: Database, settings: StartingImageSettings, pageCountMin: number): void {
  const statement = database.prepare("INSERT INTO statements VALUES(?, ?, ?, ?)");
  let writtenCount = 0;
  while (Number(database.exec("PRAGMA page_count")[0]?.values[0]?.[0]) < pageCountMin) {
    for (let lot = 0; lot < STATEMENT_LOT_COUNT; lot += 1) {
      const account = 1 + (writtenCount % settings.accountCount);
      const monthIndex = Math.floor(writtenCount / settings.accountCount);
      statement.run([writtenCount + 1, account, monthText(monthIndex), statementText(account, monthIndex)]);
      writtenCount += 1;
    }
  }
  statement.free();
}

function monthText(monthIndex: number): string {
  return `${1980 + Math.floor(monthIndex / 12)}-${String(1 + (monthIndex % 12)).padStart(2, "0")}`;
}

function statementText(account: number, monthIndex: number): string {
  const lines: string[] = [];
  for (let line = 0; line < STATEMENT_LINE_COUNT; line += 1) {
    const draw = mixWords(account, monthIndex, line);
    const direction =
      draw % 2 === 0 ? "received by transfer from account" : "paid by standing order to account";
    lines.push(
      `${monthText(monthIndex)}: ${direction} ${draw % 99_991}, reference ${draw}, amount ${draw % 5_000}.50 units, in the books`,
    );
  }
  return lines.join("\n");
}
