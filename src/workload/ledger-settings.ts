/**
 * The settings of the ledger workload, and what follows from them alone: who starts with how much money.
 *
 * Invariant: opening balances are a function of the settings, so that the audit knows them without asking a database.
 */
import { assert } from "../core/assertion.ts";
import { mixWords } from "./mix.ts";

export interface LedgerSettings {
  readonly kind: "ledger";
  /** Accounts are numbered 1 .. accountCount; at least 2. */
  readonly accountCount: number;
  /** The starting image is filled with old statements to at least this size. */
  readonly imageBytesMin: number;
  readonly clientCount: number;
  /** Mean time between two transfers of one client. */
  readonly transferEveryNs: number;
  /** Transfers of each client. */
  readonly transferCount: number;
  readonly checkpointEveryNs: number;
  /** Hosts of the cluster, 0 .. hostCount - 1: where clients look for the software. */
  readonly hostCount: number;
  /** Where clients look first. */
  readonly productionHost: number;
  /** How long a client waits for a sign of life before it asks another host; default: `defaultProbeAfterNs`. */
  readonly probeAfterNs?: number;
  /** How long a client waits for the answer once a host has the transfer; default: `defaultRetryAfterNs`. */
  readonly retryAfterNs?: number;
}

/** Short against a checkpoint, so that clients find the new place of the software among many hosts soon. */
export function defaultProbeAfterNs(checkpointEveryNs: number): number {
  return Math.ceil(checkpointEveryNs / 16);
}

/** An answer waits for the checkpoint under way and for the next one, so a client waits a little longer. */
export function defaultRetryAfterNs(checkpointEveryNs: number): number {
  return 3 * checkpointEveryNs;
}

/** Throws on settings that no scenario may hold: the scenario layer refuses them with a clear error first. */
export function checkLedgerSettings(settings: LedgerSettings): void {
  const integersMin: readonly (readonly [number, number, string])[] = [
    [settings.accountCount, 2, "accountCount"],
    [settings.imageBytesMin, 0, "imageBytesMin"],
    [settings.clientCount, 0, "clientCount"],
    [settings.transferEveryNs, 1, "transferEveryNs"],
    [settings.transferCount, 0, "transferCount"],
    [settings.checkpointEveryNs, 1, "checkpointEveryNs"],
    [settings.hostCount, 1, "hostCount"],
    [settings.productionHost, 0, "productionHost"],
  ];
  for (const [value, min, name] of integersMin) {
    assert(Number.isSafeInteger(value) && value >= min, `ledger setting ${name} is an integer >= ${min}`);
  }
  assert(settings.productionHost < settings.hostCount, "the production host is a host of the cluster");
}

/** What account `id` holds before the first transfer. Small enough that some transfers find too little. */
export function openingBalance(id: number): number {
  return 1_000 + (mixWords(0x0bad_cafe, id, 0) % 1_000);
}
