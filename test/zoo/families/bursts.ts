/**
 * Random scenarios whose faults come in bursts around the moments that matter: the first checkpoints, the takeover, the
 * first checkpoints of the restored software, the loss of that software in turn.
 *
 * Times are short (heartbeats of 2 ms), so that much happens in few events. Damage to disks strikes one server before
 * the first restore and perhaps a second one after it. Three quarters of the seeds stay within the scheme's budget.
 */
import { RandomRoot, type RandomStream } from "../../../src/sim/random.ts";
import { memberCountOf, pick } from "../../../src/verify/draw.ts";
import { type FaultText, microseconds, oneIn, scenarioText, SERVER_NAMES } from "./draw.ts";

const SCHEMES = [
  "mirror:2",
  "mirror:2",
  "mirror:3",
  "parity:2+1",
  "parity:2+1",
  "parity:3+1",
  "stripe:2",
] as const;
const TAKEOVER_US = 12_000;
const STAGGER_US = 6_000;

interface Cluster {
  readonly servers: readonly string[];
  /** Every host but the production server's. */
  readonly others: readonly string[];
  readonly former: string;
  readonly isTolerant: boolean;
  readonly isBeyond: boolean;
  /** Whose disks may be harmed: first, and after the first restore. */
  readonly struck: string;
  readonly second: string;
}

class Plan {
  readonly faults: FaultText[] = [];
  private readonly stream: RandomStream;
  private readonly cluster: Cluster;

  constructor(stream: RandomStream, cluster: Cluster) {
    this.stream = stream;
    this.cluster = cluster;
  }

  private add(atUs: number, fault: FaultText): void {
    this.faults.push({ at: microseconds(atUs), ...fault });
  }

  private restartAfter(): string {
    return microseconds(pick(this.stream, [50, 600, 1500, 4000, 20_000, 60_000]) + this.stream.below(1000));
  }

  crash(
    atUs: number,
    target: string,
    disk: "kept" | "lost" = "kept",
    restartAfter = this.restartAfter(),
  ): void {
    this.add(atUs, { kind: "crash", target, disk, restartAfter });
  }

  partition(atUs: number, from: readonly string[], to: readonly string[], healAfterUs: number): void {
    if (to.length === 0) return;
    const healAfter = microseconds(healAfterUs);
    this.add(atUs, { kind: "partition", from, to, symmetric: oneIn(this.stream, 2), healAfter });
  }

  /** A crash, with or without the disk, rot, or a loss for good. */
  harm(atUs: number, target: string): void {
    const { stream, cluster } = this;
    const which = stream.below(cluster.isTolerant || cluster.isBeyond ? 8 : 3);
    if (which < 3) return this.crash(atUs, target);
    if (which < 6) return this.crash(atUs, target, "lost");
    if (which === 7) return this.add(atUs, { kind: "permanent-loss", target });
    const files = pick(stream, ["members", "manifests", "control", "any"]);
    this.add(atUs, { kind: "bit-rot", target, files, bits: 1 + stream.below(12) });
  }

  private isolate(atUs: number): void {
    const { stream, cluster } = this;
    const hosts = ["production", ...cluster.others];
    const from = [pick(stream, hosts)];
    const other = pick(stream, hosts);
    if (oneIn(stream, 3) && !from.includes(other)) from.push(other);
    const isPartial = oneIn(stream, 3);
    const to = hosts.filter((host) => !from.includes(host) && (!isPartial || oneIn(stream, 2)));
    this.partition(atUs, from, to, pick(stream, [300, 2000, 10_000, 30_000, 80_000]) + stream.below(5000));
  }

