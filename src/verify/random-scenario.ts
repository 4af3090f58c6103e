/**
 * Random scenarios for the simulation gate: a cluster, a scheme, a workload and faults at random moments.
 *
 * The text is a scenario file in the YAML form (JSON is YAML), so that a failing one is saved as it stands and run by
 * `ckptlab run`. Within budget by construction: all damage to disks before the loss of the production server strikes one
 * backup server, so that at most one slot is unrepaired at a time. Partitions and restarts only take servers away. Members lie
 * rotated or declustered, and servers may stand in racks, which are kept apart where that is possible.
 *
 * Swarm scenarios have such clusters, and faults of the whole catalogue, within the budget or beyond it, that end in time for
 * everything to be whole again (src/scenario/swarm.ts).
 */
import { placeAttempt } from "../core/protocol/attempt-placement.ts";
import { parseScheme } from "../core/redundancy/scheme.ts";
import { clusterPlacementOf } from "../scenario/placement.ts";
import { RandomRoot, type RandomStream } from "../sim/random.ts";
import { memberCountOf, pick } from "./draw.ts";

const SCHEMES = [
  "mirror:2",
  "mirror:3",
  "parity:2+1",
  "parity:3+1",
  "parity:4+1",
  "stripe:2",
  "stripe:3",
] as const;
/** Taken in place of one scenario in four that tolerates a loss: drawn apart, so that the others stay what they were. */
const CODES = ["rs:2+2", "rs:3+2", "rs:1+2", "lrc:2,2,1", "lrc:4,2,1"] as const;
const FORMERS = ["production", "backup", "dedicated"] as const;
const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;
/** Around the boundaries of subsegments and groups, and beyond. */
const IMAGE_BYTES = [0, 1, 7, 4095, 4096, 4097, 8192, 12_289, 40_000, 65_536, 100_001] as const;
const DURATION_MS = 3000;

type Draw = (purpose: string) => RandomStream;

function drawFaults(draw: Draw, servers: readonly string[], isTolerant: boolean): Record<string, unknown>[] {
  const microseconds = (purpose: string, fromMs: number, toMs: number): number =>
    fromMs * 1000 + draw(purpose).below((toMs - fromMs) * 1000);
  const at = (purpose: string, fromMs: number, toMs: number): string =>
    `${microseconds(purpose, fromMs, toMs)}us`;
  const faults: Record<string, unknown>[] = [];
  const struck = pick(draw("struck"), servers);
  const chance = draw("which");
  // A scheme that survives no loss promises nothing about lost disks: only crashes that keep them.
  const disk = isTolerant && chance.below(2) === 0 ? "lost" : "kept";
  if (chance.below(4) > 0) {
    const restartAfter = `${1 + draw("restart").below(200)}ms`;
    faults.push({ at: at("crash", 1, 900), kind: "crash", target: struck, disk, restartAfter });
  }
  if (isTolerant && chance.below(2) === 0) {
    const files = pick(draw("rot-files"), ["members", "manifests", "control", "any"]);
    faults.push({
      at: at("rot", 1, 900),
      kind: "bit-rot",
      target: struck,
      files,
      bits: 1 + draw("rot-bits").below(8),
    });
  }
  if (chance.below(3) > 0) faults.push(drawPartition(draw, servers, microseconds("partition", 1, 900)));
  if (chance.below(4) === 0) {
    faults.push({ at: at("loss", 1, 900), kind: "loss", ratePpm: 20_000, lasts: "300ms" });
  }
  const end = chance.below(4);
  if (end === 0) faults.push({ at: at("end", 5, 1100), kind: "permanent-loss", target: "production" });
  if (end === 1) {
    faults.push({ at: at("end", 5, 1100), kind: "crash", target: "production", restartAfter: "50ms" });
  }
  return faults;
}

/** By then the first checkpoint is durable; a takeover before it finds no software to run. */
const FIRST_DURABLE_US = 20_000;
/** Shorter than a takeover takes. */
const EARLY_CUT_MS = 30;

function drawPartition(draw: Draw, servers: readonly string[], atUs: number): Record<string, unknown> {
  const stream = draw("partition-sides");
  const hosts = ["production", ...servers];
  const from = [pick(stream, hosts)];
  if (stream.below(2) === 0) {
    const other = pick(stream, hosts);
    if (!from.includes(other)) from.push(other);
  }
  const to = hosts.filter((host) => !from.includes(host));
  const symmetric = stream.below(3) > 0;
  const drawnMs = 20 + stream.below(500);
  const healAfter = `${atUs < FIRST_DURABLE_US ? Math.min(drawnMs, EARLY_CUT_MS) : drawnMs}ms`;
  return { at: `${atUs}us`, kind: "partition", from, to, symmetric, healAfter };
}

