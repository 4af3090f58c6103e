/** How one run of many is made again by itself: its seed, and the words of the command line. */
import type { RunOptions } from "./run.ts";

/** So many seeds, each of which gives the same run whether or not the others are run. */
export function derivedSeeds(seed: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${seed}-${index + 1}`);
}

/** What stands after `ckptlab run SCENARIO`. */
export function replayWords(
  seed: string,
  { overrides = {}, withoutFaults }: Pick<RunOptions, "overrides" | "withoutFaults">,
): string[] {
  const { scheme, former, width, placement } = overrides;
  const words = ["--seed", seed];
  if (scheme !== undefined) words.push("--scheme", scheme);
  if (former !== undefined) words.push("--former", former);
  // A scheme that is named has its own width there anyway.
  if (width !== undefined && width !== "own") words.push("--width", String(width));
  if (placement !== undefined) words.push("--placement", placement);
  if (withoutFaults === true) words.push("--without-faults");
  return words;
}
