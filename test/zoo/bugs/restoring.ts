/** Bugs of the restorer: which checkpoint, from whom, and what follows. */
import type { PlantedBug } from "../planted-bug.ts";

const RESTORER = "src/core/protocol/restorer.ts";
const CANDIDATES = "src/core/protocol/restorer-candidates.ts";
const FETCH = "src/core/protocol/restorer-fetch.ts";

export const RESTORING_BUGS: readonly PlantedBug[] = [
  {
    id: "newest-by-sequence",
    story: "The newest checkpoint is chosen by its sequence alone, whatever the incarnation.",
    source: "protocol: newest chosen by sequence alone",
    breaks: ["durability", "output-commit", "fencing"],
    file: CANDIDATES,
    replacements: [
      {
        find: "compareKeys(candidate.key, newest.key) <= 0",
        replace: "candidate.key.sequence <= newest.key.sequence",
      },
    ],
  },
  {
    id: "older-when-fetch-fails",
    story: "When members are out of reach, the restorer takes an older checkpoint.",
    source: "protocol: a fetch fails, so an older checkpoint is used",
    breaks: ["durability", "output-commit", "decidability", "fencing"],
    file: RESTORER,
    replacements: [
      {
        find: '      if (isLate) tell(state, env, { kind: "waiting", key, slots: awaitedSlots });\n      return;\n',
        replace:
          '      state.passedOver.push({ text: keyText(key), verdict: { kind: "waiting", key, slots: awaitedSlots } });\n' +
          "      state.fetching = undefined;\n      continue;\n",
      },
      {
        find: "if (state.passedOver.length > 0) flags",
        replace: "if (state.operator !== undefined && state.passedOver.length > 0) flags",
      },
    ],
  },
  {
    id: "restored-counts-as-durable",
    story: "The checkpoint that was restored counts as durable, and older ones are retired for it.",
    source: "protocol: restored checkpoint treated as durable",
    breaks: ["durability", "decidability", "redundancy-restored", "output-commit"],
    file: "src/core/protocol/host.ts",
    replacements: [
      {
        find: "  startProduction(cluster, state.production, env, { ballot, sequence: key.sequence, lives, joinedSlots });\n",
        replace:
          "  startProduction(cluster, state.production, env, { ballot, sequence: key.sequence, lives, joinedSlots });\n  state.production.durable.push(key);\n",
      },
    ],
  },
  {
    id: "first-answer-decides",
    story: "Only the first survey that comes in is looked at.",
    source: "er (LLNL): state is taken from the lowest rank, so that versions can be mixed",
    breaks: ["durability", "decidability", "output-commit"],
    file: RESTORER,
    replacements: [
      {
        find: "  for (const manifest of understood.manifests) state.manifests[keyText(manifest.key)] = manifest;\n",
        replace:
          "  const isFirst = state.answers.filter((answer) => answer !== undefined).length === 1;\n" +
          "  for (const manifest of understood.manifests) if (isFirst) state.manifests[keyText(manifest.key)] = manifest;\n",
      },
    ],
  },
  {
    id: "no-fallback",
    story: "A member that cannot be had is asked for again and again: no other member takes its place.",
    source: "Megatron-LM 5281: no validation, no fallback, endless restart loop",
    breaks: ["decidability", "durability"],
    file: FETCH,
    replacements: [
      {
        find: '    open.states[message.member] = message.bytes === undefined ? "gone" : "open";\n',
        replace: '    open.states[message.member] = "open";\n',
      },
      {
        find:
          '        open.states[member] = isTooLong ? "silent" : "open";\n' +
          "        if (isTooLong) silent.add(slotOf(fetching, open.group, member));\n",
        replace: '        open.states[member] = "open";\n',
      },
    ],
  },
  {
    id: "same-checkpoint-again",
    story: "A server that restored once restores the same checkpoint again, whatever came since.",
    source: "SCR 174: restarts again and again from the same checkpoint",
    breaks: ["durability", "output-commit", "fencing"],
    file: RESTORER,
    replacements: [
      {
        find: "    if (candidate.manifest !== undefined) return createFetching(candidate.manifest);\n",
        replace:
          "    const { used } = state as { used?: string };\n" +
          '    const again = state.manifests[used ?? ""];\n' +
          "    if (again !== undefined) return createFetching(again);\n" +
          "    if (candidate.manifest !== undefined) return createFetching(candidate.manifest);\n",
      },
      {
        find: "  stop(state, env);\n  state.manifests = {};\n",
        replace:
          "  stop(state, env);\n  state.manifests = {};\n" +
          "  (state as { used?: string }).used = keyText(manifest.key);\n",
      },
    ],
  },
  {
    id: "slots-numbered-anew",
    story: "After a restore on fewer servers the slots are numbered anew.",
    source: "Charm++ 983: restart on fewer processors crashes",
    breaks: ["redundancy-restored", "decidability", "bounded", "durability", "fencing", "placement"],
    file: "src/core/protocol/production.ts",
    replacements: [
      {
        find: "  state.slots = start.lives.map((life, slot) => ({\n",
        replace:
          "  state.slots = start.lives.filter((_, slot) => start.joinedSlots.includes(slot)).map((life, slot) => ({\n",
      },
    ],
  },
  {
    id: "members-denied",
    story: "A server tells restorers that it has no member, though its disk holds it.",
    source: "vacuity: a false refusal",
    breaks: ["decidability", "durability"],
    file: "src/core/protocol/server-scrub.ts",
    replacements: [
      {
        find: "  const good = isGood(step, { key, group, member }, bytes) ? bytes : undefined;\n",
        replace:
          '  const good = isGood(step, { key, group, member }, bytes) && asker === "repair" ? bytes : undefined;\n',
      },
    ],
  },
  {
    id: "nobody-restores",
    story: "A server that misses the heartbeats does nothing.",
    source: "vacuity: a silent hang",
    breaks: ["decidability", "durability"],
    file: "src/core/protocol/server-promise.ts",
    replacements: [
      {
        find: '  env.send(env.self, { to: "restorer", type: "restore", above: promised, lives, operator: undefined });\n',
        replace: "",
      },
    ],
  },
  {
    id: "damaged-manifest-forgotten",
    story: "A checkpoint whose manifest nobody can read at present is no candidate.",
    source: "protocol: R11 (held, and the manifest cannot be read)",
    breaks: ["durability", "decidability"],
    file: CANDIDATES,
    replacements: [
      {
        find: "answers.flatMap((answer) => answer?.damaged ?? [])",
        replace: "answers.flatMap((): CheckpointKey[] => [])",
      },
    ],
  },
  {
    id: "everybody-named-as-awaited",
    story: "A restore that waits names every server, those too that told it all.",
    source: "protocol: three verdicts (waiting names who is awaited)",
    breaks: ["decidability"],
    file: RESTORER,
    replacements: [
      {
        find: '    if (isLate) tell(state, env, { kind: "waiting", key: undefined, slots: missingSlots(cluster, state) });\n',
        replace:
          '    if (isLate) tell(state, env, { kind: "waiting", key: undefined, slots: [...cluster.slotHosts.keys()] });\n',
      },
    ],
  },
];
