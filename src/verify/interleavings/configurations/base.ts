/**
 * What configurations have in common: a production server P, three backup servers A, B, C, mirroring on two of them, one
 * checkpoint that is being stored, and one restore that C may begin.
 */
import type { MessageType } from "../../../core/protocol/messages.ts";
import type { InterleavingConfiguration } from "../configuration.ts";

/** Bulk traffic: nothing is decided by it but that the store can follow. */
export const BULK: readonly MessageType[] = [
  "form",
  "form-progress",
  "form-data",
  "form-cancel",
  "former-probe",
  "former-here",
  "form-done",
  "piece",
  "received",
  "fetch",
  "members",
];

const BASE: InterleavingConfiguration = {
  name: "base",
  story: "",
  hostNames: ["P", "A", "B", "C"],
  slotHosts: [1, 2, 3],
  productionHost: 0,
  formerPlace: "production",
  formerHost: 0,
  scheme: "mirror:2",
  width: 2,
  placement: undefined,
  groupCount: 1,
  retentionCount: 1,
  attemptCountMax: 1,
  silentTicksMax: 1,
  refreshBeats: 2,
  storage: "at-once",
  checkpointCountMax: 1,
  duplicateCountMax: 0,
  timers: { "server.watch": 1 },
  timerHosts: [0, 1, 2, 3],
  watchHosts: [3],
  restoreCountMax: 1,
  faults: [],
  operator: undefined,
  promptTypes: BULK,
  lostTypes: ["beat", "alive"],
  beatHosts: [],
  slowSelfTypes: [],
  beginsWithCheckpoint: true,
  checkpointsOnDemand: false,
  randomNumbers: "rising",
};

export function configuration(
  name: string,
  story: string,
  change: Partial<InterleavingConfiguration>,
): InterleavingConfiguration {
  return { ...BASE, ...change, name, story };
}

/** Bulk traffic without these types: they arrive in any order, at any time. */
export function allBut(...types: readonly MessageType[]): readonly MessageType[] {
  return BULK.filter((type) => !types.includes(type));
}
