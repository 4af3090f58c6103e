/**
 * What a search really reached: which kinds of faults bit, under which schemes, in which phases, and which pairs of them.
 *
 * A fault that found nothing to harm does not count (the reach marks of the simulator say how often each bit). The phase is
 * that of the moment at which the fault struck; a run may be in several at once.
 */
import type { RunPlan } from "../../src/scenario/plan.ts";
import type { HistoryEvent, RunHistory } from "../../src/sim/history.ts";
import { KINDS } from "./fault-arbitrary.ts";

const SCHEMES = ["mirror", "stripe", "parity", "rs", "lrc"] as const;
export const PHASES = ["quiet", "taking", "restoring", "returning", "repairing", "down"] as const;
export type Phase = (typeof PHASES)[number];

/** Follows a history, and tells the phases that it is in. */
class PhaseFollower {
  private readonly attempts: Set<string> = new Set();
  private readonly restores: Set<string> = new Set();
  private readonly returning: Set<number> = new Set();
  private readonly repairing: Set<number> = new Set();
  private runningCount: number = 0;
  private hasBooted: boolean = false;

  follow(event: HistoryEvent): void {
    if (event.kind === "host-up") {
      this.returning.add(event.host);
      // An empty disk is being rebuilt from the moment on at which its server is up.
      if (!event.diskKept && this.hasBooted) this.repairing.add(event.host);
    }
    if (event.kind === "host-down") {
      this.returning.delete(event.host);
      this.repairing.delete(event.host);
    }
    if (event.kind === "software-started") {
      this.runningCount += 1;
      this.hasBooted = true;
    }
    if (event.kind === "software-stopped") {
      this.runningCount -= 1;
      this.attempts.clear();
    }
    if (event.kind !== "note") return;
    const { note, host } = event;
    switch (note.kind) {
      case "attempt-started":
        this.attempts.add(String(note.key.sequence));
        return;
      case "known-durable":
        this.attempts.delete(String(note.key.sequence));
        return;
      case "checkpoint-failed":
        this.attempts.delete(String(note.sequence));
        return;
      case "restore-started":
        this.restores.add(String(host));
        return;
      case "verdict":
      case "restore-abandoned":
        this.restores.delete(String(host));
        return;
      case "started":
        this.returning.delete(host);
        return;
      case "joined":
      case "rot-found":
        this.repairing.add(host);
        return;
      case "complete":
      case "repaired":
        this.repairing.delete(host);
        return;
      default:
    }
  }

  get phases(): Phase[] {
    const phases: Phase[] = [];
    if (this.attempts.size > 0) phases.push("taking");
    if (this.restores.size > 0) phases.push("restoring");
    if (this.returning.size > 0) phases.push("returning");
    if (this.repairing.size > 0) phases.push("repairing");
    if (this.runningCount === 0 && this.restores.size === 0) phases.push("down");
    return phases.length === 0 ? ["quiet"] : phases;
  }
}

export interface CoverageShare {
  readonly title: string;
  readonly reachedCount: number;
  readonly wholeCount: number;
  /** Those that were not reached. */
  readonly missing: readonly string[];
}

export class Coverage {
  private readonly reached: Map<string, number> = new Map();

  add(plan: RunPlan, history: RunHistory): void {
    const scheme = plan.scheme.kind;
    const follower = new PhaseFollower();
    const places = new Map(plan.faults.map((fault, index) => [fault, index]));
    for (const event of history.events) {
      if (event.kind === "fault") {
        const biteCount = history.reach?.[places.get(event.fault) ?? -1] ?? 0;
        if (biteCount > 0) this.mark(event.fault.kind, scheme, follower.phases);
      }
      follower.follow(event);
    }
  }

  private mark(kind: string, scheme: string, phases: readonly Phase[]): void {
    const names = [kind, scheme, `${kind} × ${scheme}`];
    for (const phase of phases) names.push(phase, `${kind} × ${phase}`, `${scheme} × ${phase}`);
    for (const name of names) this.reached.set(name, (this.reached.get(name) ?? 0) + 1);
  }

  private share(title: string, names: readonly string[]): CoverageShare {
    const missing = names.filter((name) => !this.reached.has(name));
    return { title, reachedCount: names.length - missing.length, wholeCount: names.length, missing };
  }

  /** Singles first, then pairs. */
  shares(): CoverageShare[] {
    const pairs = (left: readonly string[], right: readonly string[]): string[] =>
      left.flatMap((a) => right.map((b) => `${a} × ${b}`));
    return [
      this.share("kinds of faults that bit", KINDS),
      this.share("schemes", SCHEMES),
      this.share("phases", PHASES),
      this.share("kinds × schemes", pairs(KINDS, SCHEMES)),
      this.share("kinds × phases", pairs(KINDS, PHASES)),
      this.share("schemes × phases", pairs(SCHEMES, PHASES)),
    ];
  }
}

/** Singles have to be reached, all of them; of pairs, this share in a lane of the commit's size. */
const PAIR_SHARE_MIN = 0.9;

/** What was reached too little, one sentence each. */
export function coverageProblems(shares: readonly CoverageShare[]): string[] {
  return shares.flatMap(({ title, reachedCount, wholeCount, missing }) => {
    const least = title.includes("×") ? Math.ceil(wholeCount * PAIR_SHARE_MIN) : wholeCount;
    if (reachedCount >= least) return [];
    return [
      `${title}: ${reachedCount} of ${wholeCount}, at least ${least} are demanded; missing: ${missing.join(", ")}`,
    ];
  });
}
