/**
 * Random scenarios in which the newest checkpoint is hidden for a while: the software is lost, one server of its placement
 * is out of reach, and the disk of another is harmed in a way that it finds out only when it starts again. Few events,
 * close together, all of them before anybody takes over: so no newer checkpoint and no repair covers them up.
 *
 * Harm: one bit or a few of the manifests or of the control record, and a restart; or the disk is lost, and the server
 * rebuilds while its only peer goes away. One server is ever damaged: all of it is within the budget.
 */
import { RandomRoot, type RandomStream } from "../../../src/sim/random.ts";
import { memberCountOf, pick } from "../../../src/verify/draw.ts";
import {
  type FaultText,
  microseconds,
  oneIn,
  QUICK_TAKEOVER_US,
  quickSettings,
  scenarioText,
  SERVER_NAMES,
} from "./draw.ts";

const SCHEMES = ["mirror:2", "mirror:2", "mirror:2", "parity:2+1", "mirror:3"] as const;

interface Cluster {
  readonly servers: readonly string[];
  readonly struck: string;
  readonly away: string;
  /** When the software is lost. */
  readonly lostUs: number;
}

/** Out of everybody's reach from `fromUs` on, until long after the takeover. */
function goAway(stream: RandomStream, { away, servers }: Cluster, fromUs: number): FaultText {
  const at = microseconds(fromUs);
  const forUs = microseconds(QUICK_TAKEOVER_US + pick(stream, [10_000, 40_000, 70_000]) + stream.below(5000));
  if (oneIn(stream, 2)) return { at, kind: "crash", target: away, disk: "kept", restartAfter: forUs };
  const to = ["production", ...servers.filter((server) => server !== away)];
  return { at, kind: "partition", from: [away], to, symmetric: true, healAfter: forUs };
}

function rotAndRestart(stream: RandomStream, cluster: Cluster): FaultText[] {
  const { struck, lostUs } = cluster;
  const rotUs = lostUs - 500 + stream.below(3000);
  const files = pick(stream, ["control", "control", "manifests"]);
  const bits = pick(stream, [1, 1, 1, 3, 8]);
  const restartUs = rotUs + 10 + stream.below(4000);
  return [
    { at: microseconds(rotUs), kind: "bit-rot", target: struck, files, bits },
    {
      at: microseconds(restartUs),
      kind: "crash",
      target: struck,
      disk: "kept",
      restartAfter: microseconds(50 + stream.below(1500)),
    },
    // Seldom late: then a repair of the struck server comes before it.
    goAway(stream, cluster, oneIn(stream, 4) ? restartUs + stream.below(4000) : rotUs - stream.below(2000)),
  ];
}

function rebuildAlone(stream: RandomStream, cluster: Cluster): FaultText[] {
  const { struck, lostUs } = cluster;
  const crashUs = lostUs - stream.below(pick(stream, [2000, 12_000]));
  const restartUs = 50 + stream.below(1500);
  return [
    {
      at: microseconds(crashUs),
      kind: "crash",
      target: struck,
      disk: "lost",
      restartAfter: microseconds(restartUs),
    },
    goAway(stream, cluster, crashUs + restartUs + stream.below(pick(stream, [2000, 12_000]))),
  ];
}

/** Seldom none at all: what the simplest restore costs is seen only then. */
function harmOf(stream: RandomStream, cluster: Cluster): FaultText[] {
  if (oneIn(stream, 8)) return [];
  return oneIn(stream, 4) ? rebuildAlone(stream, cluster) : rotAndRestart(stream, cluster);
}

/** The scenario of a seed; the same text for the same seed. */
export function hiddenText(seed: string): string {
  const stream = new RandomRoot(seed).stream("hidden");
  const scheme = pick(stream, SCHEMES);
  const memberCount = memberCountOf(scheme);
  const serverCount = Math.max(3, memberCount) + (oneIn(stream, 4) ? 1 : 0);
  const servers: readonly string[] = SERVER_NAMES.slice(0, serverCount);
  // The first slots are those that checkpoints are placed on.
  const struck = pick(stream, servers.slice(0, memberCount));
  const others = servers.filter((server) => server !== struck);
  const away = oneIn(stream, 4) ? pick(stream, others) : pick(stream, others.slice(0, memberCount - 1));
  const cluster = { servers, struck, away, lostUs: 6000 + stream.below(20_000) };
  const faults = [
    { at: microseconds(cluster.lostUs), kind: "permanent-loss", target: "production" },
    ...harmOf(stream, cluster),
  ];
  const lastUs = Math.max(...faults.map(({ at }) => Number.parseInt(String(at), 10)));
  return scenarioText({
    name: `hidden-${seed}`,
    title: "The newest checkpoint is hidden for a while",
    seed,
    servers: { backups: servers },
    former: pick(stream, ["production", "production", "dedicated"]),
    scheme,
    width: Math.min(serverCount, memberCount + (oneIn(stream, 6) ? 1 : 0)),
    subsegment: "33B",
    retention: 1 + stream.below(3),
    disk: { flush: microseconds(pick(stream, [100, 500])) },
    ...quickSettings(stream),
    faults,
    duration: microseconds(lastUs + QUICK_TAKEOVER_US + 160_000),
  });
}
