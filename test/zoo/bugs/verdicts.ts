/**
 * Bugs of verdicts, in each direction: restored though it must refuse, refused though it must restore, waiting for ever
 * though all answer, waiting for the wrong servers, not going on after the network healed, and too late.
 */
import type { PlantedBug } from "../planted-bug.ts";

const RESTORER = "src/core/protocol/restorer.ts";
const STATE = "src/core/protocol/restorer-state.ts";

export const VERDICT_BUGS: readonly PlantedBug[] = [
  {
    id: "undecodable-as-zeros",
    story: "A checkpoint of which groups are lost is not refused: zeros are handed over for it.",
    source: "decidability: restored though it must refuse",
    breaks: ["decidability", "integrity"],
    file: RESTORER,
    replacements: [
      {
        find: "    if (state.operator?.acceptOlder !== true) return refuse(state, env, verdict);\n",
        replace:
          "    if (state.operator?.acceptOlder !== true)\n" +
          "      return finish(state, env, fetching, new Uint8Array(fetching.manifest.imageBytes));\n",
      },
    ],
  },
  {
    id: "last-group-forgotten",
    story: "The restorer is content with all groups but the last, and leaves its bytes zero.",
    source: "decidability: restored though it must refuse",
    breaks: ["integrity", "continuation", "decidability"],
    file: "src/core/protocol/restorer-fetch.ts",
    replacements: [
      {
        find: "fetching.nextGroup < layout.groupCount)",
        replace: "fetching.nextGroup < Math.max(Math.min(1, layout.groupCount), layout.groupCount - 1))",
      },
      { find: '  assert(finished.ok, "groups that match the manifest make up its image");\n', replace: "" },
      { find: "  const finished = finishReassembly(", replace: "  finishReassembly(" },
      { find: "  const [only] = parts;\n", replace: "  const only = parts[0]?.subarray(0, imageBytes);\n" },
      {
        find: "  if (parts.length === 1 && only !== undefined) return only;\n",
        replace: "  if (parts.length === 1 && only?.length === imageBytes) return only;\n",
      },
    ],
  },
  {
    id: "awaited-called-lost",
    story: "With some members lost the restorer refuses, though a server that is away would give the rest.",
    source: "decidability: refused though it must wait",
    breaks: ["decidability", "durability"],
    file: RESTORER,
    replacements: [
      {
        find: "    if (awaitedSlots.length > 0) {\n",
        replace: "    if (awaitedSlots.length > 0 && lostSlots.length === 0) {\n",
      },
    ],
  },
  {
    id: "refused-without-groups",
    story: "A refusal names the servers that lost members, and no group.",
    source: "decidability: refused with groups and servers named",
    breaks: ["decidability"],
    file: RESTORER,
    replacements: [
      {
        find: "const groups = progress.groups.slice(0, NAMED_GROUPS_MAX);",
        replace: "const groups: number[] = [];",
      },
    ],
  },
  {
    id: "waits-for-everybody",
    story: "A restore waits until every slot has promised, however many the scheme can miss.",
    source: "decidability: waiting for ever though enough answer",
    breaks: ["decidability", "durability"],
    file: STATE,
    replacements: [
      { find: "return valid.length >= promiseCount &&", replace: "return valid.length >= answers.length &&" },
    ],
  },
  {
    id: "promises-not-counted",
    story: "A restore counts one promise too few: it waits for servers that have all answered.",
    source: "decidability: waiting for ever though all answer",
    breaks: ["decidability"],
    file: STATE,
    replacements: [
      {
        find: "return valid.length >= promiseCount &&",
        replace: "return valid.length - 1 >= answers.length &&",
      },
    ],
  },
  {
    id: "wrong-servers-named",
    story: "A restore that waits names the servers that have answered.",
    source: "decidability: waiting with the wrong servers named",
    breaks: ["decidability"],
    file: RESTORER,
    replacements: [
      {
        find: 'kind: "waiting", key: undefined, slots: missingSlots(cluster, state) });\n',
        replace:
          'kind: "waiting", key: undefined, slots: [...state.answers.keys()].filter((slot) => state.answers[slot] !== undefined) });\n',
      },
    ],
  },
  {
    id: "all-servers-named",
    story: "A restore that waits names every server, those that have answered among them.",
    source: "decidability: waiting with the wrong servers named",
    breaks: ["decidability"],
    file: RESTORER,
    replacements: [
      {
        find: 'kind: "waiting", key: undefined, slots: missingSlots(cluster, state) });\n',
        replace: 'kind: "waiting", key: undefined, slots: [...state.answers.keys()] });\n',
      },
    ],
  },
  {
    id: "asked-once",
    story: "Servers are asked for their promise once: who is back later is never asked again.",
    source: "decidability: does not go on when the network heals",
    breaks: ["decidability", "durability"],
    file: RESTORER,
    replacements: [
      {
        find: "  cluster.slotHosts.forEach((host, slot) => {\n    if (!missing",
        replace:
          "  cluster.slotHosts.forEach((host, slot) => {\n    if (state.tickCount > cluster.times.silentTicksMax) return;\n    if (!missing",
      },
    ],
  },
  {
    id: "silent-for-good",
    story: "A server that was silent in a fetch is never asked for that member again.",
    source: "decidability: does not go on when the network heals",
    breaks: ["decidability", "durability"],
    file: "src/core/protocol/restorer-fetch.ts",
    replacements: [
      {
        find: ' else if (memberState === "silent" && fetching.isBlocked) open.states[member] = "open";\n',
        replace: "\n",
      },
    ],
  },
  {
    id: "verdict-too-late",
    story: "Whom a restore waits for is told after a hundred times the patience that was set.",
    source: "decidability: the answer comes too late",
    breaks: ["decidability"],
    file: RESTORER,
    replacements: [
      {
        find: 'cause === "tick" && state.tickCount >= cluster.times.silentTicksMax;',
        replace: 'cause === "tick" && state.tickCount >= 100 * cluster.times.silentTicksMax;',
      },
    ],
  },
  {
    id: "waiting-not-told",
    story: "A restore that has to wait says nothing.",
    source: "decidability: a silent hang",
    breaks: ["decidability"],
    file: RESTORER,
    replacements: [
      {
        find: '    if (isLate) tell(state, env, { kind: "waiting", key: undefined,',
        replace: '    if (state.tickCount < 0) tell(state, env, { kind: "waiting", key: undefined,',
      },
    ],
  },
  {
    id: "refused-asks-late",
    story: "A refused restore that asks again tells of servers before it has asked them.",
    source: "decidability: waiting with the wrong servers named",
    breaks: ["decidability"],
    file: RESTORER,
    replacements: [
      {
        find: "      // At once, so that the next tick finds answers and does not tell of servers that nobody asked.\n      ask(cluster, state, env);\n",
        replace: "      state.tickCount = cluster.times.silentTicksMax;\n",
      },
    ],
  },
  {
    id: "restored-not-started",
    story: "A restore says that it is done, and the software is not started.",
    source: "decidability: restored is a word only",
    breaks: ["decidability"],
    file: "src/core/protocol/host.ts",
    replacements: [{ find: '  env.software({ kind: "start", ballot, key, segments });\n', replace: "" }],
  },
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
];
