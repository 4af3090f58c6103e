/** Bugs of ballots, promises and quorums: the rows of docs/protocol.md that break fencing. */
import type { PlantedBug } from "../planted-bug.ts";

const PROMISE = "src/core/protocol/server-promise.ts";
const STORE = "src/core/protocol/server-store.ts";
const RESTORER = "src/core/protocol/restorer.ts";

export const BALLOT_BUGS: readonly PlantedBug[] = [
  {
    id: "ballot-not-compared",
    story: "A server stores for an incarnation below the one that it promised.",
    source: "protocol: ballot not compared at store",
    breaks: ["fencing", "durability"],
    file: STORE,
    replacements: [{ find: "    compareBallots(key.ballot, control.promised) >= 0 &&\n", replace: "" }],
  },
  {
    id: "survey-before-promise",
    story: "The survey is taken when a server is asked; the promise stands only once it is flushed.",
    source: "protocol: survey before the promise",
    breaks: ["decidability", "fencing", "durability"],
    file: PROMISE,
    replacements: [
      {
        find: "  control.promised = message.ballot;\n",
        replace:
          "  const surveyed = surveyOf(state);\n" +
          "  const before = control.promised;\n" +
          "  control.promised = message.ballot;\n",
      },
      {
        find: "  else persistThen(step, answer);\n",
        replace:
          "  else persistThen(step, answer);\n" +
          "  const surveys = ((state as { surveys?: Record<string, unknown> }).surveys ??= {});\n" +
          "  surveys[JSON.stringify(message.ballot)] ??= surveyed;\n" +
          "  if (!isJoinedNow) control.promised = before;\n",
      },
      {
        find: '  if (state.phase !== "working" || compareBallots(ballot, control.promised) !== 0) return;\n',
        replace:
          "  if (compareBallots(ballot, control.promised) < 0) return;\n  control.promised = ballot;\n",
      },
      {
        find: "    ...surveyOf(state),\n",
        replace:
          "    ...((state as { surveys?: Record<string, ReturnType<typeof surveyOf>> }).surveys?.[\n" +
          "      JSON.stringify(ballot)\n" +
          "    ] ?? surveyOf(state)),\n",
      },
    ],
  },
  {
    id: "promise-before-flush",
    // Either rule alone is enough: what is given at once waits for the record all the same (isSettled). So both are gone.
    story:
      "A promise is answered at once and flushed afterwards, and the answer is not kept back until it is.",
    source: "protocol: promise answered before it is flushed",
    breaks: ["fencing", "durability"],
    file: PROMISE,
    replacements: [
      {
        find: "  else persistThen(step, answer);\n",
        replace: "  else {\n    persistThen(step, []);\n    givePromise(step, message.ballot, from);\n  }\n",
      },
      {
        find: '  if (!isSettled(state)) return settledThen(step, [{ do: "promise", ballot, from }]);\n',
        replace: "",
      },
    ],
  },
  {
    id: "same-incarnation-twice",
    story: "A ballot is a number only: two restorers that race take the same one.",
    source: "protocol: racing restorers take the same incarnation",
    breaks: ["fencing"],
    file: RESTORER,
    replacements: [
      {
        find: "    restorer: env.self,\n    nonce: env.random(),\n",
        replace: "    restorer: 0,\n    nonce: 0,\n",
      },
    ],
  },
  {
    id: "quorum-one-short",
    story: "The restorer is content with one promise less than the quorum.",
    source: "protocol: quorum arithmetic",
    breaks: ["redundancy-restored", "fencing", "durability", "decidability"],
    file: "src/core/protocol/cluster.ts",
    replacements: [
      {
        find: "  const completeCount = slotCount - tolerance;\n",
        replace: "  const completeCount = Math.max(1, slotCount - tolerance - 1);\n",
      },
    ],
  },
  {
    id: "older-word-to-retire",
    story: "A server retires at the word of an incarnation that is fenced off.",
    source: "protocol: R7 (retire carries a ballot)",
    breaks: ["durability", "decidability", "fencing"],
    file: STORE,
    replacements: [
      {
        find: '  if (state.phase !== "working" || compareBallots(message.ballot, control.promised) < 0) return;\n',
        replace: '  if (state.phase !== "working") return;\n',
      },
    ],
  },
  {
    id: "ended-life-counts",
    story: "The restorer counts a promise whose disk is gone since.",
    source: "protocol: promise of an ended life still counted",
    breaks: ["fencing", "durability", "decidability"],
    file: "src/core/protocol/restorer-candidates.ts",
    replacements: [
      {
        find: "life !== undefined && !endsLife(life, answer.life)",
        replace: "life !== undefined",
      },
    ],
  },
  {
    id: "promise-ends-with-store",
    story:
      "A server that stored for the newest incarnation forgets its promise, and stores for older ones again.",
    source: "protocol: R5 (a store raises promised; a late checkpoint of a fenced incarnation)",
    breaks: ["fencing", "durability"],
    file: STORE,
    replacements: [
      {
        find: "  state.control.promised = key.ballot; // R5: at least as high as before, as mayStore has just said\n",
        replace: "  state.control.promised = { epoch: 0, number: 0, restorer: 0, nonce: 0 };\n",
      },
    ],
  },
];
