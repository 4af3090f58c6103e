/**
 * The smallest fatal combinations of faults for a scheme, by enumeration: every set of faults up to a size, no two on one
 * server, strikes a small cluster at one moment together with the loss of the production server, and the run is made to its
 * end. Sets are taken by size; a set that contains one that lost the data is not run, for more faults bring nothing back.
 *
 * `lost`: no disk that exists holds the newest durable checkpoint any more, by matrix rank. `waits`: the disks hold it, and the
 * software does not run without help: a server has to come back, or an operator has to speak. A set is minimal when no smaller
 * part of it is fatal; a set that loses the data is minimal, too, when its parts make the cluster wait only.
 *
 * Every run is judged by all promises besides. Not covered: faults at different moments, faults of links between two servers,
 * and the kinds of the catalogue that are not in catalogue.ts.
 */
import type { HostId } from "../../core/protocol/environment.ts";
import { parseScheme } from "../../core/redundancy/scheme.ts";
import { loadScenario } from "../../scenario/load.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { World } from "../../sim/world.ts";
import { isLost, type RunEnd, runEndOf } from "../loss/run-end.ts";
import { judgePromises } from "../promises/index.ts";
import { contextOf, prepareEngines, prepareRun } from "../run.ts";
import { KILLER_KINDS, type KillerKind } from "./catalogue.ts";

export const KILLER_SCHEMES = [
  "mirror:2",
  "mirror:3",
  "parity:3+1",
  "stripe:3",
  "rs:2+2",
  "lrc:4,2,1",
] as const;
/** Faults of one combination. */
export const KILLER_SIZE_MAX = 3;

/** What a set of faults did. */
export type KillerEffect = "survived" | "waits" | "lost";

/** The sets of the same kinds of faults, on all choices of servers. */
export interface KillerRow {
  /** Ids of kinds, in the order of the catalogue. */
  readonly kinds: readonly string[];
  /** How many choices of servers there are. */
  readonly setCount: number;
  readonly survivedCount: number;
  /** Minimal sets. */
  readonly lostCount: number;
  readonly waitsCount: number;
  /** Sets with a smaller fatal part. */
  readonly containsSmallerCount: number;
  /** Verdicts of the minimal ones, each with how often it was the last word. */
  readonly ends: Readonly<Partial<Record<RunEnd, number>>>;
  /** The servers of the first minimal set, in the order of `kinds`; undefined: there is none. */
  readonly example: readonly string[] | undefined;
}

export interface SchemeKillers {
  readonly scheme: string;
  readonly servers: number;
  readonly tolerance: number;
  readonly rows: readonly KillerRow[];
  readonly runCount: number;
  /** Sets that were not run, since they contain one that lost the data. */
  readonly prunedCount: number;
  /** Faults of the smallest set that loses the data, and of the smallest fatal one; undefined: above `sizeMax`. */
  readonly lostSize: number | undefined;
  readonly fatalSize: number | undefined;
  /** Promises that broke, in words. Not one may. */
  readonly violations: readonly string[];
}

/** When the faults strike: the checkpoint is durable, and nothing is under way. */
const STRIKE_NS = 20_000_000;
const DURATION = "400ms";
/** A run whose software runs again ends so long after that: no more faults are to come. */
const AFTERWARDS_NS = 5_000_000;
const SUBSEGMENT_BYTES = 64;

/**
 * As few servers as the scheme's own tolerance needs, to store and to decide (docs/protocol.md: f is at most half of them).
 * As many groups as members, so that every place in a group is on every server of the placement.
 */
function clusterOf(scheme: string): Scenario {
  const parsed = parseScheme(scheme);
  if (!parsed.ok) throw new RangeError(parsed.error.message);
  const { k, m, tolerance } = parsed.scheme;
  const members = k + m;
  const servers = Array.from({ length: Math.max(members, 2 * tolerance + 1) }, (_, index) => `s${index + 1}`);
  const text = JSON.stringify({
    name: "killers",
    budget: "beyond",
    servers: { backups: servers },
    scheme,
    subsegment: `${SUBSEGMENT_BYTES}B`,
    workload: {
      kind: "synthetic",
      image: `${SUBSEGMENT_BYTES * members * members}B`,
      checkpointEvery: "10s",
    },
    times: { scrub: "0ms" },
    duration: DURATION,
  });
  const loaded = loadScenario(text, "killers");
  if (!loaded.ok) throw new Error(`${loaded.error.field}: ${loaded.error.message}`);
  return loaded.scenario;
}

/** A fault of one kind on one server. */
interface Atom {
  readonly kindIndex: number;
  readonly slot: number;
}

type AtomSet = readonly Atom[];

/** Every set of this size with no two on one server, in order of servers and then of kinds. */
function* setsOf(slotCount: number, size: number, firstSlot: number = 0): Generator<AtomSet> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let slot = firstSlot; slot <= slotCount - size; slot += 1) {
    for (const kindIndex of KILLER_KINDS.keys()) {
      for (const rest of setsOf(slotCount, size - 1, slot + 1)) yield [{ kindIndex, slot }, ...rest];
    }
  }
}

/** How many sets there are for a scheme, up to this size. */
export function killerSetCount(scheme: string, sizeMax: number): number {
  const slotCount = clusterOf(scheme).servers.backups.length;
  let count = 0;
  let sets = 1;
  for (let size = 1; size <= Math.min(sizeMax, slotCount); size += 1) {
    sets = (sets * (slotCount - size + 1) * KILLER_KINDS.length) / size;
    count += sets;
  }
  return count;
}

function idOf(set: AtomSet): string {
  return set.map(({ kindIndex, slot }) => `${slot}.${kindIndex}`).join(" ");
}

