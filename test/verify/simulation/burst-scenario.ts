/**
 * Random scenarios that are nastier than those of the gate: small images, short times, and faults in bursts around the
 * moments that matter (a takeover, a restore, a server that comes in again, a record on its way to the disk).
 *
 * The text is a scenario file (JSON is YAML). Budget "within": the disks of one or two servers are harmed, mostly one after
 * the other; where more than f slots are unrepaired at once all the same, the checkers know it and ask for less. Budget
 * "beyond": any disk may be harmed at any time. No fault comes before every server had the time to set up its disk: a
 * server that dies in the midst of `init` was never part of the cluster.
 */
import { memberCountOf } from "../../../src/verify/draw.ts";
import { scenarioText, SERVER_NAMES } from "../../zoo/families/draw.ts";
import { RandomRoot, type RandomStream } from "../../../src/sim/random.ts";

type Fault = { readonly at: string } & Record<string, unknown>;

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
/** A slow disk needs 1.9 ms for the first record. */
const FIRST_FAULT_US = 2_500;
/** After the last fault: long enough for a restore, or for redundancy to be back, too. */
const TAIL_US = { short: 120_000, long: 480_000 } as const;

function us(count: number): string {
  return `${Math.max(1, count)}us`;
}

class BurstPlan {
  readonly scheme: string;
  readonly servers: readonly string[];
  readonly width: number;
  readonly former: string;
  readonly faults: Fault[] = [];
  private readonly stream: RandomStream;
  private readonly isBeyond: boolean;
  private readonly isTolerant: boolean;
  private readonly hosts: readonly string[];
  /** The server whose disk is harmed first. */
  private readonly struck: string;

  constructor(stream: RandomStream, isBeyond: boolean) {
    this.stream = stream;
    this.isBeyond = isBeyond;
    this.scheme = this.pick(SCHEMES);
    this.isTolerant = !this.scheme.startsWith("stripe");
    const members = memberCountOf(this.scheme);
    const serverCount = Math.max(members, this.pick([2, 3, 3, 3, 4, 4, 5, 6]));
    this.servers = SERVER_NAMES.slice(0, serverCount);
    this.width = Math.min(serverCount, members + this.pick([0, 0, 0, 1, 2]));
    this.former = this.pick(["production", "backup", "dedicated"]);
    this.hosts = ["production", ...this.servers, ...(this.former === "dedicated" ? ["former"] : [])];
    this.struck = this.pick(this.servers);
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError("nothing to pick from");
    return value;
  }

