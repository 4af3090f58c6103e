/**
 * Rounds of calls that are compared with one another: what bench/kernels.mjs and its peers share.
 *
 * Machines are shared and noisy: what is measured is processor time, with the threads that work for a call, each round runs every
 * action next to the others, and a ratio is the median of the ratios of the rounds.
 */
import { parseScheme } from "../dist/core/redundancy/scheme.js";
import { median } from "./measure.mjs";

/** @typedef {import("../src/core/redundancy/scheme.ts").Scheme} Scheme */

/** @param {string} text @returns {Scheme} */
export function schemeOf(text) {
  const parsed = parseScheme(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.scheme;
}

/** @param {Uint8Array} bytes @param {number} seed */
export function fill(bytes, seed) {
  let state = seed + 1;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
}

/**
 * Milliseconds of processor time of one call of each action, round by round. A call that is not timed goes before each measurement, and rounds
 * that are not counted before the first, until the engine has compiled for good.
 * @template {string} Name
 * @param {Record<Name, () => void | Promise<void>>} actions
 * @param {number} repeats
 * @param {number} rounds
 */
export async function timed(actions, repeats, rounds) {
  const names = /** @type {Name[]} */ (Object.keys(actions));
  const ms = /** @type {Record<Name, number[]>} */ (
    Object.fromEntries(names.map((name) => [name, /** @type {number[]} */ ([])]))
  );
  for (let round = -2; round < rounds; round += 1) {
    for (const name of names) {
      const action = actions[name];
      await action();
      const before = process.cpuUsage();
      for (let repeat = 0; repeat < repeats; repeat += 1) {
        const underWay = action();
        if (underWay !== undefined) await underWay;
      }
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) ms[name].push((user + system) / 1_000 / repeats);
    }
  }
  return ms;
}

/** How often the second fits into the first. @param {readonly number[]} first @param {readonly number[]} second */
export function ratio(first, second) {
  return median(first.map((ms, round) => ms / /** @type {number} */ (second[round])));
}

/** @param {number} bytes @param {number} ms */
export const rate = (bytes, ms) => `${(bytes / 1e6 / ms).toFixed(1)} GB/s`;
