/**
 * Random scenarios with a gap in what is known: a checkpoint is on some servers of its placement when one of them is
 * struck and another is out of reach, and then the software is lost. So what a restorer hears is just enough, or just
 * not enough.
 *
 * Shapes. "laggard": one server hears the former late, so that a checkpoint is stored here long before it is there, and
 * the first server loses its disk in between. "rot": files of one server rot, it starts again, and another one is away
 * when the software is lost. The struck server is the only one that is ever damaged: all of it is within the budget.
 */
import { RandomRoot, type RandomStream } from "../../../src/sim/random.ts";
import { memberCountOf, pick } from "../../../src/verify/draw.ts";
import {
  type FaultText,
  microseconds,
  oneIn,
  QUICK_RETRY_US,
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
  readonly atUs: number;
}

function laggard(stream: RandomStream, { struck, away, servers, atUs }: Cluster): FaultText[] {
  const cutUs = QUICK_RETRY_US + stream.below(4 * QUICK_RETRY_US);
  const crashUs = atUs + stream.below(cutUs);
  const restartAfter = microseconds(50 + stream.below(pick(stream, [200, 2000])));
  // A manifest follows when all members are there: lost messages keep it back from one server more often than a cut does.
  const isLossy = oneIn(stream, 2);
  const ratePpm = pick(stream, [150_000, 300_000]);
  const faults: FaultText[] = [
    isLossy
      ? { at: microseconds(atUs), kind: "loss", ratePpm, lasts: microseconds(cutUs) }
      : {
          at: microseconds(atUs),
          kind: "partition",
          from: ["production", ...(oneIn(stream, 2) ? ["former"] : [])],
          to: [away],
          symmetric: oneIn(stream, 2),
          healAfter: microseconds(cutUs),
        },
    { at: microseconds(crashUs), kind: "crash", target: struck, disk: "lost", restartAfter },
  ];
  // Whoever welcomes may be struck as well, and forget what it had not flushed.
  if (oneIn(stream, 2)) {
    const welcomer = oneIn(stream, 2) ? away : pick(stream, servers);
    const at = microseconds(crashUs + stream.below(3000));
    if (welcomer !== struck)
      faults.push({ at, kind: "crash", target: welcomer, disk: "kept", restartAfter: "60us" });
  }
  const lostUs = atUs + cutUs + stream.below(3 * QUICK_RETRY_US);
  faults.push({ at: microseconds(lostUs), kind: "permanent-loss", target: "production" });
  return faults;
}

function rot(stream: RandomStream, { struck, away, servers, atUs }: Cluster): FaultText[] {
  const files = pick(stream, ["members", "manifests", "manifests", "control", "control"]);
  const restartUs = 50 + stream.below(2000);
  const lostUs = atUs + stream.below(4000);
  // Away before the rot is found, or some time later.
  const awayUs = oneIn(stream, 2)
    ? atUs - stream.below(2000)
    : lostUs - 1000 + stream.below(pick(stream, [2000, QUICK_TAKEOVER_US + 2000]));
  const awayForUs = QUICK_TAKEOVER_US + pick(stream, [4000, 20_000, 60_000]);
  const isCrash = oneIn(stream, 2);
  const others = ["production", ...servers.filter((server) => server !== away)];
  const faults: FaultText[] = [
    { at: microseconds(atUs), kind: "bit-rot", target: struck, files, bits: 1 + stream.below(12) },
    isCrash
      ? {
          at: microseconds(awayUs),
          kind: "crash",
          target: away,
          disk: "kept",
          restartAfter: microseconds(awayForUs),
        }
      : {
          at: microseconds(awayUs),
          kind: "partition",
          from: [away],
          to: others,
          healAfter: microseconds(awayForUs),
        },
    { at: microseconds(lostUs), kind: "permanent-loss", target: "production" },
  ];
  if (oneIn(stream, 4)) return faults;
  const at = microseconds(atUs + 10 + stream.below(pick(stream, [1000, 6000])));
  const restartAfter = microseconds(restartUs);
  return [...faults, { at, kind: "crash", target: struck, disk: "kept", restartAfter }];
}

/** The scenario of a seed; the same text for the same seed. */
export function gapsText(seed: string): string {
  const stream = new RandomRoot(seed).stream("gaps");
  const scheme = pick(stream, SCHEMES);
  const memberCount = memberCountOf(scheme);
  const serverCount = Math.max(3, memberCount) + (oneIn(stream, 4) ? 1 : 0);
  const servers: readonly string[] = SERVER_NAMES.slice(0, serverCount);
  const struck = pick(stream, servers);
  const away = pick(
    stream,
    servers.filter((server) => server !== struck),
  );
  const former = pick(stream, ["production", "production", "dedicated"]);
  const cluster = { servers, struck, away, atUs: 4000 + stream.below(16_000) };
  const drawn = oneIn(stream, 2) ? laggard(stream, cluster) : rot(stream, cluster);
  // A dedicated former is the host that is cut off; elsewhere it is the production server itself.
  const faults = drawn.map((fault) =>
    former === "dedicated" || !Array.isArray(fault["from"])
      ? fault
      : { ...fault, from: fault["from"].filter((host) => host !== "former") },
  );
  const lastUs = Math.max(...faults.map(({ at }) => Number.parseInt(String(at), 10)));
  return scenarioText({
    name: `gaps-${seed}`,
    title: "What a restorer hears is just enough, or just not enough",
    seed,
    servers: { backups: servers },
    former,
    scheme,
    width: Math.min(serverCount, memberCount + (oneIn(stream, 4) ? 1 : 0)),
    subsegment: "33B",
    retention: 1 + stream.below(2),
    attempts: 1 + stream.below(4),
    disk: { flush: microseconds(pick(stream, [100, 500, 1500])) },
    ...quickSettings(stream),
    faults,
    duration: microseconds(lastUs + QUICK_TAKEOVER_US + 80_000),
  });
}
