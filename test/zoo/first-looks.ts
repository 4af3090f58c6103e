/**
 * Where each bug that the usual order finds late is looked for first: it is found as surely as without, and the gate has
 * time for all of them. A first look that finds nothing costs its time and nothing else: the usual order follows.
 * `npm run zoo -- --all` takes no notice of them.
 */
import type { StrategyId } from "./strategies/strategy.ts";

export interface FirstLook {
  readonly strategy: StrategyId;
  /** A family of random scenarios, a property of the search, a scenario file, a base of the crash points or a configuration. */
  readonly within: string;
}

/** By the bug's id. */
export const FIRST_LOOKS: Readonly<Record<string, FirstLook>> = {
  "promise-before-flush": { strategy: "families", within: "races" },
  "older-word-to-retire": { strategy: "model-checker", within: "race" },
  "ended-life-counts": { strategy: "families", within: "races" },
  "ended-life-stored-for": { strategy: "families", within: "gaps" },
  "welcomers-promise-ignored": { strategy: "families", within: "races" },
  "ended-life-not-told": { strategy: "families", within: "glimpses" },
  "damaged-welcome-counts": { strategy: "scenarios", within: "damaged-welcome.yaml" },
  "late-hello-heeded": { strategy: "model-checker", within: "late-hello" },
  "late-acknowledgement-counts": { strategy: "families", within: "glimpses" },
  "pieces-twice": { strategy: "families", within: "plain" },
  "no-fresh-checkpoint": { strategy: "model-checker", within: "refresh" },
  "older-when-fetch-fails": { strategy: "families", within: "glimpses" },
  "same-checkpoint-again": { strategy: "families", within: "races" },
  "slots-numbered-anew": { strategy: "families", within: "bursts" },
  "damaged-manifest-forgotten": { strategy: "families", within: "hidden" },
  "start-up-deletes": { strategy: "families", within: "still" },
  "rot-not-repaired": { strategy: "families", within: "still" },
  "older-control-record": { strategy: "families", within: "hidden" },
  "odd-tail-not-coded": { strategy: "families", within: "still" },
  "domains-ignored": { strategy: "scenarios", within: "racks-apart.yaml" },
  "one-more-in-a-domain": { strategy: "scenarios", within: "racks-apart.yaml" },
  "undecodable-as-zeros": { strategy: "scenarios", within: "older-checkpoint.yaml" },
  "refused-without-groups": { strategy: "scenarios", within: "older-checkpoint.yaml" },
  "waits-for-everybody": { strategy: "families", within: "bursts" },
  "asked-once": { strategy: "families", within: "races" },
  "silent-for-good": { strategy: "families", within: "midway" },
  "refused-asks-late": { strategy: "families", within: "hidden" },
  "gone-for-good": { strategy: "families", within: "glimpses" },
  "redundancy-not-scrubbed": { strategy: "families", within: "still" },
  "rotten-manifest-left": { strategy: "families", within: "hidden" },
  "repair-not-flushed": { strategy: "families", within: "still" },
  "stalled-for-good": { strategy: "families", within: "still" },
  "promise-not-kept": { strategy: "families", within: "races" },
  "stored-without-members": { strategy: "families", within: "bursts" },
  "degraded-not-told": { strategy: "families", within: "bursts" },
  "degraded-names-the-wrong": { strategy: "families", within: "bursts" },
  "every-member-fetched": { strategy: "families", within: "plain" },
  "manifest-to-all-twice": { strategy: "families", within: "plain" },
  "member-written-twice": { strategy: "families", within: "plain" },
  "image-sent-twice": { strategy: "families", within: "bursts" },
  "questions-pile-up": { strategy: "families", within: "bursts" },
  "rs-rows-alike": { strategy: "scenarios", within: "erasure-codes.yaml" },
  "polynomial-of-another-field": { strategy: "families", within: "plain" },
  "lrc-counted-like-rs": { strategy: "families", within: "plain" },
  "lrc-parity-of-the-neighbour": { strategy: "families", within: "plain" },
  "operator-content-with-few": { strategy: "families", within: "bursts" },
  "operator-in-the-same-epoch": { strategy: "exhaustive", within: "mirror:2 keeping 1, first-checkpoint" },
  "declared-lost-not-flagged": { strategy: "families", within: "bursts" },
  "older-not-flagged": { strategy: "scenarios", within: "older-checkpoint.yaml" },
  "former-restart-unnoticed": { strategy: "model-checker", within: "former-on-server" },
  "watch-runs-on": { strategy: "families", within: "still" },
  "fifth-server-forgets": { strategy: "families", within: "bursts" },
  "files-in-another-order": { strategy: "scenarios", within: "claims/claim-14.yaml" },
  "answered-at-once": { strategy: "families", within: "plain" },
  "racks-of-other-servers": { strategy: "search", within: "within the budget, small" },
  "racks-forgotten-in-need": { strategy: "scenarios", within: "racks-apart.yaml" },
  "rack-after-rack": { strategy: "search", within: "within the budget, small" },
  "declustered-without-racks": { strategy: "search", within: "within the budget, small" },
  "nothing-there-nothing-said": { strategy: "search", within: "within the budget, small" },
  "lrc-global-follows-from-locals": {
    strategy: "exhaustive",
    within: "lrc:4,2,1 keeping 1, first-checkpoint",
  },
};
