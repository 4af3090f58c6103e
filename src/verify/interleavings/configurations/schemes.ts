/** Schemes other than mirroring on two of three servers. */
import type { InterleavingConfiguration } from "../configuration.ts";
import { BULK, configuration } from "./base.ts";

const FOUR_SERVERS = ["P", "A", "B", "C", "D"];

export type SchemesName =
  "parity" | "parityLoss" | "parityCrashes" | "stripeOutage" | "declusteredLoss" | "racksLoss";

export const SCHEMES: Readonly<Record<SchemesName, InterleavingConfiguration>> = {
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
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
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
        { kind: "crash", host: 1, disk: "unflushed-kept", returns: true, count: 1 },
        { kind: "crash", host: 2, disk: "unflushed-lost", returns: true, count: 1 },
      ],
    },
  ),
  stripeOutage: configuration(
    "stripe-outage",
    "stripe:2, which tolerates nothing: a server is away for a while, and the restore waits for it.",
    {
      scheme: "stripe:2",
      timers: { "server.watch": 1, "restorer.tick": 2 },
      faults: [{ kind: "crash", host: 1, disk: "unflushed-lost", returns: true, count: 1 }],
    },
  ),
  declusteredLoss: configuration(
    "declustered-loss",
    "mirror:2 declustered over four servers, a round of groups and one more, stored at once: a server rebuilds its members while another restores.",
    {
      hostNames: FOUR_SERVERS,
      slotHosts: [1, 2, 3, 4],
      width: 4,
      placement: { kind: "declustered" },
      groupCount: 5,
      promptTypes: [...BULK, "store", "stored"],
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
  racksLoss: configuration(
    "racks-loss",
    "mirror:2 on four servers in two racks that are kept apart: a server loses its disk while another restores.",
    {
      hostNames: FOUR_SERVERS,
      slotHosts: [1, 2, 3, 4],
      placement: { kind: "rotated", slotDomains: ["left", "left", "right", "right"] },
      faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
    },
  ),
};

/** Too many states for a commit. */
export type LargerSchemesName = "twoServers" | "stripe" | "threeCopies";

export const LARGER_SCHEMES: Readonly<Record<LargerSchemesName, InterleavingConfiguration>> = {
  twoServers: configuration("two-servers", "mirror:2 on two servers: both restore, and one loses its disk.", {
    hostNames: ["P", "A", "B"],
    slotHosts: [1, 2],
    watchHosts: [1, 2],
    restoreCountMax: 2,
    checkpointCountMax: 2,
    faults: [{ kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 }],
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
      { kind: "crash", host: 1, disk: "disk-lost", returns: true, count: 1 },
      { kind: "crash", host: 2, disk: "disk-lost", returns: true, count: 1 },
    ],
  }),
};
