/**
 * The undisturbed runs from which crash points branch: schemes, widths, places of the former, images, phases.
 *
 * A subsegment is two sectors, so that a torn member has a boundary inside. The times are short and the network quick,
 * so that a run has few events: what is enumerated is the order of events, and that does not depend on how long they take.
 *
 * Does not cover: lossy networks, jitter, and images of many groups beyond small widths.
 */
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import { assertionFailed } from "../../core/assertion.ts";
import { loadScenario } from "../../scenario/load.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { CrashBase, PhaseId } from "./chunk.ts";

const WIDTH_MIN = 2;
const WIDTH_MAX = 8;
/** Up to here a spare server is tried too, and a second crash at every step of the recovery. */
export const SMALL_WIDTH_MAX = 4;
const SUBSEGMENT_BYTES = 1024;
const FORMERS: readonly FormerPlace[] = ["production", "backup", "dedicated"];
const RETENTIONS: readonly number[] = [1, 2];

export interface CellScheme {
  readonly scheme: string;
  readonly k: number;
  readonly tolerance: number;
}

/** All schemes that fit a width: both mirrors, every stripe, every parity. */
export function schemesAt(width: number): CellScheme[] {
  const schemes: CellScheme[] = [];
  for (let copies = 2; copies <= Math.min(3, width); copies += 1)
    schemes.push({ scheme: `mirror:${copies}`, k: 1, tolerance: copies - 1 });
  for (let k = 2; k <= width; k += 1) schemes.push({ scheme: `stripe:${k}`, k, tolerance: 0 });
  for (let k = 1; k < width; k += 1) schemes.push({ scheme: `parity:${k}+1`, k, tolerance: 1 });
  return schemes;
}

/** Around the boundaries of subsegments and groups; ascending, each once. */
export function imageSizes(k: number, width: number): number[] {
  const s = SUBSEGMENT_BYTES;
  const sizes = [0, 1, s - 1, s, s + 1, k * s - 1, k * s, k * s + 1, (k + 1) * s + 333];
  // As many groups as servers: every server holds data.
  if (width <= SMALL_WIDTH_MAX) sizes.push(width * k * s - 1);
  return [...new Set(sizes)].sort((a, b) => a - b);
}

function serverCounts(width: number, tolerance: number): number[] {
  // With tolerance 0 every server must promise: a spare one changes nothing but makes it harder.
  if (tolerance === 0) return [width];
  return width <= SMALL_WIDTH_MAX ? [width, width + 1] : [width];
}

function phasesOf(width: number, tolerance: number): PhaseId[] {
  const phases: PhaseId[] = ["first-checkpoint", "next-checkpoint", "restore"];
  // Without redundancy nothing can be rebuilt, and a blank server does not join by itself.
  if (tolerance > 0) phases.push("repair", "scrub");
  if (width <= SMALL_WIDTH_MAX) phases.push("double");
  return phases;
}

/** Every base, cell by cell, in an order that never changes. */
export function allBases(): CrashBase[] {
  const bases: CrashBase[] = [];
  for (let width = WIDTH_MIN; width <= WIDTH_MAX; width += 1) {
    for (const cell of schemesAt(width)) bases.push(...basesOf(cell, width));
  }
  return bases;
}

/** The bases of one cell of the table. */
export function basesOf({ scheme, k, tolerance }: CellScheme, width: number): CrashBase[] {
  const bases: CrashBase[] = [];
  for (const phase of phasesOf(width, tolerance)) {
    for (const serverCount of serverCounts(width, tolerance)) {
      for (const retentionCount of RETENTIONS) {
        // How many checkpoints are kept makes no difference before there is a second one.
        if (phase !== "next-checkpoint" && retentionCount !== RETENTIONS[0]) continue;
        for (const imageBytes of imageSizes(k, width)) {
          // An empty image has no members that could rot.
          if (phase === "scrub" && imageBytes === 0) continue;
          for (const former of FORMERS) {
            bases.push({
              scheme,
              width,
              serverCount,
              former,
              imageBytes,
              subsegmentBytes: SUBSEGMENT_BYTES,
              retentionCount,
              phase,
            });
          }
        }
      }
    }
  }
  return bases;
}

const CHECKPOINT_EVERY_MS = 24;
/** When the base's own fault strikes: between two checkpoints, off the round moments of timers. */
const PRELUDE_AT = "13ms";
const REPAIR_BACK_AFTER = "2ms";
const SCRUB_EVERY = "9ms";

/** What happens to a base before its window, as faults of a scenario. */
function preludeOf({ phase }: CrashBase): Record<string, unknown>[] {
  switch (phase) {
    case "repair":
      return [{ at: PRELUDE_AT, kind: "crash", target: "s1", disk: "lost", restartAfter: REPAIR_BACK_AFTER }];
    case "scrub":
      return [{ at: PRELUDE_AT, kind: "bit-rot", target: "s1", files: "members", bits: 1 }];
    case "restore":
      return [{ at: PRELUDE_AT, kind: "permanent-loss", target: "production" }];
    default:
      return [];
  }
}

/** The base as a scenario; a case is this with more faults and its own end. */
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
