/** Settings and runs that the ledger's tests share, and their checks of what left a run. */
import { afterAll, beforeAll } from "vitest";
import { assert } from "../../src/core/assertion.ts";
import type { Segment } from "../../src/core/checkpoint/image.ts";
import type { LedgerEngine } from "../../src/workload/ledger-engine.ts";
import { prepareLedger } from "../../src/workload/ledger-engine.ts";
import type { LedgerDatabase } from "../../src/workload/ledger-database.ts";
import type { LedgerSettings } from "../../src/workload/ledger-settings.ts";
import { LedgerRun } from "../../src/workload/ledger.ts";
import { LedgerSoftware } from "../../src/workload/ledger-software.ts";
import { Driver } from "./driver.ts";
import type { DriverSettings } from "./driver.ts";

export const MS = 1_000_000;

export const SMALL: LedgerSettings = {
  kind: "ledger",
  accountCount: 12,
  imageBytesMin: 40_000,
  clientCount: 3,
  transferEveryNs: 10 * MS,
  transferCount: 20,
  checkpointEveryNs: 50 * MS,
  hostCount: 3,
  productionHost: 0,
};

/** Prepares SQLite once for the file, and closes at its end what the tests left running. */
export function ledgerFixture(): {
  engine(): LedgerEngine;
  begin(
    settings?: Partial<LedgerSettings>,
    driver?: Partial<DriverSettings>,
  ): { run: LedgerRun; driver: Driver };
  keep(driver: Driver): Driver;
} {
  let prepared: LedgerEngine | undefined;
  const drivers: Driver[] = [];
  beforeAll(async () => {
    prepared = await prepareLedger();
  });
  afterAll(() => {
    for (const driver of drivers) driver.stopAll();
  });
  const engine = (): LedgerEngine => {
    assert(prepared !== undefined, "the engine is prepared before the tests");
    return prepared;
  };
  const keep = (driver: Driver): Driver => {
    drivers.push(driver);
    return driver;
  };
  return {
    engine,
    keep,
    begin(settings = {}, driverSettings = {}) {
      const run = new LedgerRun({ ...SMALL, ...settings }, engine());
      const driver = keep(new Driver(run, driverSettings));
      driver.begin();
      return { run, driver };
    },
  };
}

/** The bytes of a checkpoint of one segment. */
export function bytesOf(segments: readonly Segment[]): Uint8Array {
  const [segment] = segments;
  assert(segment !== undefined && segments.length === 1, "one segment");
  return segment.bytes;
}

/** The database of the only instance that runs. */
export function onlyDatabase(driver: Driver): LedgerDatabase {
  const [software] = driver.running;
  assert(software instanceof LedgerSoftware && driver.running.length === 1, "one ledger runs");
  return software.database;
}