function drawOf(seed: string): Draw {
  const root = new RandomRoot(seed);
  return (purpose) => root.stream(`random-scenario-${purpose}`);
}

/** The scenario of a seed; the same text for the same seed. */
export function randomScenarioText(seed: string): string {
  const draw = drawOf(seed);
  const cluster = drawCluster(draw, seed);
  const { servers, scheme } = cluster;
  const isTolerant = !scheme.startsWith("stripe");
  const faults = drawFaults(draw, servers.backups, isTolerant);
  return JSON.stringify({ ...cluster, faults, duration: `${DURATION_MS}ms` });
}

/** As randomScenarioText, with a swarm of faults and a time to heal. One in four goes beyond the budget. */
export function swarmScenarioText(seed: string): string {
  const draw = drawOf(seed);
  return JSON.stringify({
    ...drawCluster(draw, seed),
    swarm: { count: 1 + draw("swarm").below(12) },
    budget: draw("budget").below(4) === 0 ? "beyond" : "within",
    healAt: `${DURATION_MS}ms`,
    duration: `${2 * DURATION_MS}ms`,
  });
}

interface RandomCluster {
  readonly name: string;
  readonly servers: { readonly backups: readonly string[] };
  readonly scheme: string;
  readonly width: number;
}

/** Two backup servers a rack; the production server stands in the first. */
function racksOf(backups: readonly string[]): Record<string, readonly string[]> {
  const racks: Record<string, readonly string[]> = {};
  for (let first = 0; first < backups.length; first += 2)
    racks[`rack-${first / 2 + 1}`] = backups.slice(first, first + 2);
  return { ...racks, "rack-1": ["production", ...(racks["rack-1"] ?? [])] };
}

/** One cluster in four is declustered over two servers more, one in three stands in racks, kept apart where they can be. */
function drawPlacement(draw: Draw, cluster: RandomCluster): Record<string, unknown> {
  const isDeclustered = draw("declustered").below(4) === 0;
  const count = Math.min(cluster.servers.backups.length + 2, NAMES.length);
  const backups = isDeclustered ? NAMES.slice(0, count) : cluster.servers.backups;
  const placed = {
    servers: { backups },
    width: isDeclustered ? backups.length : cluster.width,
    ...(isDeclustered ? { placement: "declustered" as const } : {}),
  };
  if (draw("racks").below(3) > 0) return placed;
  const domains = racksOf(backups);
  const parsed = parseScheme(cluster.scheme);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const servers = { production: "production", backups, dedicatedFormer: undefined };
  const placement = clusterPlacementOf({ ...placed, servers, domains, domainsApart: true });
  const options = { scheme: parsed.scheme, width: placed.width, placement };
  const isApart = placeAttempt(options, [...backups.keys()]).ok;
  return { ...placed, domains, ...(isApart ? { domainsApart: true } : {}) };
}

function drawCluster(draw: Draw, seed: string): RandomCluster & Readonly<Record<string, unknown>> {
  const drawn = pick(draw("scheme"), SCHEMES);
  const isCode = !drawn.startsWith("stripe") && draw("code").below(4) === 0;
  const scheme = isCode ? pick(draw("which-code"), CODES) : drawn;
  const members = memberCountOf(scheme);
  const serverCount = Math.max(3, members) + draw("servers").below(2);
  const servers = NAMES.slice(0, Math.min(serverCount, NAMES.length));
  const width = Math.min(members + draw("width").below(2), servers.length);
  const checkpointEvery = `${20 + draw("every").below(80)}ms`;
  const isLedger = draw("workload").below(8) === 0;
  const cluster = { name: `random-${seed}`, servers: { backups: servers }, scheme, width };
  return {
    ...cluster,
    ...drawPlacement(draw, cluster),
    title: "A random scenario of the simulation gate",
    seed,
    former: pick(draw("former"), FORMERS),
    subsegment: pick(draw("subsegment"), ["4KiB", "1000B", "4096B"]),
    retention: 1 + draw("retention").below(3),
    workload: isLedger
      ? {
          kind: "ledger",
          accounts: 20,
          image: "32KiB",
          clients: 2,
          transferEvery: "10ms",
          transfers: 60,
          checkpointEvery,
        }
      : {
          kind: "synthetic",
          image: `${pick(draw("image"), IMAGE_BYTES)}B`,
          contentSeed: draw("content").below(1000),
          checkpointEvery,
        },
  };
}
