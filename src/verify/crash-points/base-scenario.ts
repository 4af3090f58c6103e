/**
 * An undisturbed run as a scenario. A case is this with more faults and its own end.
 *
 * The times are short and the network quick, so that a run has few events: what is enumerated is the order of events, and
 * that does not depend on how long they take.
 *
 * Bases that differ in the size of the image, in the count of kept checkpoints and in the harmed slot alone share what was
 * loaded.
 *
 * Does not cover: lossy networks and jitter.
 */
import { assert, assertionFailed } from "../../core/assertion.ts";
import { loadScenario } from "../../scenario/load.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { CrashBase, PhaseId } from "./chunk.ts";

const CHECKPOINT_EVERY_MS = 24;
/** When the base's own fault strikes: between two checkpoints, off the round moments of timers. */
const PRELUDE_AT = "13ms";
/** Up to here a base with a fault of its own runs as one without. */
export const BEFORE_PRELUDE_NS = 12_999_999;
const BACK_AFTER = "2ms";
const SCRUB_EVERY = "9ms";

/** What happens to a base before its window, as faults of a scenario. Two checkpoints have been taken by then. */
function preludeOf(phase: PhaseId): Record<string, unknown>[] {
  const at = PRELUDE_AT;
  const target = slotName(0);
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

function slotName(slot: number): string {
  return `s${slot + 1}`;
}

/** Two neighbours a rack. */
export function rackOfSlot(slot: number): string {
  return `rack-${Math.floor(slot / 2) + 1}`;
}

function racksOf(serverCount: number): Record<string, string[]> {
  const racks: Record<string, string[]> = {};
  for (let slot = 0; slot < serverCount; slot += 1) (racks[rackOfSlot(slot)] ??= []).push(slotName(slot));
  return racks;
}

type Template = Pick<
  CrashBase,
  "phase" | "scheme" | "width" | "serverCount" | "former" | "subsegmentBytes" | "placement" | "inRacks"
>;

/** With one checkpoint kept, an empty image, and the first slot as the one that is harmed. */
function loadTemplate(template: Template): Scenario {
  const { phase, scheme, width, serverCount, former, subsegmentBytes, placement, inRacks } = template;
  const text = JSON.stringify({
    name: `crash-${phase}`,
    title: `Crash points: ${phase}, ${scheme} at width ${width}${placement === undefined ? "" : `, ${placement}`}${inRacks === undefined ? "" : ", in racks"}`,
    seed: "crash-points",
    servers: { backups: Array.from({ length: serverCount }, (_, slot) => slotName(slot)) },
    former,
    scheme,
    width,
    placement,
    ...(inRacks === undefined ? {} : { domains: racksOf(serverCount), domainsApart: true }),
    subsegment: `${subsegmentBytes}B`,
    retention: 1,
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
    workload: { kind: "synthetic", image: "0B", checkpointEvery: `${CHECKPOINT_EVERY_MS}ms` },
    faults: preludeOf(phase),
    duration: "10s",
  });
  const loaded = loadScenario(text, "base");
  if (!loaded.ok) assertionFailed(`a base is a scenario: ${loaded.error.field}: ${loaded.error.message}`);
  return loaded.scenario;
}

/** Bases come cell by cell, and a cell has fewer templates: what was loaded long ago is not asked for again. */
const TEMPLATES_MAX = 100;
const templates: Map<string, Scenario> = new Map();

/** Loading takes longer than walking through a base. */
function templateOf(base: Template): Scenario {
  const { phase, scheme, width, serverCount, former, subsegmentBytes, placement, inRacks } = base;
  const name = `${phase} ${scheme} ${width} ${serverCount} ${former} ${subsegmentBytes} ${placement} ${inRacks}`;
  let template = templates.get(name);
  if (template === undefined) {
    if (templates.size >= TEMPLATES_MAX) templates.clear();
    template = loadTemplate(base);
    templates.set(name, template);
  }
  return template;
}

export function scenarioOfBase(base: CrashBase): Scenario {
  const { imageBytes, retentionCount, harmedSlot } = base;
  const template = templateOf(base);
  const { workload, faults } = template;
  assert(workload.kind === "synthetic", "a base's software is synthetic");
  return {
    ...template,
    retentionCount,
    workload: { ...workload, imageBytes },
    faults: faults.map((fault) =>
      "target" in fault && fault.target === slotName(0) ? { ...fault, target: slotName(harmedSlot) } : fault,
    ),
  };
}
