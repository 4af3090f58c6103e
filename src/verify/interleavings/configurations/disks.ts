/** Disks: crashes between flushes and operations, torn writes, rot, failed operations. */
import type { InterleavingConfiguration } from "../configuration.ts";
import { allBut, configuration } from "./base.ts";

export type DisksName =
  | "crash"
  | "everyOperation"
  | "tornWrites"
  | "rotMember"
  | "rotManifest"
  | "rotControl"
  | "rotControlScrub"
  | "failedFlush";

export const DISKS: Readonly<Record<DisksName, InterleavingConfiguration>> = {
  crash: configuration("crash", "A server crashes between its flushes and comes up on what its disk kept.", {
    storage: "flushes",
    promptTypes: allBut("piece"),
    faults: [{ kind: "crash", host: 1, disk: "unflushed-lost", returns: true, count: 1 }],
  }),
  everyOperation: configuration(
    "every-operation",
    "A server crashes between any two operations of its disk; each of them is a choice.",
    {
      storage: "all",
      faults: [{ kind: "crash", host: 1, disk: "unflushed-lost", returns: true, count: 1 }],
    },
  ),
  tornWrites: configuration(
    "torn-writes",
    "A server crashes between its flushes; of each file the old bytes, the new ones or a part of them are left.",
    {
      storage: "flushes",
      faults: [{ kind: "crash", host: 1, disk: "unflushed-any", returns: true, count: 1 }],
    },
  ),
  rotMember: configuration("rot-member", "A member rots at any moment: a scrub or a restore meets it.", {
    timers: { "server.watch": 1, "server.scrub": 1, "restorer.tick": 1 },
    faults: [{ kind: "rot", host: 1, files: "member", count: 1 }],
    promptTypes: allBut("fetch", "members"),
  }),
  rotManifest: configuration(
    "rot-manifest",
    "A manifest rots, and its server is started again and cannot show it, while another restores.",
    {
      timers: { "server.watch": 1, "restorer.tick": 1, "server.repair": 1 },
      faults: [
        { kind: "rot", host: 1, files: "manifest", count: 1 },
        { kind: "crash", host: 1, disk: "unflushed-kept", returns: true, count: 1 },
      ],
    },
  ),
  rotControl: configuration(
    "rot-control",
    "A control record rots, and its server is started again: its disk counts as lost.",
    {
      checkpointCountMax: 2,
      faults: [
        { kind: "rot", host: 1, files: "control", count: 1 },
        { kind: "crash", host: 1, disk: "unflushed-kept", returns: true, count: 1 },
      ],
    },
  ),
  rotControlScrub: configuration(
    "rot-control-scrub",
    "A control record rots and a scrub writes it anew, flush by flush, while another restores.",
    {
      timers: { "server.watch": 1, "server.scrub": 1 },
      timerHosts: [1],
      storage: "flushes",
      faults: [
        { kind: "rot", host: 1, files: "control", count: 1 },
        { kind: "crash", host: 1, disk: "unflushed-lost", returns: true, count: 1 },
      ],
    },
  ),
  failedFlush: configuration(
    "failed-flush",
    "A flush fails and says so; what waited for it is done again, or asked for again.",
    {
      storage: "flushes",
      timers: { "server.watch": 1, "server.control": 1, "former.tick": 1 },
      faults: [
        { kind: "storage-fails", host: 1, count: 1 },
        { kind: "crash", host: 1, disk: "unflushed-lost", returns: true, count: 1 },
      ],
    },
  ),
};

/** Too many states for a commit. */
export type LargerDisksName = "tornOperations" | "failedWrite";

export const LARGER_DISKS: Readonly<Record<LargerDisksName, InterleavingConfiguration>> = {
  tornOperations: configuration(
    "torn-operations",
    "As torn-writes, between any two operations of the disk.",
    {
      storage: "all",
      faults: [{ kind: "crash", host: 1, disk: "unflushed-any", returns: true, count: 1 }],
    },
  ),
  failedWrite: configuration(
    "failed-write",
    "A write or a flush fails and says so; each operation of the disk is a choice.",
    {
      storage: "all",
      timers: { "server.watch": 1, "server.control": 1, "former.tick": 1 },
      faults: [{ kind: "storage-fails", host: 1, count: 1 }],
    },
  ),
};
