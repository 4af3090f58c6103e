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
    id: "damaged-manifest-forgotten",
    story: "A checkpoint whose manifest nobody can read at present is no candidate.",
    source: "protocol: R11 (held, and the manifest cannot be read)",
    breaks: ["durability", "decidability"],
    file: "src/core/protocol/restorer-candidates.ts",
    replacements: [
      {
        find: "answers.flatMap((answer) => answer?.damaged ?? [])",
        replace: "answers.flatMap((): CheckpointKey[] => [])",
      },
    ],
  },
  {
    id: "digest-lost-in-rewrite",
    story: "A manifest that is written again is written without its digest.",
    source: "SCR 207: checksums were lost in a rewrite and nothing noticed",
    breaks: ["redundancy-restored", "durability", "decidability"],
    file: "src/core/protocol/server-repair.ts",
    replacements: [
      {
        find: "    env.storage.write(manifestFile(key), rebuilding.manifestBytes, tokenFor",
        replace: "    env.storage.write(manifestFile(key), rebuilding.manifestBytes.slice(0, -32), tokenFor",
      },
    ],
  },
  {
    id: "older-control-record",
    story:
      "With one copy of the control record rotten, the other one is believed, though it may be the older.",
    source: "protocol: durable state (a copy that rotted may have been the newest)",
    breaks: ["durability", "fencing", "decidability", "output-commit"],
    file: "src/core/protocol/server-load.ts",
    replacements: [{ find: ' || records.some(({ kind }) => kind === "rotten")', replace: "" }],
  },
];
