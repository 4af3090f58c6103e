/**
 * An undisturbed run as a scenario. A case is this with more faults and its own end.
 *
 * The times are short and the network quick, so that a run has few events: what is enumerated is the order of events, and
 * that does not depend on how long they take.
 *
 * Does not cover: lossy networks and jitter.
 */
import { assertionFailed } from "../../core/assertion.ts";
import { loadScenario } from "../../scenario/load.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { CrashBase } from "./chunk.ts";

const CHECKPOINT_EVERY_MS = 24;
/** When the base's own fault strikes: between two checkpoints, off the round moments of timers. */
const PRELUDE_AT = "13ms";
/** Up to here a base with a fault of its own runs as one without. */
export const BEFORE_PRELUDE_NS = 12_999_999;
const BACK_AFTER = "2ms";
const SCRUB_EVERY = "9ms";

/** What happens to a base before its window, as faults of a scenario. */
function preludeOf({ phase, harmedSlot }: CrashBase): Record<string, unknown>[] {
  // Two checkpoints have been taken by then: as many as are kept at most.
  const at = PRELUDE_AT;
  const target = `s${harmedSlot + 1}`;
  switch (phase) {
    case "rejoin":
      return [{ at, kind: "crash", target, disk: "kept", restartAfter: BACK_AFTER }];
    case "repair":
      return [{ at, kind: "crash", target, disk: "lost", restartAfter: BACK_AFTER }];
    case "scrub":
      return [{ at, kind: "bit-rot", target, files: "members", bits: 1 }];
    case "restore":
      return [{ at, kind: "permanent-loss", target: "production" }];
    default:
      return [];
  }
}

export function scenarioOfBase(base: CrashBase): Scenario {
  const { phase, former } = base;
  const text = JSON.stringify({
    name: `crash-${phase}`,
    title: `Crash points: ${phase}, ${base.scheme} at width ${base.width}`,
    seed: "crash-points",
    servers: { backups: Array.from({ length: base.serverCount }, (_, slot) => `s${slot + 1}`) },
    former,
    scheme: base.scheme,
    width: base.width,
    subsegment: `${base.subsegmentBytes}B`,
    retention: base.retentionCount,
    network: { latency: "20us", jitter: "0us" },
    disk: { latency: "20us", flush: "100us" },
    // A server that comes back needs two beats within the takeover time: the first may come from a production server that
    // hears nobody yet, and does not count.
    times: {
      heartbeat: "5ms",
      takeover: "12ms",
      stagger: "3ms",
      retry: "3ms",
      silentTicksMax: 1,
      scrub: phase === "scrub" ? SCRUB_EVERY : 0,
      refresh: "20ms",
    },
    workload: {
      kind: "synthetic",
      image: `${base.imageBytes}B`,
      checkpointEvery: `${CHECKPOINT_EVERY_MS}ms`,
    },
    faults: preludeOf(base),
    duration: "10s",
  });
  const loaded = loadScenario(text, "base");
  if (!loaded.ok) assertionFailed(`a base is a scenario: ${loaded.error.field}: ${loaded.error.message}`);
  return loaded.scenario;
}
