/**
 * The golden digests: what every run of the corpus gave when somebody last said so, and why it changed.
 *
 * Invariants: `reasons` has an entry for each change of `cases`, newest first, with the hash of the cases as they were after
 * it. Digests that were changed by hand, or by a merge that nobody looked at, do not fit the newest reason's hash.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson } from "../../src/scenario/canonical.ts";

const GOLDEN_FILE = "test/determinism/golden.json";
/** Shorter than this says nothing. */
const REASON_CHARACTERS_MIN = 12;

export interface GoldenCase {
  readonly digest: string;
  readonly eventCount: number;
}

export type GoldenCases = Readonly<Record<string, GoldenCase>>;

export interface GoldenReason {
  readonly because: string;
  /** How many cases it changed, added or removed. */
  readonly changedCount: number;
  readonly hash: string;
}

export interface Golden {
  readonly reasons: readonly GoldenReason[];
  readonly cases: GoldenCases;
}

export function readGolden(root: string): Golden {
  return JSON.parse(readFileSync(path.join(root, GOLDEN_FILE), "utf8")) as Golden;
}

export function writeGolden(root: string, golden: Golden): void {
  writeFileSync(path.join(root, GOLDEN_FILE), `${JSON.stringify(golden, undefined, 2)}\n`);
}

export function casesHash(cases: GoldenCases): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(cases)))).slice(0, 16);
}

/** What is wrong with the file itself, as sentences. */
export function goldenProblems(golden: Golden): string[] {
  const [newest] = golden.reasons;
  if (newest === undefined) return [`${GOLDEN_FILE} gives no reason for its digests`];
  if (newest.hash === casesHash(golden.cases)) return [];
  return [
    `${GOLDEN_FILE}: the digests are not those of the newest reason ("${newest.because}"): ` +
      'make them with npm run determinism -- --update --because "why"',
  ];
}

/** Names of cases that differ between the two, are new or are gone; sorted. */
export function changedCases(before: GoldenCases, after: GoldenCases): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].toSorted().filter((name) => {
    const [old, fresh] = [before[name], after[name]];
    return old?.digest !== fresh?.digest || old?.eventCount !== fresh?.eventCount;
  });
}

export type UpdateResult =
  | { readonly ok: true; readonly golden: Golden; readonly changed: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** The golden file with new digests and the reason for them. Without a change there is nothing to give a reason for. */
export function updatedGolden(golden: Golden, cases: GoldenCases, because: string): UpdateResult {
  const reason = because.trim();
  if (reason.length < REASON_CHARACTERS_MIN) {
    return {
      ok: false,
      message: `--because must say in at least ${REASON_CHARACTERS_MIN} characters why the digests change`,
    };
  }
  const changed = changedCases(golden.cases, cases);
  if (changed.length === 0 && goldenProblems(golden).length === 0) {
    return { ok: false, message: "no digest changes: there is nothing to update" };
  }
  const entry = { because: reason, changedCount: changed.length, hash: casesHash(cases) };
  return { ok: true, golden: { reasons: [entry, ...golden.reasons], cases }, changed };
}