  below(count: number): number {
    return this.stream.below(count);
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  /** Draws the faults; returns the moment of the last one. */
  drawFaults(): number {
    const first = FIRST_FAULT_US + this.pick([0, 200, 1500, 3000, 9000, 20_000, 45_000]) + this.below(3000);
    const shape = this.below(5);
    // A rare order of a few events is best met when nothing else happens.
    const isAlone = shape <= 2 && this.chance(2);
    if (!isAlone && this.chance(2)) this.burst(first, 1 + this.below(4));
    let at = first + this.below(20_000);
    if (shape === 0) this.bridge(at);
    if (shape === 1 && this.isTolerant) this.rejoinCut(at);
    if (shape === 2 && this.isTolerant) this.rotRead(at);
    if (shape <= 2) at += TAKEOVER_US + this.below(30_000);
    const second = this.pick(this.servers);
    const lossCount = isAlone ? 0 : 1 + this.below(3);
    for (let loss = 0; loss < lossCount; loss += 1) {
      const restorer = this.servers[this.below(Math.min(2, this.servers.length))] ?? this.struck;
      this.loseProduction(at);
      const takeover = at + TAKEOVER_US + this.servers.indexOf(restorer) * STAGGER_US + this.below(3000);
      if (this.chance(2)) this.strikeRestorer(takeover + this.below(3000), restorer);
      if (!this.chance(3)) this.burst(takeover, 1 + this.below(3));
      // The server that restored runs the software now: it is the next one to be lost.
      at = takeover + this.pick([500, 4000, 15_000, 40_000, 90_000]) + this.below(4000);
      if (loss + 1 < lossCount && this.chance(2)) this.crash(at, restorer);
      if (loss + 1 < lossCount && this.isTolerant && this.chance(2)) this.harm(at + this.below(5000), second);
    }
    if (this.chance(this.isBeyond ? 3 : 10)) this.operatorRestore(at + this.below(60_000));
    if (this.faults.length === 0) this.crash(at, "production");
    return this.faults.reduce((latest, fault) => Math.max(latest, Number.parseInt(fault.at, 10)), at);
  }

  private add(at: number, fault: Record<string, unknown>): void {
    this.faults.push({ at: us(at), ...fault });
  }

  private crash(
    at: number,
    target: string,
    options: { disk?: "kept" | "lost"; restartAfter?: number } = {},
  ): void {
    const drawn = this.pick([50, 600, 1500, 4000, 20_000, 60_000]) + this.below(1000);
    const { disk = "kept", restartAfter = drawn } = options;
    this.add(at, { kind: "crash", target, disk, restartAfter: us(restartAfter) });
  }

  private cut(at: number, from: readonly string[], to: readonly string[], healAfter: number): void {
    if (to.length === 0) return;
    this.add(at, { kind: "partition", from, to, symmetric: this.chance(2), healAfter: us(healAfter) });
  }

  private othersThan(...names: readonly string[]): string[] {
    return this.hosts.filter((host) => !names.includes(host));
  }

  /** Whatever can be harmed about one server's disk, or only its memory. */
  private harm(at: number, target: string): void {
    const kind = this.below(this.isTolerant || this.isBeyond ? 8 : 3);
    if (kind < 3) return this.crash(at, target);
    if (kind < 6) return this.crash(at, target, { disk: "lost" });
    if (kind === 7) return this.add(at, { kind: "permanent-loss", target });
    const files = this.pick(["members", "manifests", "control", "any"]);
    this.add(at, { kind: "bit-rot", target, files, bits: 1 + this.below(12) });
  }

  private burst(from: number, size: number): void {
    for (let index = 0; index < size; index += 1) {
      const at = from + this.below(this.pick([20, 300, 2000, 8000, 20_000]));
      const kind = this.below(12);
      if (kind < 3) this.harm(at, this.struck);
      else if (kind < 4) this.crashAgainAndAgain(at, this.pick(this.servers));
      else if (kind < 7) this.crash(at, this.pick(this.servers));
      else if (kind < 10) this.isolate(at);
      else if (kind < 11) {
        const ratePpm = this.pick([20_000, 100_000, 200_000]);
        this.add(at, { kind: "loss", ratePpm, lasts: us(5000 + this.below(60_000)) });
      } else if (this.former !== "production") this.crash(at, "former");
      if (this.isBeyond && this.chance(3)) this.harm(at + this.below(5000), this.pick(this.servers));
    }
  }

  private crashAgainAndAgain(from: number, target: string): void {
    let at = from;
    for (let left = 2 + this.below(3); left > 0; left -= 1) {
      this.crash(at, target, { restartAfter: 200 + this.below(2500) });
      at += 300 + this.below(4000);
    }
  }

  private isolate(at: number): void {
    const from = [...new Set([this.pick(this.hosts), ...(this.chance(3) ? [this.pick(this.hosts)] : [])])];
    const isPartial = this.chance(3);
    const to = this.othersThan(...from).filter(() => !isPartial || this.chance(2));
    this.cut(at, from, to, this.pick([300, 2000, 10_000, 30_000, 80_000]) + this.below(5000));
  }

  private loseProduction(at: number): void {
    const kind = this.below(6);
    if (kind < 2) this.crash(at, "production");
    else if (kind < 3) this.add(at, { kind: "permanent-loss", target: "production" });
    else if (kind < 5) {
      const isWhole = this.chance(2);
      const to = this.servers.filter(() => isWhole || !this.chance(3));
      this.cut(at, ["production"], to, 14_000 + this.below(60_000));
    }
  }

  private strikeRestorer(at: number, restorer: string): void {
    if (this.chance(2)) return this.crash(at, restorer);
    const to = this.othersThan(restorer).filter(() => !this.chance(3));
    this.cut(at, [restorer], to, 2000 + this.below(40_000));
  }

  /**
   * Production and one server lose sight of each other, while a few servers between see both: the one restores, and those
   * between are struck as they promise, while production still takes checkpoints with them.
   */
  private bridge(at: number): void {
    const index = this.below(Math.min(3, this.servers.length));
    const alone = this.servers[index] ?? this.struck;
    const others = this.servers.filter((server) => server !== alone);
    const slotCount = this.servers.length;
    const losses = this.scheme === "mirror:3" ? 2 : this.isTolerant ? 1 : 0;
    const tolerance = Math.min(losses, Math.floor((slotCount - 1) / 2));
    const rotation = this.below(others.length);
    const between = [...others.slice(rotation), ...others.slice(0, rotation)].slice(
      0,
      Math.max(1, slotCount - tolerance - 1),
    );
    const rest = this.othersThan(alone, ...between);
    const healAfter = us(20_000 + this.below(60_000));
    this.add(at, { kind: "partition", from: rest, to: [alone], symmetric: !this.chance(3), healAfter });
    const asked = at + TAKEOVER_US + index * STAGGER_US - 2000 + this.below(3000);
    const disk = this.isTolerant && this.chance(2) ? "lost" : "kept";
    this.crash(asked, this.pick(between), {
      disk,
      restartAfter: 50 + this.below(this.pick([300, 1500, 5000])),
    });
    if (disk === "lost" || this.chance(2)) return;
    this.crash(asked + 500 + this.below(3000), this.pick(between), { restartAfter: 50 + this.below(1500) });
  }

  /** A blank server has come in again and is rebuilding when a peer falls silent and production is lost. */
  private rejoinCut(at: number): void {
    const restartAfter = 50 + this.below(1000);
    this.crash(at, this.struck, { disk: "lost", restartAfter });
    this.silenceAnotherAndProduction(at + restartAfter + 800 + this.below(4000));
  }

  /** Rot is read by a restart just when another server that could tell falls silent and production is lost. */
  private rotRead(at: number): void {
    const files = this.pick(["manifests", "control", "control"]);
    this.add(at, { kind: "bit-rot", target: this.struck, files, bits: 1 + this.below(3) });
    const restart = at + this.below(2000);
    this.crash(restart, this.struck, { restartAfter: 50 + this.below(2000) });
    this.silenceAnotherAndProduction(restart + this.below(4000));
  }

  private silenceAnotherAndProduction(at: number): void {
    const silent = this.pick(this.servers.filter((server) => server !== this.struck));
    const lasts = 20_000 + this.below(60_000);
    if (this.chance(2)) this.crash(at, silent, { restartAfter: lasts });
    else this.cut(at, [silent], this.othersThan(silent), lasts);
    this.crash(at + this.below(3000), "production");
  }

  private operatorRestore(at: number): void {
    const target = this.pick(this.servers);
    const lost = this.chance(2) ? [] : [this.pick(this.servers)];
    this.add(at, { kind: "operator-restore", target, lost, acceptOlder: this.chance(3) });
  }
}

/** The scenario of a seed; the same text for the same seed. */
export function burstScenarioText(seed: string, budget: "within" | "beyond"): string {
  const stream = new RandomRoot(seed).stream("burst-scenario");
  const plan = new BurstPlan(stream, budget === "beyond");
  const lastFaultUs = plan.drawFaults();
  const isSlowDisk = plan.chance(3);
  const isLossy = plan.chance(8);
  const scrubUs = plan.pick([0, 15_000, 40_000]);
  const tailUs = plan.chance(3) ? TAIL_US.short : TAIL_US.long + 2 * scrubUs;
  return scenarioText({
    name: `burst-${seed}`,
    title: "Faults in bursts around the moments that matter",
    seed,
    budget,
    servers: { backups: plan.servers },
    former: plan.former,
    scheme: plan.scheme,
    width: plan.width,
    subsegment: plan.pick(["64B", "100B", "512B"]),
    retention: 1 + plan.below(3),
    attempts: 1 + plan.below(4),
    window: 1 + plan.below(4),
    disk: isSlowDisk
      ? { latency: plan.pick(["80us", "400us"]), flush: plan.pick(["100us", "500us", "1500us"]) }
      : {},
    network: {
      lossPpm: isLossy ? plan.pick([5000, 30_000]) : 0,
      jitter: plan.pick(["20us", "400us", "2ms"]),
    },
    times: {
      heartbeat: "2ms",
      takeover: us(TAKEOVER_US),
      stagger: us(STAGGER_US),
      retry: plan.pick(["3ms", "4ms"]),
      scrub: scrubUs === 0 ? "0ms" : us(scrubUs),
      refresh: "30ms",
    },
    workload: {
      kind: "synthetic",
      image: `${plan.pick([0, 7, 8, 63, 64, 200, 700, 2000])}B`,
      contentSeed: plan.below(1000),
      checkpointEvery: us(plan.pick([4000, 8000, 16_000, 40_000])),
    },
    faults: plan.faults,
    duration: us(lastFaultUs + tailUs),
  });
}
