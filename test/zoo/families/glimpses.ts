/**
 * Random scenarios in which servers see different parts of the cluster, so that each knows something else.
 *
 * Shapes. "lives": one server loses its disk again and again, and each of its new lives is heard by other servers than the
 * one before; in the end all see each other again. "detour": a server restores that sees one server of the placement only,
 * and that one has to mend a member first, from a server that the restorer does not see. One server is ever damaged at a
 * time: all of it is within the budget.
 */
import { RandomRoot, type RandomStream } from "../../../src/sim/random.ts";
import { memberCountOf, pick } from "../../../src/verify/draw.ts";
import {
  type FaultText,
  microseconds,
  oneIn,
  QUICK_RETRY_US,
  QUICK_STAGGER_US,
  quickSettings,
  scenarioText,
  SERVER_NAMES,
} from "./draw.ts";

/** So long that a restorer which asks often gets on before others think that it never will, and restore themselves. */
const DETOUR_TAKEOVER_US = 45_000;

/** mirror:3 on five servers welcomes a blank one without asking everybody: so lives can be known to some servers only. */
const SHAPES = [
  { scheme: "mirror:3", serverCount: 5 },
  { scheme: "mirror:3", serverCount: 5 },
  { scheme: "mirror:2", serverCount: 3 },
  { scheme: "parity:2+1", serverCount: 4 },
] as const;

function cut(atUs: number, from: readonly string[], to: readonly string[], forUs: number): FaultText {
  return { at: microseconds(atUs), kind: "partition", from, to, healAfter: microseconds(forUs) };
}

interface Cluster {
  readonly servers: readonly string[];
  readonly memberCount: number;
  readonly atUs: number;
}

function lives(stream: RandomStream, { servers, memberCount, atUs }: Cluster): FaultText[] {
  const struck = pick(stream, servers.slice(0, memberCount));
  const peers = servers.filter((server) => server !== struck);
  // Who hears every life but the last one, which all others hear.
  const confidant = pick(stream, peers.slice(0, memberCount));
  const faults: FaultText[] = [];
  let fromUs = atUs;
  for (let left = 1 + stream.below(3); left >= 0; left -= 1) {
    const forUs = 4 * QUICK_RETRY_US + stream.below(2 * QUICK_RETRY_US);
    const unseen = peers.filter((peer) => (peer === confidant) === (left === 0));
    const restartAfter = microseconds(50 + stream.below(1000));
    faults.push(
      cut(fromUs - 100, [struck], [...unseen, ...(oneIn(stream, 2) ? ["production"] : [])], forUs),
      { at: microseconds(fromUs), kind: "crash", target: struck, disk: "lost", restartAfter },
    );
    fromUs += forUs;
  }
  return faults;
}

function detour(stream: RandomStream, { servers, memberCount, atUs }: Cluster): FaultText[] {
  const placed = servers.slice(0, memberCount);
  const struck = pick(stream, placed);
  const unseen = placed.filter((server) => server !== struck);
  const slot = memberCount + stream.below(servers.length - memberCount);
  const askedUs = atUs + DETOUR_TAKEOVER_US + slot * QUICK_STAGGER_US;
  return [
    {
      at: microseconds(atUs),
      kind: "partition",
      from: ["production", ...unseen],
      to: [servers[slot]],
      // One way: they hear of the restore, so that none of them begins its own.
      symmetric: false,
      healAfter: microseconds(askedUs - atUs + 2 * DETOUR_TAKEOVER_US),
    },
    {
      at: microseconds(atUs + stream.below(DETOUR_TAKEOVER_US)),
      kind: "bit-rot",
      target: struck,
      files: "members",
      bits: pick(stream, [1, 12, 200]),
    },
  ];
}

/** The scenario of a seed; the same text for the same seed. */
export function glimpsesText(seed: string): string {
  const stream = new RandomRoot(seed).stream("glimpses");
  const { scheme, serverCount } = pick(stream, SHAPES);
  const servers: readonly string[] = SERVER_NAMES.slice(0, serverCount);
  const memberCount = memberCountOf(scheme);
  const cluster = { servers, memberCount, atUs: 6000 + stream.below(10_000) };
  const isDetour = oneIn(stream, 2);
  const faults = isDetour ? detour(stream, cluster) : lives(stream, cluster);
  const settings = quickSettings(stream);
  const lastUs = Math.max(...faults.map(({ at }) => Number.parseInt(String(at), 10)));
  return scenarioText({
    name: `glimpses-${seed}`,
    title: "Servers see different parts of the cluster",
    seed,
    servers: { backups: servers },
    former: pick(stream, ["production", "production", "dedicated"]),
    scheme,
    subsegment: "33B",
    retention: 1 + stream.below(2),
    disk: { flush: "100us" },
    ...settings,
    // A newer checkpoint would cover up what became of a member, and a scrub would mend it too soon.
    ...(isDetour && {
      network: { jitter: "20us" },
      times: {
        ...settings.times,
        heartbeat: "5ms",
        takeover: microseconds(DETOUR_TAKEOVER_US),
        retry: "800us",
        silentTicksMax: 3,
        scrub: "0ms",
      },
      workload: { ...settings.workload, checkpointEvery: "10s" },
    }),
    faults,
    duration: microseconds(lastUs + 300_000),
  });
}
