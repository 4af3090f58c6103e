/**
 * Bugs that no strategy finds yet within its limits: each shows that a search is weak. They are visited with --open, and
 * listed in docs/zoo.md as not found; one that is found moves to the file where it belongs.
 */
import type { PlantedBug } from "../planted-bug.ts";

export const OPEN_BUGS: readonly PlantedBug[] = [
  {
    id: "gone-for-good",
    story: "A server that had not rebuilt a member yet when it was asked is never asked for it again.",
    source: "this project: found by the races of this zoo",
    breaks: ["decidability", "durability"],
    file: "src/core/protocol/restorer-fetch.ts",
    replacements: [
      {
        find: '      else if (memberState === "gone" && fetching.isToldWaiting) open.states[member] = "open";\n',
        replace: "",
      },
    ],
  },
  {
    id: "held-before-rebuilt",
    story:
      "A blank server puts a checkpoint on its record before it has rebuilt it: a restart makes it whole in name.",
    source: "er (LLNL): an interrupted rebuild strands recoverable data",
    breaks: ["redundancy-restored", "durability", "decidability"],
    file: "src/core/protocol/server-repair.ts",
    replacements: [
      {
        find: "  const own = ownMembers(state, rebuilding.manifest);\n",
        replace:
          "  state.control.held.push(keyText(key));\n  persistThen(step, []);\n  const own = ownMembers(state, rebuilding.manifest);\n",
      },
    ],
  },
  {
    id: "ended-life-not-told",
    story: "The production server ignores a server in a life that it holds for ended, and does not say so.",
    source: "vacuity: a server that is out for good",
    breaks: ["redundancy-restored", "bounded"],
    file: "src/core/protocol/production.ts",
    replacements: [
      {
        find: '    return env.send(from, { to: "server", type: "superseded", lives });\n',
        replace: "    return;\n",
      },
    ],
  },
  {
    id: "late-hello-heeded",
    story:
      "Of two lives with one number the higher nonce wins: the late word of an earlier blank disk ends the present one.",
    source: "this project: a life was compared as a whole (docs/adr/0008-one-life-per-number.md)",
    breaks: ["decidability", "redundancy-restored"],
    file: "src/core/checkpoint/key.ts",
    replacements: [
      {
        find: "  return a.number > b.number;\n",
        replace: "  return compareLives(a, b) > 0;\n",
      },
    ],
  },
];
