/** What is kept and where: retention, fresh checkpoints without a silent server, and the operator's word. */
import type { InterleavingConfiguration } from "../configuration.ts";
import { BULK, configuration } from "./base.ts";

export type KeepingName = "retention" | "silentSlot" | "keptUntilDurable" | "refresh" | "declaredLost";

export const KEEPING: Readonly<Record<KeepingName, InterleavingConfiguration>> = {
  retention: configuration("retention", "Two checkpoints are kept; three are taken while another restores.", {
    checkpointCountMax: 3,
    retentionCount: 2,
  }),
  silentSlot: configuration(
    "silent-slot",
    "A server is silent: the next attempt leaves it out, and it comes back with what it stored of the first one.",
    {
      checkpointCountMax: 2,
      attemptCountMax: 2,
      timers: { "server.watch": 1, "former.tick": 2 },
      timerHosts: [0],
      faults: [{ kind: "crash", host: 1, disk: "unflushed-kept", returns: true, count: 1 }],
    },
  ),
  keptUntilDurable: configuration(
    "kept-until-durable",
    "A restore finds a checkpoint on one server alone; that server is lost before the next one is durable.",
    {
      checkpointCountMax: 2,
      timers: { "server.watch": 1, "production.beat": 1 },
      timerHosts: [3],
      watchHosts: [1, 3],
      restoreCountMax: 2,
      lostTypes: [],
      beatHosts: [1, 2],
      promptTypes: [...BULK, "alive", "beat", "retire", "stored"],
      faults: [{ kind: "crash", host: 2, disk: "disk-lost", returns: false, count: 1 }],
    },
  ),
  refresh: configuration(
    "refresh",
    "A server is gone for good; the software is asked for a fresh checkpoint without it (R13), and takes none otherwise.",
    {
      checkpointsOnDemand: true,
      checkpointCountMax: 2,
      attemptCountMax: 2,
      timers: { "server.watch": 1, "former.tick": 1, "production.beat": 4 },
      timerHosts: [0],
      lostTypes: [],
      beatHosts: [1, 3],
      promptTypes: [...BULK, "alive", "beat"],
      faults: [{ kind: "crash", host: 2, disk: "disk-lost", returns: false, count: 1 }],
    },
  ),
  declaredLost: configuration(
    "declared-lost",
    "The operator restores with one server declared lost, while another restores by itself.",
    {
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
      operator: { host: 2, lostSlots: [0], acceptOlder: false },
    },
  ),
};

/** Too many states for a commit. */
export type LargerKeepingName = "retentionLoss" | "operatorTwoLosses";

export const LARGER_KEEPING: Readonly<Record<LargerKeepingName, InterleavingConfiguration>> = {
  retentionLoss: configuration(
    "retention-loss",
    "Two of three checkpoints are kept; a server loses its disk and rebuilds, while old ones are retired.",
    {
      checkpointCountMax: 3,
      retentionCount: 2,
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  operatorTwoLosses: configuration(
    "operator-two-losses",
    "Two servers lose their disks; the operator restores and accepts an older checkpoint.",
    {
      restoreCountMax: 0,
      faults: [
        { kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 },
        { kind: "crash", host: 2, disk: "disk-lost", returns: true, count: 1 },
      ],
      operator: { host: 3, lostSlots: [], acceptOlder: true },
    },
  ),
};
