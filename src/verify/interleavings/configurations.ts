/**
 * The configurations that are explored, by profile.
 *
 * Each is small enough to say something about every order of its messages, and each is there for a reason (its story).
 * What arrives "at once" or is lost by configuration is stated with its bounds.
 */
import type { MessageType } from "../../core/protocol/messages.ts";
import type { ExplorationBounds } from "./explore.ts";
import type { InterleavingConfiguration } from "./configuration.ts";

export type InterleavingProfile = "commit" | "exhaustive";

export interface PlannedExploration {
  readonly configuration: InterleavingConfiguration;
  readonly bounds: ExplorationBounds;
}

/** Bulk traffic: nothing is decided by it but that the store can follow. */
const BULK: readonly MessageType[] = [
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

export type ConfigurationName =
  | "takeover"
  | "twoCheckpoints"
  | "race"
  | "diskLoss"
  | "crash"
  | "rejoin"
  | "attempts"
  | "failedFetch"
  | "duplicate"
  | "parity"
  | "parityLoss"
  | "formerOnServer"
  | "formerDedicated"
  | "retention"
  | "declaredLost"
  | "silentSlot"
  | "everyOperation"
  | "parityCrashes"
  | "restorerCrash";

export type LargerConfigurationName =
  | "raceFlushes"
  | "raceDiskLoss"
  | "twoLosses"
  | "duplicates"
  | "duplicatesLoss"
  | "flushesLoss"
  | "fourServers"
  | "twoServers"
  | "stripe"
  | "threeCopies"
  | "retentionLoss"
  | "productionCrash"
  | "operatorTwoLosses";

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
  retentionCount: 1,
  attemptCountMax: 1,
  silentTicksMax: 1,
  refreshBeats: 2,
  storage: "at-once",
  checkpointCountMax: 1,
  duplicateCountMax: 0,
  timers: { "server.watch": 1 },
  watchHosts: [3],
  restoreCountMax: 1,
  faults: [],
  operator: undefined,
  promptTypes: BULK,
  lostTypes: ["beat", "alive"],
  beatHosts: [],
  slowSelfTypes: [],
  beginsWithCheckpoint: true,
};

function configuration(
  name: string,
  story: string,
  change: Partial<InterleavingConfiguration>,
): InterleavingConfiguration {
  return { ...BASE, ...change, name, story };
}

const ALL_BUT = (...types: readonly MessageType[]): readonly MessageType[] =>
  BULK.filter((type) => !types.includes(type));