  burst(centerUs: number, size: number): void {
    const { stream, cluster } = this;
    for (let index = 0; index < size; index += 1) {
      const atUs = centerUs + stream.below(pick(stream, [20, 300, 2000, 8000, 20_000]));
      const which = stream.below(12);
      if (which < 3) this.harm(atUs, cluster.struck);
      else if (which < 4) this.crashAgainAndAgain(atUs);
      else if (which < 7) this.crash(atUs, pick(stream, cluster.servers));
      else if (which < 10) this.isolate(atUs);
      else if (which < 11) {
        const lasts = microseconds(5000 + stream.below(60_000));
        this.add(atUs, { kind: "loss", ratePpm: pick(stream, [20_000, 100_000, 200_000]), lasts });
      } else if (cluster.former !== "production") this.crash(atUs, "former");
      if (cluster.isBeyond && oneIn(stream, 3)) this.harm(atUs, pick(stream, cluster.servers));
    }
  }

  private crashAgainAndAgain(fromUs: number): void {
    const { stream } = this;
    const target = pick(stream, this.cluster.servers);
    let atUs = fromUs;
    for (let left = 2 + stream.below(3); left > 0; left -= 1) {
      this.crash(atUs, target, "kept", microseconds(200 + stream.below(2500)));
      atUs += 300 + stream.below(4000);
    }
  }

  /** A blank server has come in again and rebuilds when a peer falls silent and the software is lost. */
  rejoinCut(atUs: number): void {
    const { stream, cluster } = this;
    const restartUs = 50 + stream.below(1000);
    this.crash(atUs, cluster.struck, "lost", microseconds(restartUs));
    const silentAtUs = atUs + restartUs + 800 + stream.below(4000);
    const silent = pick(
      stream,
      cluster.servers.filter((server) => server !== cluster.struck),
    );
    const silentUs = 20_000 + stream.below(60_000);
    if (oneIn(stream, 2)) {
      const hosts = ["production", ...cluster.others].filter((host) => host !== silent);
      this.partition(silentAtUs, [silent], hosts, silentUs);
    } else this.crash(silentAtUs, silent, "kept", microseconds(silentUs));
    this.crash(silentAtUs + stream.below(3000), "production");
  }

  /** The software is lost or cut off, and whoever takes over may be struck in the midst of it. Returns when it takes over. */
  loseSoftware(atUs: number, restorer: number): number {
    const { stream, cluster } = this;
    const which = stream.below(6);
    if (which < 2) this.crash(atUs, "production");
    else if (which < 3) this.add(atUs, { kind: "permanent-loss", target: "production" });
    else if (which < 5) {
      const isAll = oneIn(stream, 2);
      const cut = cluster.servers.filter(() => isAll || !oneIn(stream, 3));
      this.partition(atUs, ["production"], cut, 14_000 + stream.below(60_000));
    }
    const takeoverUs = atUs + TAKEOVER_US + restorer * STAGGER_US + stream.below(3000);
    const server = cluster.servers[restorer] ?? "a";
    const struckUs = takeoverUs + stream.below(3000);
    const blow = pick(stream, ["crash", "cut", "none", "none"]);
    if (blow === "crash") this.crash(struckUs, server);
    else if (blow === "cut") {
      const hosts = ["production", ...cluster.servers];
      const to = hosts.filter((host) => host !== server && !oneIn(stream, 3));
      this.partition(struckUs, [server], to, 2000 + stream.below(40_000));
    }
    if (!oneIn(stream, 3)) this.burst(takeoverUs, 1 + stream.below(3));
    return takeoverUs;
  }

  operator(atUs: number): void {
    const { stream, cluster } = this;
    const target = pick(stream, cluster.servers);
    const lost = oneIn(stream, 2) ? [] : [pick(stream, cluster.servers)];
    this.add(atUs, { kind: "operator-restore", target, lost, acceptOlder: oneIn(stream, 3) });
  }

