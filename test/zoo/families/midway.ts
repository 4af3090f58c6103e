/**
 * Random scenarios in which a restore is cut short in the midst of its reading: small subsegments and a narrow window make
 * it long, and servers that still have members to give fall silent, for longer than the restorer's patience, or for less.
 * Nothing is damaged: when they are back the restore must go on by itself.
 */
import { RandomRoot } from "../../../src/sim/random.ts";
import { memberCountOf, pick } from "../../../src/verify/draw.ts";
import { type FaultText, microseconds, oneIn, scenarioText, SERVER_NAMES } from "./draw.ts";

const SCHEMES = ["stripe:2", "stripe:3", "mirror:2", "parity:2+1", "parity:3+1"] as const;
const TAKEOVER_US = 12_000;
const RETRY_US = 3000;

/** The scenario of a seed; the same text for the same seed. */
export function midwayText(seed: string): string {
  const stream = new RandomRoot(seed).stream("midway");
  const scheme = pick(stream, SCHEMES);
  const memberCount = memberCountOf(scheme);
  const serverCount = Math.max(3, memberCount);
  const servers: readonly string[] = SERVER_NAMES.slice(0, serverCount);
  const patience = pick(stream, [3, 8]);
  const lostUs = 30_000 + stream.below(10_000);
  const faults: FaultText[] = [{ at: microseconds(lostUs), kind: "permanent-loss", target: "production" }];
  // Without redundancy one silent server stops the reading; else it takes two.
  const awayCount = scheme.startsWith("stripe") ? 1 : 2;
  let lastUs = lostUs;
  for (let left = awayCount; left > 0; left -= 1) {
    // Slot 0 restores; the others are asked for members from then on.
    const away = pick(stream, servers.slice(1));
    const atUs = lostUs + TAKEOVER_US + 300 + stream.below(12_000);
    const forUs = RETRY_US * patience + pick(stream, [-2000, 4000, 20_000]) + stream.below(4000);
    lastUs = Math.max(lastUs, atUs + forUs);
    faults.push({
      at: microseconds(atUs),
      kind: "partition",
      from: [away],
      to: servers.filter((server) => server !== away),
      symmetric: !oneIn(stream, 3),
      healAfter: microseconds(forUs),
    });
  }
  return scenarioText({
    name: `midway-${seed}`,
    title: "A restore is cut short in the midst of its reading",
    seed,
    servers: { backups: servers },
    former: pick(stream, ["production", "dedicated"]),
    scheme,
    subsegment: "32B",
    retention: 1,
    window: 1,
    network: { jitter: "20us" },
    times: {
      heartbeat: "2ms",
      takeover: microseconds(TAKEOVER_US),
      stagger: "40ms",
      retry: microseconds(RETRY_US),
      silentTicksMax: patience,
      scrub: "0ms",
      refresh: "10s",
    },
    workload: {
      kind: "synthetic",
      image: `${pick(stream, [700, 1500, 2000])}B`,
      contentSeed: stream.below(1000),
      checkpointEvery: "10s",
    },
    faults,
    duration: microseconds(lastUs + 250_000),
  });
}
