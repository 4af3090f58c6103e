/**
 * What the families of random scenarios share: drawing from a stream (with src/verify/draw.ts), the shape of a fault in the
 * YAML form, and the small quick cluster of those families in which few events lie close together.
 */
import type { RandomStream } from "../../../src/sim/random.ts";
import { pick } from "../../../src/verify/draw.ts";

export type FaultText = Readonly<Record<string, unknown>>;

export const SERVER_NAMES = ["a", "b", "c", "d", "e", "f"] as const;

/** Times of the quick cluster, in microseconds. */
const QUICK_HEARTBEAT_US = 2000;
export const QUICK_TAKEOVER_US = 12_000;
export const QUICK_STAGGER_US = 6000;
export const QUICK_RETRY_US = 3000;

/** True once in `count` draws. */
export function oneIn(stream: RandomStream, count: number): boolean {
  return stream.below(count) === 0;
}

/** A time in the YAML form, at least a microsecond. */
export function microseconds(us: number): string {
  return `${Math.max(1, Math.round(us))}us`;
}

function microsecondsOf(text: unknown): number {
  return typeof text === "string" ? Number(text.slice(0, -"us".length)) : 0;
}

interface ScenarioText {
  readonly faults: readonly FaultText[];
  /** As `microseconds` writes it, like all times of its faults. */
  readonly duration: string;
  readonly [field: string]: unknown;
}

/**
 * The scenario as a file has it. What no file may ask for is left out, and changes nothing: faults of servers that are lost for good
 * by then, restarts and heals after the end.
 */
export function scenarioText(scenario: ScenarioText): string {
  const lostUs = new Map<unknown, number>();
  for (const { kind, target, at } of scenario.faults) {
    if (kind === "permanent-loss")
      lostUs.set(target, Math.min(microsecondsOf(at), lostUs.get(target) ?? Infinity));
  }
  const faults = scenario.faults
    .filter(({ target, at }) => microsecondsOf(at) <= (lostUs.get(target) ?? Infinity))
    .map((fault) => withinRun(fault, microsecondsOf(scenario.duration)));
  return JSON.stringify({ ...scenario, faults });
}

function withinRun(fault: FaultText, endUs: number): FaultText {
  const { restartAfter, healAfter, ...rest } = fault;
  const afterUs = microsecondsOf(restartAfter) + microsecondsOf(healAfter);
  return microsecondsOf(fault["at"]) + afterUs > endUs ? rest : fault;
}

/** Network, times and workload of the quick cluster; patience, scrubbing, image and pace are drawn. */
export function quickSettings(
  stream: RandomStream,
): Readonly<Record<"network" | "times" | "workload", FaultText>> {
  return {
    network: { jitter: pick(stream, ["20us", "400us"]) },
    times: {
      heartbeat: microseconds(QUICK_HEARTBEAT_US),
      takeover: microseconds(QUICK_TAKEOVER_US),
      stagger: microseconds(QUICK_STAGGER_US),
      retry: microseconds(QUICK_RETRY_US),
      silentTicksMax: pick(stream, [3, 8]),
      scrub: pick(stream, ["0ms", "0ms", "5ms"]),
      refresh: "30ms",
    },
    workload: {
      kind: "synthetic",
      image: `${pick(stream, [8, 33, 101, 400])}B`,
      contentSeed: stream.below(1000),
      checkpointEvery: microseconds(pick(stream, [2000, 5000, 10_000])),
    },
  };
}