  /** Lost, restored, and the restored one lost in turn. Returns the last moment that it knows of. */
  run(): number {
    const { stream, cluster } = this;
    const firstUs = 1300 + pick(stream, [0, 200, 1500, 3000, 9000, 20_000, 45_000]) + stream.below(3000);
    if (!oneIn(stream, 4)) this.burst(firstUs, 1 + stream.below(4));
    let centerUs = firstUs + stream.below(20_000);
    if (cluster.isTolerant && oneIn(stream, 5)) {
      this.rejoinCut(centerUs);
      centerUs += TAKEOVER_US + stream.below(30_000);
    }
    const endCount = 1 + stream.below(3);
    for (let end = 1; end <= endCount; end += 1) {
      const restorer = stream.below(Math.min(2, cluster.servers.length));
      const takeoverUs = this.loseSoftware(centerUs, restorer);
      centerUs = takeoverUs + pick(stream, [500, 4000, 15_000, 40_000, 90_000]) + stream.below(4000);
      if (end === endCount) break;
      if (oneIn(stream, 2)) this.crash(centerUs, cluster.servers[restorer] ?? "a");
      if (cluster.isTolerant && oneIn(stream, 2)) this.harm(centerUs + stream.below(5000), cluster.second);
    }
    if (oneIn(stream, 10) || (cluster.isBeyond && oneIn(stream, 3)))
      this.operator(centerUs + stream.below(60_000));
    return Math.max(centerUs, ...this.faults.map(({ at }) => Number.parseInt(String(at), 10)));
  }
}

/** The scenario of a seed; the same text for the same seed. */
export function burstsText(seed: string): string {
  const stream = new RandomRoot(seed).stream("bursts");
  const scheme = pick(stream, SCHEMES);
  const memberCount = memberCountOf(scheme);
  const serverCount = Math.max(memberCount, pick(stream, [2, 3, 3, 3, 4, 4, 5, 6]));
  const servers = SERVER_NAMES.slice(0, serverCount);
  const former = pick(stream, ["production", "backup", "dedicated"]);
  const isBeyond = oneIn(stream, 4);
  const plan = new Plan(stream, {
    servers,
    others: former === "dedicated" ? [...servers, "former"] : servers,
    former,
    isTolerant: !scheme.startsWith("stripe"),
    isBeyond,
    struck: pick(stream, servers),
    second: pick(stream, servers),
  });
  const lastUs = plan.run();
  const scrubUs = pick(stream, [0, 15_000, 40_000]);
  // A short end now and then: it is cheap, and the long one is needed only to see redundancy come back.
  const tailUs = oneIn(stream, 2) ? 60_000 : 420_000 + 2 * scrubUs;
  // Now and then none at all, and nothing lost or late: what costs exactly so much without faults is checked only then.
  const isQuiet = oneIn(stream, 20);
  const faults = isQuiet ? [] : plan.faults;
  return scenarioText({
    name: `bursts-${seed}`,
    title: "Faults in bursts around the moments that matter",
    seed,
    budget: isBeyond ? "beyond" : "within",
    servers: { backups: servers },
    former,
    scheme,
    width: Math.min(serverCount, memberCount + pick(stream, [0, 0, 0, 1, 2])),
    subsegment: `${pick(stream, [64, 101, 512])}B`,
    retention: 1 + stream.below(3),
    attempts: 1 + stream.below(4),
    window: 1 + stream.below(4),
    network: {
      jitter: isQuiet ? "20us" : pick(stream, ["20us", "400us", "2ms"]),
      lossPpm: !isQuiet && oneIn(stream, 8) ? pick(stream, [5000, 30_000]) : 0,
    },
    times: {
      heartbeat: "2ms",
      takeover: microseconds(TAKEOVER_US),
      stagger: microseconds(STAGGER_US),
      retry: pick(stream, ["4ms", "3ms"]),
      scrub: scrubUs === 0 ? "0ms" : microseconds(scrubUs),
      refresh: "30ms",
    },
    workload: {
      kind: "synthetic",
      image: `${pick(stream, [0, 7, 8, 63, 64, 203, 701, 2000])}B`,
      contentSeed: stream.below(1000),
      checkpointEvery: microseconds(pick(stream, [4000, 8000, 16_000, 40_000])),
    },
    faults,
    duration: microseconds(lastUs + 60_000 + tailUs),
  });
}
