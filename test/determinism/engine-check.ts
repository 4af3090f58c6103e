/**
 * Looks at the engine itself: is what runs rely on there, and does the trap catch on this engine what it is there for?
 */
import { armTrap, disarmTrap, guardedNames, TrapError } from "../../src/sim/trap.ts";
import { violationsOf } from "../sim/trap-violations.ts";

/** Every engine has these, so that their guards must be in place. */
const GUARDED_EVERYWHERE = [
  "Date",
  "Math.random",
  "Math.pow",
  "Math.sin",
  "performance.now",
  "crypto.getRandomValues",
  "setTimeout",
  "queueMicrotask",
  "Intl.Collator",
  "String.localeCompare",
  "Date.getHours",
  "DataView.setFloat64",
  "WeakRef",
];

const SORTED_COUNT = 5000;

/** What is wrong, in sentences. */
export function engineProblems(): string[] {
  const guarded = guardedNames();
  const problems = GUARDED_EVERYWHERE.filter((name) => !guarded.includes(name)).map(
    (name) => `the trap does not guard ${name}`,
  );
  for (const [name, use] of violationsOf(guarded)) {
    if (!isCaught(use)) problems.push(`the trap does not catch ${name}`);
  }
  if (!isSortStable()) problems.push("sorting is not stable");
  return problems;
}

function isCaught(use: () => unknown): boolean {
  armTrap();
  try {
    use();
    return false;
  } catch (error) {
    return error instanceof TrapError;
  } finally {
    disarmTrap();
  }
}

/** The language demands it since 2019, and the core relies on it: equal elements stay in their order. */
function isSortStable(): boolean {
  const entries = Array.from({ length: SORTED_COUNT }, (_, index) => ({ key: (index * 7919) % 13, index }));
  entries.sort((a, b) => a.key - b.key);
  return entries.every((entry, place) => {
    const next = entries[place + 1];
    return next === undefined || next.key > entry.key || next.index > entry.index;
  });
}
