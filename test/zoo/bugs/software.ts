/**
 * Bugs of the software that is checkpointed, and of nothing else: what it becomes after a restart is no continuation, or it
 * lets an answer go too early. The core is sound here, so that the checkers of the software's own promises stand alone.
 */
import type { PlantedBug } from "../planted-bug.ts";

export const SOFTWARE_BUGS: readonly PlantedBug[] = [
  {
    id: "step-kept-outside",
    story:
      "A part of the program's state is not in its image: restarted, it counts a step that it never took.",
    source: "continuation: state outside of the checkpoint",
    breaks: ["continuation"],
    file: "src/workload/synthetic.ts",
    replacements: [
      {
        find: "    this.step = origin.step;\n",
        replace: "    this.step = origin.step + (origin.restarted ? 1 : 0);\n",
      },
    ],
  },
  {
    id: "old-rows-touched",
    story: "A ledger that is restarted writes the time of its start into transfers that came with its image.",
    source: "continuation: a restart that changes what it found",
    breaks: ["continuation"],
    file: "src/workload/ledger-software.ts",
    replacements: [
      {
        find: "    if (!this.origin.restarted) this.takeCheckpoint(env);\n",
        replace:
          "    if (!this.origin.restarted) this.takeCheckpoint(env);\n" +
          "    else this.database.rows(\"UPDATE transfers SET at = '2001-01-01T00:00:00.000Z'\");\n",
      },
    ],
  },
  {
    id: "files-in-another-order",
    story: "Software that holds files and is restarted hands them over in another order from then on.",
    source: "continuation: the order of what is kept",
    breaks: ["continuation"],
    file: "src/workload/files.ts",
    replacements: [
      {
        find: "new FilesSoftware(segments, true, this.settings.checkpointEveryNs) };",
        replace: "new FilesSoftware([...segments].reverse(), true, this.settings.checkpointEveryNs) };",
      },
    ],
  },
  {
    id: "answered-at-once",
    story:
      "The ledger answers transfers as soon as it has any durable checkpoint, whether or not that one holds them.",
    source: "output commit: an answer leaves before the checkpoint that holds it",
    breaks: ["output-commit"],
    file: "src/workload/ledger-software.ts",
    replacements: [
      {
        find: "    if (held !== undefined && position <= held.mark) {\n",
        replace: "    if (held !== undefined) {\n",
      },
    ],
  },
];
