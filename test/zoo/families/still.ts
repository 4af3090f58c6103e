/**
 * Random scenarios in which the software rests on one checkpoint, while disk after disk is harmed and has the time to be
 * repaired: what a repair leaves behind must carry the next loss. No newer checkpoint covers up a bad repair.
 *
 * A crash may strike in the midst of a repair: just after a scrub pass began, or just after a blank server came back.
 */
import { RandomRoot, type RandomStream } from "../../../src/sim/random.ts";
import { memberCountOf, pick } from "../../../src/verify/draw.ts";
import { type FaultText, microseconds, oneIn, scenarioText, SERVER_NAMES } from "./draw.ts";

const SCHEMES = ["mirror:2", "mirror:2", "parity:2+1", "parity:2+1", "mirror:3", "parity:3+1"] as const;
/** Long enough for a repair of these small images with slow flushes and several retries. */
const REPAIR_US = 40_000;

/** A peer is away for a while: a repair that needs it must be tried again when it is back. */
function peerAway(stream: RandomStream, fromUs: number, peer: string): FaultText {
  const restartAfter = microseconds(20_000 + stream.below(60_000));
  return { at: microseconds(fromUs), kind: "crash", target: peer, disk: "kept", restartAfter };
}

/** A manifest rots, its server starts again and finds it, and nobody is there to ask: the repair must be tried again later. */
function lonelyRestart(
  stream: RandomStream,
  atUs: number,
  target: string,
  peers: readonly string[],
): FaultText[] {
  const crashUs = atUs + stream.below(1000);
  return [
    { at: microseconds(atUs), kind: "bit-rot", target, files: "manifests", bits: 200 },
    { at: microseconds(crashUs), kind: "crash", target, disk: "kept", restartAfter: microseconds(2000) },
    ...peers.map((peer) => peerAway(stream, crashUs + stream.below(2000), peer)),
  ];
}

/** A blank server starts again in the midst of its rebuild: what it had not rebuilt yet, it must not take for its own. */
function interruptedRebuild(stream: RandomStream, atUs: number, target: string): FaultText[] {
  const restartUs = 50 + stream.below(2000);
  const crash = (crashUs: number, disk: "kept" | "lost"): FaultText => {
    const restartAfter = microseconds(restartUs);
    return { at: microseconds(crashUs), kind: "crash", target, disk, restartAfter };
  };
  return [crash(atUs, "lost"), crash(atUs + restartUs + 500 + stream.below(1500), "kept")];
}

function harm(stream: RandomStream, atUs: number, target: string, scrubUs: number): FaultText[] {
  const restart = (at: number, disk: "kept" | "lost"): FaultText => {
    const restartAfter = microseconds(50 + stream.below(2000));
    return { at: microseconds(at), kind: "crash", target, disk, restartAfter };
  };
  if (oneIn(stream, 2)) {
    const faults = [restart(atUs, "lost")];
    if (oneIn(stream, 2))
      faults.push(restart(atUs + 1000 + stream.below(pick(stream, [3000, 30_000])), "kept"));
    return faults;
  }
  // Without scrubbing nobody looks for rotten members: then they seldom matter.
  const files = pick(stream, ["manifests", "control", "members", ...(scrubUs > 0 ? ["members"] : [])]);
  const bits = pick(stream, [1, 12, 200]);
  const faults: FaultText[] = [{ at: microseconds(atUs), kind: "bit-rot", target, files, bits }];
  const nextScrubUs = scrubUs === 0 ? atUs : (Math.floor(atUs / scrubUs) + 1) * scrubUs;
  if (!oneIn(stream, 3)) faults.push(restart(nextScrubUs + stream.below(pick(stream, [800, 3000])), "kept"));
  return faults;
}

/** The scenario of a seed; the same text for the same seed. */
export function stillText(seed: string): string {
  const stream = new RandomRoot(seed).stream("still");
  const scheme = pick(stream, SCHEMES);
  const memberCount = memberCountOf(scheme);
  const serverCount = Math.max(3, memberCount) + stream.below(2);
  const servers: readonly string[] = SERVER_NAMES.slice(0, serverCount);
  const scrubUs = pick(stream, [0, 0, 16_000, 16_000, 30_000]);
  const faults: FaultText[] = [];
  let quietUs = 250_000;
  let atUs = 12_000 + stream.below(8000);
  for (let left = 1 + stream.below(3); left > 0; left -= 1) {
    const target = pick(stream, servers);
    const peers = servers.filter((server) => server !== target);
    if (scrubUs === 0 && oneIn(stream, 3)) {
      faults.push(...lonelyRestart(stream, atUs, target, peers));
      atUs += 80_000;
      quietUs = 350_000;
    } else if (scrubUs === 0 && oneIn(stream, 2)) faults.push(...interruptedRebuild(stream, atUs, target));
    else faults.push(...harm(stream, atUs, target, scrubUs));
    if (oneIn(stream, 4)) {
      const nextScrubUs = scrubUs === 0 ? atUs + 2000 : (Math.floor(atUs / scrubUs) + 1) * scrubUs;
      faults.push(peerAway(stream, nextScrubUs - stream.below(4000), pick(stream, peers)));
      atUs += 80_000;
      quietUs = 350_000;
    }
    atUs += REPAIR_US + 2 * scrubUs + stream.below(10_000);
  }
  const lostUs = oneIn(stream, 2) ? atUs : 12_000 + stream.below(atUs);
  if (!oneIn(stream, 3))
    faults.push({ at: microseconds(lostUs), kind: "permanent-loss", target: "production" });
  return scenarioText({
    name: `still-${seed}`,
    title: "The software rests on one checkpoint while disks are harmed and repaired",
    seed,
    servers: { backups: servers },
    former: pick(stream, ["production", "dedicated"]),
    scheme,
    width: Math.min(serverCount, memberCount + (oneIn(stream, 3) ? 1 : 0)),
    subsegment: `${pick(stream, [64, 101])}B`,
    retention: 1 + stream.below(2),
    disk: { flush: microseconds(pick(stream, [100, 500])) },
    times: {
      heartbeat: "5ms",
      takeover: "20ms",
      stagger: "6ms",
      retry: "3ms",
      scrub: scrubUs === 0 ? "0ms" : microseconds(scrubUs),
      refresh: "10s",
    },
    workload: {
      kind: "synthetic",
      image: `${pick(stream, [8, 101, 303, 1200])}B`,
      contentSeed: stream.below(1000),
      checkpointEvery: "10s",
    },
    faults,
    duration: microseconds(atUs + quietUs + 2 * scrubUs),
  });
}
