/**
 * The workloads by name: one settings object in, everything of one run out.
 *
 * Does not cover: reading files and building engines, which happen once and outside a run.
 */
import { assert } from "../core/assertion.ts";
import type { WorkloadRun } from "../sim/software.ts";
import { FilesRun } from "./files.ts";
import type { FilesSettings } from "./files.ts";
import { LedgerRun } from "./ledger.ts";
import type { LedgerEngine } from "./ledger-engine.ts";
import type { LedgerSettings } from "./ledger-settings.ts";
import { SyntheticRun } from "./synthetic.ts";
import type { SyntheticSettings } from "./synthetic.ts";

export type WorkloadSettings = LedgerSettings | FilesSettings | SyntheticSettings;

/** What workloads need that is prepared once a process. */
export interface WorkloadEngines {
  /** From `prepareLedger`; only the ledger needs it. */
  readonly ledger?: LedgerEngine;
}

export function createWorkload(settings: WorkloadSettings, engines: WorkloadEngines): WorkloadRun {
  switch (settings.kind) {
    case "ledger":
      assert(engines.ledger !== undefined, "a ledger runs on a prepared engine");
      return new LedgerRun(settings, engines.ledger);
    case "files":
      return new FilesRun(settings);
    case "synthetic":
      return new SyntheticRun(settings);
  }
}

export { prepareLedger } from "./ledger-engine.ts";
export type { LedgerEngine } from "./ledger-engine.ts";
export type { LedgerSettings } from "./ledger-settings.ts";
export type { FilesSettings } from "./files.ts";
export type { SyntheticSettings } from "./synthetic.ts";