export const CONFIGURATIONS: Readonly<Record<ConfigurationName, InterleavingConfiguration>> = {
  takeover: configuration(
    "takeover",
    "A restore while a checkpoint is being stored; every flush is a choice.",
    {
      storage: "flushes",
    },
  ),
  twoCheckpoints: configuration(
    "two-checkpoints",
    "A restore among two checkpoints and the retirement of the first.",
    {
      checkpointCountMax: 2,
    },
  ),
  race: configuration("race", "Two servers restore at once, and go on to take checkpoints.", {
    checkpointCountMax: 2,
    watchHosts: [1, 2],
    restoreCountMax: 2,
  }),
  diskLoss: configuration(
    "disk-loss",
    "A server loses its disk at any moment, and comes in again while another restores.",
    {
      faults: [{ host: 1, disk: "disk-lost", returns: true, count: 1 }],
      promptTypes: ALL_BUT("fetch", "members"),
    },
  ),
  crash: configuration("crash", "A server crashes between its flushes and comes up on what its disk kept.", {
    storage: "flushes",
    promptTypes: ALL_BUT("piece"),
    faults: [{ host: 1, disk: "unflushed-lost", returns: true, count: 1 }],
  }),
  rejoin: configuration(
    "rejoin",
    "The production server learns the new life of a server, and places a checkpoint on it, during a restore.",
    {
      beginsWithCheckpoint: false,
      lostTypes: [],
      beatHosts: [1],
      promptTypes: [...BULK, "alive"],
      slowSelfTypes: ["ask"],
      faults: [{ host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  attempts: configuration(
    "attempts",
    "A server that lost its disk refuses, and a second attempt is formed while answers to the first are late.",
    {
      attemptCountMax: 2,
      faults: [{ host: 2, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  failedFetch: configuration(
    "failed-fetch",
    "A server loses its disk after it promised, and a restorer cannot fetch from it.",
    {
      checkpointCountMax: 2,
      retentionCount: 2,
      faults: [{ host: 2, disk: "disk-lost", returns: true, count: 1 }],
      promptTypes: ALL_BUT("fetch", "members"),
    },
  ),
  duplicate: configuration("duplicate", "Any one message arrives twice, at any distance.", {
    checkpointCountMax: 2,
    duplicateCountMax: 1,
  }),
  parity: configuration("parity", "parity:2+1 on all three servers: two restores race.", {
    scheme: "parity:2+1",
    width: 3,
    checkpointCountMax: 2,
    watchHosts: [1, 2],
    restoreCountMax: 2,
  }),
  parityLoss: configuration(
    "parity-loss",
    "parity:2+1: a server loses its disk and rebuilds its members while another restores.",
    {
      scheme: "parity:2+1",
      width: 3,
      faults: [{ host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  formerOnServer: configuration("former-on-server", "The former is on a backup server that crashes.", {
    formerPlace: "backup",
    formerHost: 1,
    attemptCountMax: 2,
    checkpointCountMax: 2,
    promptTypes: ALL_BUT("form-done", "form"),
    timers: { "server.watch": 1, "production.tick": 2 },
    faults: [{ host: 1, disk: "unflushed-lost", returns: true, count: 1 }],
  }),
  formerDedicated: configuration(
    "former-dedicated",
    "The former has a host of its own that crashes and comes back.",
    {
      hostNames: ["P", "A", "B", "C", "F"],
      formerPlace: "dedicated",
      formerHost: 4,
      attemptCountMax: 2,
      checkpointCountMax: 2,
      promptTypes: ALL_BUT("form-done", "form"),
      timers: { "server.watch": 1, "production.tick": 2 },
      faults: [{ host: 4, disk: "unflushed-lost", returns: true, count: 1 }],
    },
  ),
  retention: configuration("retention", "Two checkpoints are kept; three are taken while another restores.", {
    checkpointCountMax: 3,
    retentionCount: 2,
  }),
  declaredLost: configuration(
    "declared-lost",
    "The operator restores with one server declared lost, while another restores by itself.",
    {
      faults: [{ host: 1, disk: "disk-lost", returns: true, count: 1 }],
      operator: { host: 2, lostSlots: [0], acceptOlder: false },
    },
  ),
  silentSlot: configuration(
    "silent-slot",
    "A server is silent; a fresh checkpoint leaves it out (R13), and it comes back.",
    {
      checkpointCountMax: 2,
      attemptCountMax: 2,
      timers: { "server.watch": 1, "former.tick": 2, "production.beat": 1 },
      lostTypes: [],
      beatHosts: [1],
      promptTypes: [...BULK, "alive"],
      faults: [{ host: 1, disk: "unflushed-kept", returns: true, count: 1 }],
    },
  ),
  everyOperation: configuration(
    "every-operation",
    "A server crashes between any two operations of its disk; each of them is a choice.",
    {
      storage: "all",
      faults: [{ host: 1, disk: "unflushed-lost", returns: true, count: 1 }],
    },
  ),
  parityCrashes: configuration(
    "parity-crashes",
    "parity:2+1: one server crashes and its disk keeps what was not flushed, another's loses it.",
    {
      scheme: "parity:2+1",
      width: 3,
      storage: "flushes",
      faults: [
        { host: 1, disk: "unflushed-kept", returns: true, count: 1 },
        { host: 2, disk: "unflushed-lost", returns: true, count: 1 },
      ],
    },
  ),
  restorerCrash: configuration(
    "restorer-crash",
    "A restorer crashes on its way, comes up, and restores again under another ballot.",
    {
      timers: { "server.watch": 2 },
      restoreCountMax: 2,
      checkpointCountMax: 2,
      faults: [{ host: 3, disk: "unflushed-lost", returns: true, count: 1 }],
    },
  ),
};

/** Too many states for a commit: more at once of what the others have one by one. */
const LARGER_CONFIGURATIONS: Readonly<Record<LargerConfigurationName, InterleavingConfiguration>> = {
  raceFlushes: configuration(
    "race-flushes",
    "Two servers restore at once, two checkpoints; every flush is a choice.",
    {
      checkpointCountMax: 2,
      watchHosts: [1, 2],
      restoreCountMax: 2,
      storage: "flushes",
    },
  ),
  raceDiskLoss: configuration(
    "race-disk-loss",
    "Two servers restore at once, and a third loses its disk and comes in again.",
    {
      watchHosts: [1, 2],
      restoreCountMax: 2,
      checkpointCountMax: 2,
      faults: [{ host: 3, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  twoLosses: configuration(
    "two-losses",
    "Two servers lose their disks, one after the other, while another restores.",
    {
      faults: [
        { host: 1, disk: "disk-lost", returns: true, count: 1 },
        { host: 2, disk: "disk-lost", returns: true, count: 1 },
      ],
    },
  ),
  duplicates: configuration(
    "duplicates",
    "Two messages arrive twice, at any distance, among two checkpoints and a restore.",
    {
      checkpointCountMax: 2,
      duplicateCountMax: 2,
    },
  ),
  duplicatesLoss: configuration(
    "duplicates-loss",
    "A message arrives twice while a server loses its disk and another restores.",
    {
      duplicateCountMax: 1,
      faults: [{ host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  flushesLoss: configuration("flushes-loss", "A server loses its disk between flushes, and comes in again.", {
    storage: "flushes",
    faults: [{ host: 1, disk: "disk-lost", returns: true, count: 1 }],
  }),
  fourServers: configuration("four-servers", "mirror:2 on four servers: two restores race.", {
    hostNames: ["P", "A", "B", "C", "D"],
    slotHosts: [1, 2, 3, 4],
    watchHosts: [3, 4],
    restoreCountMax: 2,
    checkpointCountMax: 2,
  }),
  twoServers: configuration("two-servers", "mirror:2 on two servers: both restore, and one loses its disk.", {
    hostNames: ["P", "A", "B"],
    slotHosts: [1, 2],
    watchHosts: [1, 2],
    restoreCountMax: 2,
    checkpointCountMax: 2,
    faults: [{ host: 1, disk: "disk-lost", returns: true, count: 1 }],
  }),
  stripe: configuration("stripe", "stripe:2, which tolerates nothing: two restores race.", {
    scheme: "stripe:2",
    watchHosts: [1, 3],
    restoreCountMax: 2,
    checkpointCountMax: 2,
  }),
  threeCopies: configuration("three-copies", "mirror:3 on three servers, of which two lose their disks.", {
    scheme: "mirror:3",
    width: 3,
    faults: [
      { host: 1, disk: "disk-lost", returns: true, count: 1 },
      { host: 2, disk: "disk-lost", returns: true, count: 1 },
    ],
  }),
  retentionLoss: configuration(
    "retention-loss",
    "Two of three checkpoints are kept; a server loses its disk and rebuilds, while old ones are retired.",
    {
      checkpointCountMax: 3,
      retentionCount: 2,
      faults: [{ host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  productionCrash: configuration(
    "production-crash",
    "The production server crashes and comes back while two servers restore.",
    {
      watchHosts: [2, 3],
      restoreCountMax: 2,
      checkpointCountMax: 2,
      faults: [{ host: 0, disk: "unflushed-lost", returns: true, count: 1 }],
    },
  ),
  operatorTwoLosses: configuration(
    "operator-two-losses",
    "Two servers lose their disks; the operator restores and accepts an older checkpoint.",
    {
      restoreCountMax: 0,
      faults: [
        { host: 1, disk: "disk-lost", returns: true, count: 1 },
        { host: 2, disk: "disk-lost", returns: true, count: 1 },
      ],
      operator: { host: 3, lostSlots: [], acceptOlder: true },
    },
  ),
};

/** Nothing here is known to be that deep; the bound is there so that every exploration ends. */
const DEPTH_MAX = 200;

/** What each profile takes: states at most, and from which share of them it is tried that the cluster gets going. */
const PROFILE_BOUNDS: Readonly<Record<InterleavingProfile, ExplorationBounds>> = {
  commit: { depthMax: DEPTH_MAX, stateCountMax: 250_000, completeEvery: 200 },
  exhaustive: { depthMax: DEPTH_MAX, stateCountMax: 12_000_000, completeEvery: 200 },
};

/** All configurations of a profile, long ones first. */
export function plannedExplorations(profile: InterleavingProfile): PlannedExploration[] {
  const all: readonly InterleavingConfiguration[] = Object.values(CONFIGURATIONS);
  const larger: readonly InterleavingConfiguration[] = Object.values(LARGER_CONFIGURATIONS);
  const chosen = profile === "commit" ? all : [...larger, ...all];
  return chosen.map((each) => ({ configuration: each, bounds: PROFILE_BOUNDS[profile] }));
}
