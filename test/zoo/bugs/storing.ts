/** Bugs of taking a checkpoint: attempts, acknowledgements, what is durable, and what is retired. */
import type { PlantedBug } from "../planted-bug.ts";

const STORE = "src/core/protocol/server-store.ts";
const FORMER = "src/core/protocol/former.ts";
const ATTEMPT = "src/core/protocol/production-attempt.ts";

export const STORING_BUGS: readonly PlantedBug[] = [
  {
    id: "durable-one-short",
    story: "A checkpoint counts as durable with one acknowledgement missing.",
    source: "protocol: durable at w - 1 acknowledgements",
    breaks: ["output-commit", "durability"],
    file: FORMER,
    replacements: [
      {
        find: "attempt.positions.every((each) => each.stored)",
        replace:
          "attempt.positions.filter((each) => !each.stored).length <= (attempt.positions.length > 1 ? 1 : 0)",
      },
    ],
  },
  {
    id: "acknowledged-before-flush",
    story: "A store is acknowledged before the record that names it is flushed.",
    source: "protocol: the order of flushes",
    breaks: ["durability", "output-commit", "decidability"],
    file: STORE,
    replacements: [
      {
        find: '  persistThen(step, [{ do: "acknowledge", key, from }]);\n',
        replace: "  persistThen(step, []);\n  acknowledge(step, key, from);\n",
      },
    ],
  },
  {
    id: "retired-at-begin",
    story: "Earlier checkpoints are retired when the next one begins.",
    source: "protocol: retire when a checkpoint begins",
    breaks: ["durability", "decidability", "output-commit"],
    file: ATTEMPT,
    replacements: [
      {
        find: "  sendForm(env, checkpoint, image);\n  env.setTimer",
        replace:
          "  for (const host of cluster.slotHosts) {\n" +
          "    const { key } = checkpoint;\n" +
          '    env.send(host, { to: "server", type: "retire", ballot: key.ballot, key, floor: key });\n' +
          "  }\n" +
          "  sendForm(env, checkpoint, image);\n  env.setTimer",
      },
    ],
  },
  {
    id: "retire-keeps-one",
    story: "Retiring drops newer checkpoints too: only the one that is named stays.",
    source: "FTI 286: one rank deletes another's checkpoint",
    breaks: ["durability", "redundancy-restored", "decidability", "output-commit"],
    file: STORE,
    replacements: [
      {
        find: "      if (compareKeys(held.key, floor) >= 0) continue;\n",
        replace: "      if (compareKeys(held.key, floor) === 0) continue;\n",
      },
    ],
  },
  {
    id: "late-acknowledgement-counts",
    story: "Acknowledgements do not name the attempt: a late one of an earlier attempt counts.",
    source: "protocol: acknowledgement does not name the attempt",
    breaks: ["output-commit", "durability"],
    file: FORMER,
    replacements: [
      {
        find: '    case "stored": {\n      const attempt = attemptOf(state, message.key);',
        replace: '    case "stored": {\n      const attempt = state.attempt;',
      },
      {
        find: "placed.slot === message.slot && compareLives(placed.life, message.life) === 0",
        replace: "placed.slot === message.slot",
      },
    ],
  },
  {
    id: "attempts-overwrite",
    story:
      "Members are filed under the checkpoint, not the attempt: attempts overwrite and remove each other's.",
    source: "protocol: attempts overwrite each other",
    breaks: ["placement", "durability", "redundancy-restored", "decidability", "output-commit", "integrity"],
    file: "src/core/protocol/server-state.ts",
    replacements: [
      {
        find: "  return `m/${keyText(key)}/${group}/${member}`;\n",
        replace: "  return `m/${keyText({ ...key, attempt: 1 })}/${group}/${member}`;\n",
      },
    ],
  },
  {
    id: "two-generations-mixed",
    story: "After a failed checkpoint the former goes on with the groups that it had taken in for it.",
    source: "SeaweedFS 6445, 9872: a retry after a failed encode mixed shards of two generations",
    breaks: ["integrity", "continuation"],
    file: FORMER,
    replacements: [
      {
        find: "    early: {},\n",
        replace: "    early: { ...(state as { leftovers?: Record<string, Uint8Array> }).leftovers },\n",
      },
      {
        find: "  attempt.early[group] = bytes;\n",
        replace:
          "  attempt.early[group] ??= bytes;\n" +
          "  const taken = ((attempt as { taken?: Record<string, Uint8Array> }).taken ??= {});\n" +
          "  taken[group] = attempt.early[group];\n",
      },
      {
        find: "  state.done = { key: attempt.key, outcome };\n",
        replace:
          "  state.done = { key: attempt.key, outcome };\n" +
          "  (state as { leftovers?: unknown }).leftovers =\n" +
          '    outcome.kind === "durable" ? {} : (attempt as { taken?: unknown }).taken;\n',
      },
    ],
  },
  {
    id: "pieces-twice",
    story: "Every member is sent twice.",
    source: "vacuity: byte-exact accounting",
    breaks: ["accounting"],
    file: FORMER,
    replacements: [
      {
        find: "  for (const piece of pieces) {\n",
        replace: "  for (const piece of [...pieces, ...pieces]) {\n",
      },
    ],
  },
  {
    id: "attempts-without-end",
    story: "Attempt follows attempt, however many the scenario allows.",
    source: "vacuity: bounded retries",
    breaks: ["bounded"],
    file: ATTEMPT,
    replacements: [
      {
        find: '  if (attempt > cluster.attemptCountMax) return fail(state, env, checkpoint, "attempts-exhausted");\n',
        replace: "",
      },
    ],
  },
  {
    id: "no-fresh-checkpoint",
    story:
      "A server of the newest checkpoint is gone for good, and the software is never asked for a checkpoint without it.",
    source: "protocol: R13",
    breaks: ["decidability", "redundancy-restored"],
    file: "src/core/protocol/production.ts",
    replacements: [
      {
        find: "  if (state.durable.length > 0 && !isStale) return;\n",
        replace: "  if (state.durable.length > 0 || isStale) return;\n",
      },
    ],
  },
];