/** All parts but the empty one and the whole. */
function partsOf(set: AtomSet): AtomSet[] {
  return Array.from({ length: 2 ** set.length - 2 }, (_, index) =>
    set.filter((__, at) => ((index + 1) >> at) % 2 === 1),
  );
}

interface Struck {
  readonly effect: KillerEffect;
  readonly end: RunEnd;
  readonly violations: readonly string[];
}

/** Tells whether software was started since now; each event is looked at once. */
function startFollower(world: World): () => boolean {
  let seenCount = world.events.length;
  let isStarted = false;
  return () => {
    for (; seenCount < world.events.length; seenCount += 1)
      if (world.events[seenCount]?.kind === "software-started") isStarted = true;
    return isStarted;
  };
}

/** Strikes a fork of the world that has come to the moment. */
function strike(plan: RunPlan, world: World, set: AtomSet): Struck {
  const fork = world.fork();
  const { hosts, scenario } = plan;
  const all: HostId[] = [...hosts.names.keys()];
  const faults = set.map(({ kindIndex, slot }) => {
    const host = hosts.slots[slot] as HostId;
    const others = all.filter((each) => each !== host);
    return fork.strike((KILLER_KINDS[kindIndex] as KillerKind).action(host, others));
  });
  faults.push(fork.strike({ kind: "permanent-loss", host: hosts.production }));
  const isRunningAgain = startFollower(fork);
  fork.runWhile(() => !isRunningAgain());
  if (isRunningAgain()) fork.endAt(Math.min(fork.nowNs + AFTERWARDS_NS, scenario.durationNs));
  const history = fork.run();
  const context = contextOf({ ...plan, faults }, history);
  const broken = judgePromises(history, context).filter(({ status }) => status === "broken");
  const end = runEndOf(history, context);
  const effect = end === "running" ? "survived" : isLost(history, context) ? "lost" : "waits";
  return {
    effect,
    end,
    violations: broken.map(({ id, violations }) => `${id}: ${violations[0] ?? "broken"}`),
  };
}

/** Collects the sets of the same kinds. */
class RowCounts {
  readonly kinds: readonly string[];
  private setCount: number = 0;
  private survivedCount: number = 0;
  private lostCount: number = 0;
  private waitsCount: number = 0;
  private containsSmallerCount: number = 0;
  private readonly ends: Partial<Record<RunEnd, number>> = {};
  private example: readonly string[] | undefined = undefined;

  constructor(kinds: readonly string[]) {
    this.kinds = kinds;
  }

  add(set: AtomSet, struck: Struck | undefined, isMinimal: boolean): void {
    this.setCount += 1;
    if (struck?.effect === "survived") this.survivedCount += 1;
    else if (struck === undefined || !isMinimal) this.containsSmallerCount += 1;
    else {
      if (struck.effect === "lost") this.lostCount += 1;
      else this.waitsCount += 1;
      this.ends[struck.end] = (this.ends[struck.end] ?? 0) + 1;
      this.example ??= set.toSorted((a, b) => a.kindIndex - b.kindIndex).map(({ slot }) => `s${slot + 1}`);
    }
  }

  row(): KillerRow {
    const { kinds, setCount, survivedCount, lostCount, waitsCount, containsSmallerCount, ends, example } =
      this;
    return { kinds, setCount, survivedCount, lostCount, waitsCount, containsSmallerCount, ends, example };
  }
}

/** `onRun` is told how many sets are done, with those that were not run. */
export async function killersOf(
  scheme: string,
  sizeMax: number = KILLER_SIZE_MAX,
  onRun: (doneCount: number) => void = () => undefined,
): Promise<SchemeKillers> {
  const scenario = clusterOf(scheme);
  const { plan, world } = prepareRun(scenario, await prepareEngines(scenario));
  world.runUntil(STRIKE_NS);
  const slotCount = scenario.servers.backups.length;
  const rows = new Map<string, RowCounts>();
  /** By set: what the fatal ones did. */
  const fatal = new Map<string, KillerEffect>();
  const violations: string[] = [];
  let runCount = 0;
  let doneCount = 0;
  let lostSize: number | undefined;
  let fatalSize: number | undefined;
  for (let size = 1; size <= Math.min(sizeMax, slotCount); size += 1) {
    for (const set of setsOf(slotCount, size)) {
      const parts = partsOf(set).map((part) => fatal.get(idOf(part)));
      const isPruned = parts.includes("lost");
      const struck = isPruned ? undefined : strike(plan, world, set);
      if (struck !== undefined) runCount += 1;
      doneCount += 1;
      onRun(doneCount);
      const effect = struck?.effect ?? "lost";
      if (effect !== "survived") fatal.set(idOf(set), effect);
      const isMinimal = effect === "lost" ? !isPruned : !parts.includes("waits");
      if (effect === "lost") lostSize ??= size;
      if (effect !== "survived") fatalSize ??= size;
      const kindIndexes = set.map(({ kindIndex }) => kindIndex).toSorted((a, b) => a - b);
      const name = kindIndexes.join(" ");
      let row = rows.get(name);
      if (row === undefined)
        rows.set(
          name,
          (row = new RowCounts(kindIndexes.map((index) => (KILLER_KINDS[index] as KillerKind).id))),
        );
      row.add(set, struck, isMinimal);
      violations.push(...(struck?.violations ?? []).map((each) => `${scheme}, ${idOf(set)}: ${each}`));
    }
  }
  world.close();
  return {
    scheme,
    servers: slotCount,
    tolerance: plan.scheme.tolerance,
    rows: [...rows.values()].map((row) => row.row()),
    runCount,
    prunedCount: doneCount - runCount,
    lostSize,
    fatalSize,
    violations,
  };
}
