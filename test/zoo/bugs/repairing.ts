/** Bugs of repair, scrub and start-up: what a server does to the copies that it has. */
import type { PlantedBug } from "../planted-bug.ts";

const REPAIR = "src/core/protocol/server-repair.ts";
const SCRUB = "src/core/protocol/server-scrub.ts";
const LOAD = "src/core/protocol/server-load.ts";

export const REPAIRING_BUGS: readonly PlantedBug[] = [
  {
    id: "marked-bad-before-rebuild",
    story: "A checkpoint is struck off the record before its repair: an interrupted repair strands it.",
    source: "er (LLNL): the set is marked corrupt before a rebuild",
    breaks: ["durability", "redundancy-restored", "decidability", "output-commit"],
    file: REPAIR,
    replacements: [
      {
        find: "    proceed(step, state.activeRepair);\n  }\n  if (state.activeRepair === undefined &&",
        replace:
          "    const marked = keyText(task.key);\n" +
          "    if (state.held[marked] !== undefined) {\n" +
          "      state.control.held = state.control.held.filter((each) => each !== marked);\n" +
          "      persistThen(step, []);\n" +
          "    }\n" +
          "    proceed(step, state.activeRepair);\n  }\n  if (state.activeRepair === undefined &&",
      },
      {
        find: '    flushThen(step, [{ do: "repaired", key, group, member }]);\n    return endTask(step);\n',
        replace:
          "    if (state.held[keyText(key)] !== undefined) state.control.held.push(keyText(key));\n" +
          '    persistThen(step, [{ do: "repaired", key, group, member }]);\n    return endTask(step);\n',
      },
    ],
  },
  {
    id: "good-copy-deleted",
    story: "A member that was given away for a repair is deleted where it came from.",
    source: "FTI 76: the partner's good copy is deleted",
    breaks: ["redundancy-restored", "durability", "decidability", "output-commit"],
    file: SCRUB,
    replacements: [
      {
        find: "  const good = isGood(step, { key, group, member }, bytes) ? bytes : undefined;\n",
        replace:
          "  const good = isGood(step, { key, group, member }, bytes) ? bytes : undefined;\n" +
          '  if (good !== undefined && asker === "repair") env.storage.remove(memberFile(key, group, member));\n',
      },
    ],
  },
  {
    id: "start-up-deletes",
    story: "On start the server removes members of a checkpoint whose manifest it cannot read.",
    source: "SeaweedFS PR 9941: start-up deleted the only copy of a shard",
    breaks: ["durability", "redundancy-restored", "decidability"],
    file: LOAD,
    replacements: [
      {
        find: "    if (held.manifest === undefined) keptPrefixes.push(`m/${keyText(held.key)}/`);\n",
        replace: "",
      },
    ],
  },
  {
    id: "start-up-keeps-newest",
    story: "On start the server keeps the newest checkpoint that it finds and removes the older ones.",
    source: "SeaweedFS PR 9941: start-up deleted the only copy of a shard",
    breaks: ["durability", "redundancy-restored", "decidability", "placement"],
    file: LOAD,
    replacements: [
      {
        find: "    for (const file of filesOf(state, held)) named.add(file);\n",
        replace:
          "    const isNewest = Object.values(state.held).every(({ key }) => compareKeys(key, held.key) <= 0);\n" +
          "    for (const file of filesOf(state, held)) if (isNewest) named.add(file);\n",
      },
      {
        find: "import { keyText, parseKeyText,",
        replace: "import { compareKeys, keyText, parseKeyText,",
      },
    ],
  },
  {
    id: "rot-not-repaired",
    story: "Rot is found and noted, and nothing is done about it.",
    source: "vacuity: redundancy comes back",
    breaks: ["redundancy-restored"],
    file: SCRUB,
    replacements: [{ find: "    queueRepair(step, place);\n", replace: "" }],
  },
  {
    id: "digest-lost-in-rewrite",
    story: "A manifest that is written again is written without its digest.",
    source: "SCR 207: checksums were lost in a rewrite and nothing noticed",
    breaks: ["redundancy-restored", "durability", "decidability"],
    file: REPAIR,
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
    file: LOAD,
    replacements: [{ find: ' || records.some(({ kind }) => kind === "rotten")', replace: "" }],
  },
];
