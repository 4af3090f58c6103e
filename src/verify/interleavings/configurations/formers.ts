/** A former that is not on the production server. */
import type { InterleavingConfiguration } from "../configuration.ts";
import { allBut, configuration } from "./base.ts";

export type FormersName = "formerOnServer" | "formerDedicated";

export const FORMERS: Readonly<Record<FormersName, InterleavingConfiguration>> = {
  formerOnServer: configuration("former-on-server", "The former is on a backup server that crashes.", {
    formerPlace: "backup",
    formerHost: 1,
    attemptCountMax: 2,
    checkpointCountMax: 2,
    promptTypes: allBut("form-done", "form"),
    timers: { "server.watch": 1, "production.tick": 2 },
    faults: [{ kind: "crash", host: 1, disk: "unflushed-lost", returns: true, count: 1 }],
  }),
  formerDedicated: configuration(
    "former-dedicated",
    "The former has a host of its own that crashes and comes back.",
    {
      hostNames: ["P", "A", "B", "C", "F"],
      timerHosts: [0, 1, 2, 3, 4],
      formerPlace: "dedicated",
      formerHost: 4,
      attemptCountMax: 2,
      checkpointCountMax: 2,
      promptTypes: allBut("form-done", "form"),
      timers: { "server.watch": 1, "production.tick": 2 },
      faults: [{ kind: "crash", host: 4, disk: "unflushed-lost", returns: true, count: 1 }],
    },
  ),
};
