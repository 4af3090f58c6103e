/** Bugs of what a repair leaves behind: too little, too much, or the wrong bytes; and of where members then lie. */
import type { PlantedBug } from "../planted-bug.ts";

const REPAIR = "src/core/protocol/server-repair.ts";
const SCRUB = "src/core/protocol/server-scrub.ts";

export const REBUILDING_BUGS: readonly PlantedBug[] = [
  {
    id: "zeros-rebuilt",
    story: "A repair writes zeros under the name of the member, and calls it repaired.",
    source: "MinIO PR 13945: healing wrote wrong bytes",
    breaks: ["redundancy-restored", "durability", "decidability"],
    file: REPAIR,
    replacements: [
      {
        find: "  env.storage.write(memberFile(key, group, member), rebuilt.bytes, tokenFor",
        replace:
          "  env.storage.write(memberFile(key, group, member), new Uint8Array(rebuilt.bytes.length), tokenFor",
      },
    ],
  },
  {
    id: "first-group-rebuilt",
    story: "A blank server rebuilds the first of its members, and calls itself complete.",
    source: "protocol: R9",
    breaks: ["redundancy-restored", "durability", "decidability"],
    file: REPAIR,
    replacements: [
      {
        find: "  for (const { group, member } of own) queueRepair(step, { key, group, member });\n",
        replace:
          "  for (const { group, member } of own.slice(0, 1)) queueRepair(step, { key, group, member });\n",
      },
    ],
  },
  {
    id: "peers-members-kept",
    story: "A repair keeps what it fetched from its peers: two members of a group lie on one server.",
    source: "placement: broken only after a repair",
    breaks: ["placement"],
    file: REPAIR,
    replacements: [
      {
        find: "  if (isGood) active.members[message.member] = message.bytes;\n",
        replace:
          "  if (isGood && message.bytes !== undefined)\n" +
          '    env.storage.write(memberFile(message.key, message.group, message.member), message.bytes, tokenFor(step, { kind: "ignore" }));\n' +
          "  if (isGood) active.members[message.member] = message.bytes;\n",
      },
    ],
  },
  {
    id: "rebuilt-under-peers-name",
    story: "A rebuilt member is filed under the name of another member of its group.",
    source: "placement: broken only after a repair",
    breaks: ["placement", "redundancy-restored"],
    file: REPAIR,
    replacements: [
      {
        find: "  env.storage.write(memberFile(key, group, member), rebuilt.bytes, tokenFor",
        replace: "  env.storage.write(memberFile(key, group, member === 0 ? 1 : 0), rebuilt.bytes, tokenFor",
      },
    ],
  },
  {
    id: "redundancy-not-scrubbed",
    story: "Scrubbing reads data members only: rot in the redundancy stays.",
    source: "vacuity: redundancy comes back",
    breaks: ["redundancy-restored"],
    file: SCRUB,
    replacements: [
      {
        find: "    for (const { group, member } of ownMembers(state, manifest))\n      state.scrubPlaces.push({ key, group, member });\n",
        replace:
          "    for (const { group, member } of ownMembers(state, manifest))\n      if (member === 0) state.scrubPlaces.push({ key, group, member });\n",
      },
    ],
  },
  {
    id: "rotten-manifest-left",
    story: "A manifest that is found rotten is noted as repaired, and not written again.",
    source: "vacuity: redundancy comes back",
    breaks: ["redundancy-restored", "decidability", "durability"],
    file: SCRUB,
    replacements: [
      {
        find: '  env.storage.write(manifestFile(key), held.manifestBytes, tokenFor(step, { kind: "ignore" }));\n  flushThen',
        replace: "  flushThen",
      },
    ],
  },
  {
    id: "repair-not-flushed",
    story: "A repaired member is told of before it is flushed, and is never flushed.",
    source: "protocol: the order of flushes",
    breaks: ["redundancy-restored", "durability"],
    file: REPAIR,
    replacements: [
      {
        find: '    flushThen(step, [{ do: "repaired", key, group, member }]);\n    return endTask(step);\n',
        replace:
          '    env.note({ kind: "repaired", slot: state.slot, key, group, member });\n    return endTask(step);\n',
      },
      {
        find: "function taskDone(step: ServerStep, active: ActiveRepair): void {\n  const { state, env } = step;",
        replace:
          "function taskDone(step: ServerStep, active: ActiveRepair): void {\n  const { state, env } = step;",
      },
    ],
  },
  {
    id: "zeros-of-short-group-stored",
    story: "The implicit zeros of a short last group are stored like real members.",
    source: "placement: a short last group stores only its real subsegments",
    breaks: ["placement", "accounting"],
    file: "src/core/protocol/former.ts",
    replacements: [
      {
        find: "    if (memberBytes === undefined) return;\n",
        replace:
          "    if (memberBytes === undefined) {\n" +
          "      const zeros = new Uint8Array(layout.subsegmentBytes);\n" +
          "      const digestOfZeros = cluster.digests.member(zeros);\n" +
          "      const at = positionOfMember(layout, group, member);\n" +
          "      pieces.push({ member, position: at, digest: digestOfZeros, bytes: zeros, received: false });\n" +
          "      return;\n    }\n",
      },
    ],
  },
  {
    id: "rotated-every-second-group",
    story: "The rotation moves on with every second group only.",
    source: "placement: group g starts at server g mod D",
    breaks: ["placement", "redundancy-restored", "durability", "accounting"],
    file: "src/core/redundancy/layout.ts",
    replacements: [
      {
        find: "  return group % layout.width;\n",
        replace: "  return Math.floor(group / 2) % layout.width;\n",
      },
    ],
  },
  {
    id: "stalled-for-good",
    story: "A repair that found too few peers is never tried again.",
    source: "er (LLNL): an interrupted rebuild strands recoverable data",
    breaks: ["redundancy-restored", "decidability"],
    file: "src/core/protocol/server-repair.ts",
    replacements: [{ find: "  state.repairs.push(...state.stalledRepairs);\n", replace: "" }],
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
];
