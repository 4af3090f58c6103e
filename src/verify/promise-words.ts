/**
 * What `ckptlab explain ID` says beside a promise's claim: the bounds that its checker uses, with their values for a
 * small scenario that says nothing about its hardware, and the words that one has to know.
 *
 * Values come from bounds.ts, never from here. Meanings stand in docs/glossary.md too; a test compares the two.
 */
import { loadScenario } from "../scenario/load.ts";
import { resolvePlan } from "../scenario/plan.ts";
import { boundsOf, limitsOf } from "./bounds.ts";
import type { RunContext } from "./promises/index.ts";
import type { PromiseId } from "./result.ts";

type BoundName = keyof RunContext["bounds"];
type LimitName = keyof RunContext["limits"];

const BOUND_MEANINGS: Readonly<Record<BoundName, string>> = {
  detectNs: "from the loss of the running software to the start of a restore",
  settleNs: "how long a role may go on believing what was true before",
  restoreNs: "from a restore's start, or from the return of those it waits for, to its verdict",
  redundancyNs: "from the end of the last disturbance to full tolerance",
};

const LIMIT_MEANINGS: Readonly<Record<LimitName, string>> = {
  queueDepthMax: "events in the queue at one moment",
  eventCountMax: "events of one run",
  messageCountRun: "messages of one run, besides those for each attempt, rebuilt checkpoint and restore",
  messageCountEach: "messages for each attempt, rebuilt checkpoint and restore",
  attemptCountMax: "attempts at one checkpoint",
  restoreCountMax: "restores started in one run",
};

const WORDS = {
  checkpoint: "the bytes of the software's state at one moment",
  "redundancy group": "k data subsegments and their m redundancy members",
  member: "one subsegment of a group, data or redundancy, as one server stores it",
  tolerance: "how many arbitrary server losses a scheme always survives",
  attempt: "forming one checkpoint on one set of servers",
  "ballot, incarnation": "one start of the software: (epoch, number, restorer, nonce), unique and ordered",
  durable: "every server of the placement has flushed its members and the manifest: a fact about disks",
  "known durable": "the production server has been told so: outputs may leave",
  "output commit": "an output leaves only when a durable checkpoint of the same incarnation holds its state",
  fenced: "told that a higher ballot exists: stops, makes nothing durable, releases nothing",
  promised: "the highest ballot that a server has promised; it stores nothing below it",
  verdict: "restored, refused or waiting",
  degraded: "slots that are down or not complete, as the production server sees it",
  unrepaired: "a slot whose disk was lost or rotted and which is not whole again yet; judged from facts",
} as const;

export type Word = keyof typeof WORDS;

interface Uses {
  readonly bounds: readonly BoundName[];
  readonly limits: readonly LimitName[];
  readonly words: readonly Word[];
}

const USES: Readonly<Record<PromiseId, Uses>> = {
  integrity: { bounds: [], limits: [], words: ["checkpoint", "ballot, incarnation"] },
  durability: { bounds: [], limits: [], words: ["durable", "unrepaired", "verdict"] },
  "output-commit": { bounds: [], limits: [], words: ["output commit", "durable", "known durable"] },
  fencing: {
    bounds: ["redundancyNs"],
    limits: [],
    words: ["ballot, incarnation", "promised", "fenced", "durable"],
  },
  decidability: {
    bounds: ["detectNs", "settleNs", "restoreNs"],
    limits: [],
    words: ["verdict", "redundancy group", "promised"],
  },
  "redundancy-restored": {
    bounds: ["redundancyNs"],
    limits: [],
    words: ["tolerance", "degraded", "unrepaired"],
  },
  placement: { bounds: [], limits: [], words: ["redundancy group", "member", "attempt"] },
  accounting: { bounds: [], limits: [], words: ["member", "redundancy group"] },
  continuation: { bounds: [], limits: [], words: ["checkpoint", "ballot, incarnation"] },
  bounded: {
    bounds: ["redundancyNs"],
    limits: [
      "queueDepthMax",
      "eventCountMax",
      "messageCountRun",
      "messageCountEach",
      "attemptCountMax",
      "restoreCountMax",
    ],
    words: ["attempt"],
  },
};

export interface BoundWords {
  readonly meaning: string;
  /** Nanoseconds of virtual time, or a count. */
  readonly value: number;
  readonly unit: "ns" | "count";
}

const EXAMPLE_IMAGE_BYTES = 65_536;

/** All defaults; three backup servers are the fewest that parity:2+1 needs. */
const EXAMPLE = `{ name: example, servers: { backups: [a, b, c] }, scheme: "parity:2+1",
  workload: { kind: synthetic, image: ${EXAMPLE_IMAGE_BYTES} } }`;

/** What the values of `boundsUsed` are taken from, in words. */
export const EXAMPLE_WORDS =
  "parity:2+1 on three backup servers, an image of 64 KiB, every setting left at its default";

export function boundsUsed(id: PromiseId): BoundWords[] {
  const loaded = loadScenario(EXAMPLE, "example");
  if (!loaded.ok) throw new Error(`the example does not load: ${loaded.error.message}`);
  const planned = resolvePlan(loaded.scenario, {}, loaded.scenario.seed);
  if (!planned.ok) throw new Error(`the example has no plan: ${planned.error.message}`);
  const bounds = boundsOf(planned.plan, EXAMPLE_IMAGE_BYTES);
  const limits = limitsOf(planned.plan, EXAMPLE_IMAGE_BYTES);
  const { bounds: boundNames, limits: limitNames } = USES[id];
  return [
    ...boundNames.map((name): BoundWords => ({
      meaning: BOUND_MEANINGS[name],
      value: bounds[name],
      unit: "ns",
    })),
    ...limitNames.map((name): BoundWords => ({
      meaning: LIMIT_MEANINGS[name],
      value: limits[name],
      unit: "count",
    })),
  ];
}

export function wordsUsed(id: PromiseId): { readonly word: Word; readonly meaning: string }[] {
  return USES[id].words.map((word) => ({ word, meaning: WORDS[word] }));
}
