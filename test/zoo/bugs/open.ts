/**
 * Bugs that no strategy finds yet within its limits: each shows that a search is weak. They are visited with --open, and
 * listed in docs/zoo.md as not found; one that is found moves to the file where it belongs.
 */
import type { PlantedBug } from "../planted-bug.ts";

export const OPEN_BUGS: readonly PlantedBug[] = [
  {
    id: "ended-life-counts",
    story: "The restorer counts a promise whose disk is gone since.",
    source: "protocol: promise of an ended life still counted",
    breaks: ["fencing", "durability", "decidability"],
    file: "src/core/protocol/restorer-candidates.ts",
    replacements: [
      {
        find: "    return answer !== undefined && life !== undefined && compareLives(answer.life, life) >= 0\n",
        replace: "    return answer !== undefined && life !== undefined\n",
      },
    ],
  },
  {
    id: "welcomers-promise-ignored",
    story: "A server that comes in again does not adopt what its welcomers promised.",
    source: "protocol: rejoiner ignores the welcomers' promised",
    breaks: ["fencing", "durability"],
    file: "src/core/protocol/server-rejoin.ts",
    replacements: [
      {
        find: "    if (compareBallots(promised, control.promised) > 0) control.promised = promised;\n",
        replace: "    if (promised === undefined) return;\n",
      },
    ],
  },
  {
    id: "stalled-for-good",
    story: "A repair that found too few peers is never tried again.",
    source: "er (LLNL): an interrupted rebuild strands recoverable data",
    breaks: ["redundancy-restored"],
    file: "src/core/protocol/server-repair.ts",
    replacements: [{ find: "  state.repairs.push(...state.stalledRepairs);\n", replace: "" }],
  },
];
