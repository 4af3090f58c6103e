/**
 * Random scenarios in which two incarnations race: a server loses sight of the software and restores, while the servers
 * between see both; one of those is struck within moments of its promise; in the end the software is lost for good, so
 * that whatever went wrong shows.
 *
 * The moment of the promise is computed from the heartbeats. Flushes may be slow and messages may overtake each other,
 * which widens the moments between a write, its flush and the answer; heartbeats may be slow, so that nobody learns of
 * the other incarnation by them. Runs are short.
 */
import { RandomRoot, type RandomStream } from "../../../src/sim/random.ts";
import { memberCountOf, pick } from "../../../src/verify/draw.ts";
import { type FaultText, microseconds, oneIn, scenarioText, SERVER_NAMES } from "./draw.ts";

const SHAPES = [
  { scheme: "mirror:2", serverCount: 3 },
  { scheme: "mirror:2", serverCount: 3 },
  { scheme: "mirror:2", serverCount: 4 },
  { scheme: "parity:2+1", serverCount: 3 },
  { scheme: "parity:2+1", serverCount: 4 },
  { scheme: "mirror:3", serverCount: 5 },
  { scheme: "mirror:3", serverCount: 5 },
] as const;

function crash(stream: RandomStream, atUs: number, target: string, disk: "kept" | "lost"): FaultText {
  const restartAfter = microseconds(50 + stream.below(pick(stream, [100, 1000, 5000])));
  return { at: microseconds(atUs), kind: "crash", target, disk, restartAfter };
}

function cut(
  stream: RandomStream,
  atUs: number,
  from: readonly string[],
  to: string,
  untilUs: number,
): FaultText {
  const symmetric = !oneIn(stream, 3);
  const healAfter = microseconds(untilUs - atUs);
  return { at: microseconds(atUs), kind: "partition", from, to: [to], symmetric, healAfter };
}

/** The scenario of a seed; the same text for the same seed. */
export function racesText(seed: string): string {
  const stream = new RandomRoot(seed).stream("races");
  const { scheme, serverCount } = pick(stream, SHAPES);
  const servers: readonly string[] = SERVER_NAMES.slice(0, serverCount);
  const flushUs = pick(stream, [100, 500, 2000]);
  const heartbeatUs = pick(stream, [2000, 10_000]);
  const takeoverUs = 6 * heartbeatUs;
  const staggerUs = pick(stream, [2 * flushUs, 3 * heartbeatUs]);
  // Three heartbeats must outlast a round trip, or servers that work look silent.
  const jitterUs = pick(stream, heartbeatUs > 2000 ? [20, 400, 3000] : [20, 400, 2500]);
  // Above a round trip with its flushes: who asks again sooner calls servers silent that are not.
  const retryUs = 2 * flushUs + 2 * jitterUs + pick(stream, [500, 2000]);
  const cutUs = 3000 + stream.below(10_000);
  const slot = stream.below(2);
  const restorer = servers[slot] ?? "a";
  const between = servers.filter((server) => server !== restorer);
  // The last heartbeat before the cut starts the wait; the question takes one message more.
  const askedUs = cutUs - (cutUs % heartbeatUs) + takeoverUs + slot * staggerUs + 100;
  const lateUs = askedUs + takeoverUs + pick(stream, [5000, 20_000, 60_000]);
  // Who sees the software alone; with several servers each of the others sees the restorer again at a time of its own.
  const seen = pick(stream, between);
  const hidden = between.filter((server) => server !== seen && !oneIn(stream, 3));
  const faults: FaultText[] = [cut(stream, cutUs, ["production", ...hidden], restorer, lateUs)];
  for (const server of between) {
    if (server === seen || hidden.includes(server) || !oneIn(stream, 2)) continue;
    faults.push(cut(stream, cutUs, [server], restorer, askedUs + stream.below(4 * flushUs + 3 * retryUs)));
  }
  const disk = oneIn(stream, 2) ? "lost" : "kept";
  // Before the promise is flushed, or just after it is given.
  const windowUs = 100 + pick(stream, [flushUs, 2 * flushUs, 2 * flushUs + 500, 2 * flushUs + 2000]);
  const struckUs = askedUs + stream.below(windowUs);
  faults.push(crash(stream, struckUs, seen, disk));
  if (oneIn(stream, 4))
    faults.push(crash(stream, struckUs + stream.below(2 * windowUs), pick(stream, between), "kept"));
  // It may come back out of the restorer's sight.
  if (oneIn(stream, 3)) faults.push(cut(stream, struckUs, [seen], restorer, lateUs));
  if (oneIn(stream, 4)) faults.push(crash(stream, struckUs + stream.below(4 * windowUs), seen, disk));
  const endUs = struckUs + pick(stream, [3000, 8000, 25_000]) + stream.below(4000);
  if (!oneIn(stream, 3))
    faults.push({ at: microseconds(endUs), kind: "permanent-loss", target: "production" });
  if (oneIn(stream, 2)) faults.push(crash(stream, endUs + stream.below(2000), restorer, "kept"));
  return scenarioText({
    name: `races-${seed}`,
    title: "Two incarnations race, and a server between them is struck",
    seed,
    servers: { backups: servers },
    former: pick(stream, ["production", "production", "backup", "dedicated"]),
    scheme,
    width: Math.min(serverCount, memberCountOf(scheme) + (oneIn(stream, 4) ? 1 : 0)),
    subsegment: "32B",
    retention: 1 + stream.below(2),
    attempts: 1 + stream.below(4),
    disk: { latency: pick(stream, ["20us", "80us"]), flush: microseconds(flushUs) },
    network: { jitter: microseconds(jitterUs) },
    times: {
      heartbeat: microseconds(heartbeatUs),
      takeover: microseconds(takeoverUs),
      stagger: microseconds(staggerUs),
      retry: microseconds(retryUs),
      scrub: "0ms",
      refresh: "40ms",
    },
    workload: {
      kind: "synthetic",
      image: `${pick(stream, [8, 8, 40, 100])}B`,
      contentSeed: stream.below(1000),
      checkpointEvery: microseconds(pick(stream, [1000, 3000, 8000])),
    },
    faults,
    duration: microseconds(endUs + 2 * takeoverUs + 50_000),
  });
}
