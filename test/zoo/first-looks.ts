/**
 * Where each bug that the usual order finds late is looked for first: it is found as surely as without, and the gate has
 * time for all of them. A first look that finds nothing costs its time and nothing else: the usual order follows.
 * `npm run zoo -- --all` takes no notice of them.
 */
import type { StrategyId } from "./strategies/strategy.ts";

export interface FirstLook {
  readonly strategy: StrategyId;
  /** A family of random scenarios, a scenario file, a base of the crash points or a configuration of the model checker. */
  readonly within: string;
}

/** By the bug's id. */
export const FIRST_LOOKS: Readonly<Record<string, FirstLook>> = {
  "promise-before-flush": { strategy: "random", within: "races" },
  "older-word-to-retire": { strategy: "interleavings", within: "race" },
  "ended-life-counts": { strategy: "random", within: "races" },
  "ended-life-stored-for": { strategy: "random", within: "gaps" },
  "welcomers-promise-ignored": { strategy: "random", within: "races" },
  "ended-life-not-told": { strategy: "random", within: "glimpses" },
  "damaged-welcome-counts": { strategy: "scenarios", within: "damaged-welcome.yaml" },
  "late-hello-heeded": { strategy: "interleavings", within: "late-hello" },
  "late-acknowledgement-counts": { strategy: "random", within: "glimpses" },
  "pieces-twice": { strategy: "random", within: "plain" },
  "no-fresh-checkpoint": { strategy: "interleavings", within: "refresh" },
  "older-when-fetch-fails": { strategy: "random", within: "glimpses" },
  "same-checkpoint-again": { strategy: "random", within: "races" },
  "slots-numbered-anew": { strategy: "random", within: "bursts" },
  "damaged-manifest-forgotten": { strategy: "random", within: "hidden" },
  "start-up-deletes": { strategy: "random", within: "still" },
  "rot-not-repaired": { strategy: "random", within: "still" },
  "older-control-record": { strategy: "random", within: "hidden" },
  "odd-tail-not-coded": { strategy: "random", within: "still" },
  "domains-ignored": { strategy: "scenarios", within: "racks-apart.yaml" },
  "one-more-in-a-domain": { strategy: "scenarios", within: "racks-apart.yaml" },
  "undecodable-as-zeros": { strategy: "scenarios", within: "older-checkpoint.yaml" },
  "refused-without-groups": { strategy: "scenarios", within: "older-checkpoint.yaml" },
  "waits-for-everybody": { strategy: "random", within: "bursts" },
  "asked-once": { strategy: "random", within: "races" },
  "silent-for-good": { strategy: "random", within: "midway" },
  "refused-asks-late": { strategy: "random", within: "hidden" },
  "gone-for-good": { strategy: "random", within: "glimpses" },
  "redundancy-not-scrubbed": { strategy: "random", within: "still" },
  "rotten-manifest-left": { strategy: "random", within: "hidden" },
  "repair-not-flushed": { strategy: "random", within: "still" },
  "stalled-for-good": { strategy: "random", within: "still" },
  "promise-not-kept": { strategy: "random", within: "races" },
  "stored-without-members": { strategy: "random", within: "bursts" },
  "degraded-not-told": { strategy: "random", within: "bursts" },
  "degraded-names-the-wrong": { strategy: "random", within: "bursts" },
  "every-member-fetched": { strategy: "random", within: "plain" },
  "manifest-to-all-twice": { strategy: "random", within: "plain" },
  "member-written-twice": { strategy: "random", within: "plain" },
  "image-sent-twice": { strategy: "random", within: "bursts" },
  "questions-pile-up": { strategy: "random", within: "bursts" },
  "rs-rows-alike": { strategy: "scenarios", within: "erasure-codes.yaml" },
  "polynomial-of-another-field": { strategy: "random", within: "plain" },
  "lrc-counted-like-rs": { strategy: "random", within: "plain" },
  "lrc-parity-of-the-neighbour": { strategy: "random", within: "plain" },
  "operator-content-with-few": { strategy: "random", within: "bursts" },
  "operator-in-the-same-epoch": { strategy: "crash-points", within: "mirror:2 keeping 1, first-checkpoint" },
  "declared-lost-not-flagged": { strategy: "random", within: "bursts" },
  "older-not-flagged": { strategy: "scenarios", within: "older-checkpoint.yaml" },
  "former-restart-unnoticed": { strategy: "interleavings", within: "former-on-server" },
  "watch-runs-on": { strategy: "random", within: "still" },
  "fifth-server-forgets": { strategy: "random", within: "bursts" },
  "files-in-another-order": { strategy: "scenarios", within: "claims/claim-14.yaml" },
  "answered-at-once": { strategy: "random", within: "plain" },
  "lrc-global-follows-from-locals": {
    strategy: "crash-points",
    within: "lrc:4,2,1 keeping 1, first-checkpoint",
  },
};
