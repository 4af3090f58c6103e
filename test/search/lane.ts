/**
 * The two lanes of the search. The commit lane takes its seed from the commit, so that the same commit is always searched
 * alike, and the next one elsewhere; the long lane takes a random one. Both print it.
 */
import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";

export const LANE_NAMES = ["commit", "long"] as const;
export type LaneName = (typeof LANE_NAMES)[number];

export interface Lane {
  readonly name: LaneName;
  readonly seed: number;
  /** Where the seed is from. */
  readonly source: string;
  /** Runs of each family, small and wide, and of the model. */
  readonly smallRunCount: number;
  readonly wideRunCount: number;
  readonly modelRunCount: number;
  /** For each property; far above what it takes. */
  readonly secondsMax: number;
}

/** fast-check takes whole numbers of 32 bits. */
const SEED_MAX = 2 ** 31;
/** Outside of a repository there is no commit: always the same search. */
const SEED_WITHOUT_COMMIT = 1;
const HEX_DIGITS_OF_SEED = 7;

export function seedOfCommit(hash: string): number {
  return Number.parseInt(hash.slice(0, HEX_DIGITS_OF_SEED), 16) % SEED_MAX;
}

function commitOf(root: string): string | undefined {
  try {
    const reply = execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return reply.trim();
  } catch {
    return undefined;
  }
}

function seedOf(root: string, name: LaneName, seed: number | undefined): Pick<Lane, "seed" | "source"> {
  if (seed !== undefined) return { seed, source: "given" };
  if (name === "long") return { seed: randomInt(SEED_MAX), source: "random" };
  const commit = commitOf(root);
  if (commit === undefined) return { seed: SEED_WITHOUT_COMMIT, source: "no commit is known" };
  return { seed: seedOfCommit(commit), source: `commit ${commit.slice(0, 12)}` };
}

/** `factor`: of the runs; above 0. */
export function laneOf(root: string, name: LaneName, seed: number | undefined, factor: number): Lane {
  const times = (name === "long" ? 20 : 1) * factor;
  const runs = (count: number): number => Math.max(1, Math.round(count * times));
  return {
    name,
    ...seedOf(root, name, seed),
    smallRunCount: runs(450),
    wideRunCount: runs(300),
    modelRunCount: runs(40),
    secondsMax: 300 * Math.max(1, times),
  };
}
