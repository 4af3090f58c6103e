/** Servers that lose their disk and come in again. */
import type { InterleavingConfiguration } from "../configuration.ts";
import { allBut, BULK, configuration } from "./base.ts";

export type RejoiningName =
  "diskLoss" | "rejoin" | "attempts" | "attemptsLoss" | "failedFetch" | "lateHello" | "rebuildTraffic";

const LATE_HELLO_STORY =
  "A server loses its disk twice; the word of its first new life comes late, and that life counts as the newer one.";
const LATE_HELLO: Partial<InterleavingConfiguration> = {
  randomNumbers: "falling",
  faults: [
    { kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 2 },
    { kind: "crash", host: 2, disk: "disk-lost", returns: false, count: 1 },
  ],
};

export const REJOINING: Readonly<Record<RejoiningName, InterleavingConfiguration>> = {
  diskLoss: configuration(
    "disk-loss",
    "A server loses its disk at any moment, and comes in again while another restores.",
    {
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
      promptTypes: allBut("fetch", "members"),
    },
  ),
  rejoin: configuration(
    "rejoin",
    "The production server learns the new life of a server, and places a checkpoint on it, during a restore.",
    {
      beginsWithCheckpoint: false,
      lostTypes: [],
      beatHosts: [1],
      promptTypes: [...BULK, "alive"],
      slowSelfTypes: ["ask"],
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  attempts: configuration(
    "attempts",
    "A server that lost its disk refuses, and a second attempt is formed while answers to the first are late.",
    {
      attemptCountMax: 2,
      faults: [{ kind: "crash", host: 2, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  attemptsLoss: configuration(
    "attempts-loss",
    "A silent server makes for a second attempt; then one server of that loses its disk.",
    {
      attemptCountMax: 2,
      timers: { "server.watch": 1, "former.tick": 2 },
      timerHosts: [0],
      watchHosts: [2],
      faults: [{ kind: "crash", host: 3, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  failedFetch: configuration(
    "failed-fetch",
    "A server loses its disk after it promised, and a restorer cannot fetch from it.",
    {
      checkpointCountMax: 2,
      retentionCount: 2,
      faults: [{ kind: "crash", host: 2, disk: "disk-lost", returns: true, count: 1 }],
      promptTypes: allBut("fetch", "members"),
    },
  ),
  lateHello: configuration("late-hello", LATE_HELLO_STORY, {
    ...LATE_HELLO,
    promptTypes: [...BULK, "welcome", "superseded", "store", "stored", "retire"],
  }),
  rebuildTraffic: configuration(
    "rebuild-traffic",
    "A server rebuilds while checkpoints are stored and retired; its traffic is as slow as all other.",
    {
      checkpointCountMax: 2,
      restoreCountMax: 0,
      timers: { "server.hello": 1, "server.repair": 1 },
      timerHosts: [1],
      promptTypes: allBut("fetch", "members", "piece", "received"),
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
};

/** Too many states for a commit. */
export type LargerRejoiningName =
  "twoLosses" | "duplicatesLoss" | "flushesLoss" | "lateHelloStoring" | "rebuildTrafficRestore";

export const LARGER_REJOINING: Readonly<Record<LargerRejoiningName, InterleavingConfiguration>> = {
  twoLosses: configuration(
    "two-losses",
    "Two servers lose their disks, one after the other, while another restores.",
    {
      faults: [
        { kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 },
        { kind: "crash", host: 2, disk: "disk-lost", returns: true, count: 1 },
      ],
    },
  ),
  duplicatesLoss: configuration(
    "duplicates-loss",
    "A message arrives twice while a server loses its disk and another restores.",
    {
      duplicateCountMax: 1,
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  flushesLoss: configuration("flushes-loss", "A server loses its disk between flushes, and comes in again.", {
    storage: "flushes",
    faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
  }),
  lateHelloStoring: configuration(
    "late-hello-storing",
    "As late-hello, while a checkpoint is stored: its traffic is as slow as all other.",
    { ...LATE_HELLO, promptTypes: [...BULK, "welcome", "superseded"] },
  ),
  rebuildTrafficRestore: configuration(
    "rebuild-traffic-restore",
    "As rebuild-traffic, while another restores.",
    {
      checkpointCountMax: 2,
      timers: { "server.watch": 1, "server.hello": 1, "server.repair": 1 },
      promptTypes: allBut("fetch", "members", "piece", "received"),
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
};
