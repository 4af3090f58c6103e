/** Restores: while a checkpoint is stored, two at once, again after a crash, and waiting. */
import type { InterleavingConfiguration } from "../configuration.ts";
import { allBut, BULK, configuration } from "./base.ts";

export type RestoringName =
  | "takeover"
  | "twoCheckpoints"
  | "race"
  | "duplicate"
  | "restorerCrash"
  | "twoInARow"
  | "waiting"
  | "waitingRebuild";

export const RESTORING: Readonly<Record<RestoringName, InterleavingConfiguration>> = {
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
  duplicate: configuration("duplicate", "Any one message arrives twice, at any distance.", {
    checkpointCountMax: 2,
    duplicateCountMax: 1,
  }),
  restorerCrash: configuration(
    "restorer-crash",
    "A restorer crashes on its way, comes up, and restores again under another ballot.",
    {
      timers: { "server.watch": 2 },
      restoreCountMax: 2,
      checkpointCountMax: 2,
      faults: [{ kind: "crash", host: 3, disk: "unflushed-lost", returns: true, count: 1 }],
    },
  ),
  twoInARow: configuration(
    "two-in-a-row",
    "One server restores and takes a checkpoint, another one restores then; the first incarnation's last one lies about.",
    {
      checkpointCountMax: 3,
      watchHosts: [2, 3],
      restoreCountMax: 2,
      promptTypes: [...BULK, "stored", "retire"],
    },
  ),
  waiting: configuration(
    "waiting",
    "A restore waits for servers that are silent, says for whom, and goes on when they are back.",
    {
      checkpointCountMax: 2,
      retentionCount: 2,
      timers: { "server.watch": 1, "restorer.tick": 2 },
      faults: [{ kind: "crash", host: 1, disk: "unflushed-kept", returns: true, count: 1 }],
      promptTypes: allBut("fetch", "members"),
    },
  ),
  waitingRebuild: configuration(
    "waiting-rebuild",
    "A restore waits for a server that lost its disk and rebuilds, and says so.",
    {
      timers: { "server.watch": 1, "restorer.tick": 2 },
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
};

/** Too many states for a commit. */
export type LargerRestoringName =
  "raceFlushes" | "raceDiskLoss" | "duplicates" | "productionCrash" | "fourServers" | "lateCheckpoint";

export const LARGER_RESTORING: Readonly<Record<LargerRestoringName, InterleavingConfiguration>> = {
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
      faults: [{ kind: "crash", host: 3, disk: "disk-lost", returns: true, count: 1 }],
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
  productionCrash: configuration(
    "production-crash",
    "The production server crashes and comes back while two servers restore.",
    {
      watchHosts: [2, 3],
      restoreCountMax: 2,
      checkpointCountMax: 2,
      faults: [{ kind: "crash", host: 0, disk: "unflushed-lost", returns: true, count: 1 }],
    },
  ),
  fourServers: configuration("four-servers", "mirror:2 on four servers: two restores race.", {
    hostNames: ["P", "A", "B", "C", "D"],
    slotHosts: [1, 2, 3, 4],
    watchHosts: [3, 4],
    restoreCountMax: 2,
    checkpointCountMax: 2,
  }),
  lateCheckpoint: configuration(
    "late-checkpoint",
    "The production server's next checkpoint is on its way while two servers restore.",
    {
      checkpointCountMax: 2,
      watchHosts: [2, 3],
      restoreCountMax: 2,
      slowSelfTypes: [],
      promptTypes: allBut("piece"),
    },
  ),
};
