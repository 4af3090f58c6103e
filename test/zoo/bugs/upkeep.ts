/**
 * Bugs that leave something behind or do more than is needed: checkpoints that are never dropped, or dropped too early,
 * software that goes on, messages and reads that nobody asked for, reports that are wrong.
 */
import type { PlantedBug } from "../planted-bug.ts";

const ATTEMPT = "src/core/protocol/production-attempt.ts";
const PRODUCTION = "src/core/protocol/production.ts";
const STORE = "src/core/protocol/server-store.ts";
const FORMER = "src/core/protocol/former.ts";
const FETCH = "src/core/protocol/restorer-fetch.ts";
const RESTORER = "src/core/protocol/restorer.ts";

export const UPKEEP_BUGS: readonly PlantedBug[] = [
  {
    id: "retired-too-early",
    story: "All but the newest checkpoint are retired, however many are to be kept.",
    source: "vacuity: retention",
    breaks: ["durability", "redundancy-restored"],
    file: ATTEMPT,
    replacements: [
      {
        find: "  const floor = state.durable[0];\n",
        replace: "  const floor = state.durable[state.durable.length - 1];\n",
      },
    ],
  },
  {
    id: "never-retired",
    story: "Nobody is told to retire: old checkpoints stay on the disks for ever.",
    source: "vacuity: disks fill up",
    breaks: ["bounded"],
    file: ATTEMPT,
    replacements: [
      {
        find: '  env.send(host, { to: "server", type: "retire", ballot: state.ballot, key, floor });\n',
        replace: "",
      },
    ],
  },
  {
    id: "abandoned-left-behind",
    story: "The files of an attempt that was abandoned stay on the disk.",
    source: "vacuity: disks fill up",
    breaks: ["bounded"],
    file: STORE,
    replacements: [
      {
        find: "    env.storage.remove(memberFile(incoming.key, Number(group), Number(member)));\n",
        replace: "    memberFile(incoming.key, Number(group), Number(member));\n",
      },
    ],
  },
  {
    id: "retired-files-kept",
    story: "Retired checkpoints leave the record, and their files stay.",
    source: "vacuity: disks fill up",
    breaks: ["bounded"],
    file: "src/core/protocol/server.ts",
    replacements: [{ find: "      for (const file of next.files) env.storage.remove(file);\n", replace: "" }],
  },
  {
    id: "fenced-goes-on",
    story: "An incarnation that learns of a newer one goes on as if it had not heard.",
    source: "fencing: the older one finds itself fenced and stops",
    breaks: ["fencing"],
    file: ATTEMPT,
    replacements: [
      {
        find: '  assert(ballot !== undefined, "only a running incarnation is fenced");\n',
        replace:
          '  assert(ballot !== undefined, "only a running incarnation is fenced");\n  if (by.number > 0) return;\n',
      },
    ],
  },
  {
    id: "fenced-in-words-only",
    story: "An incarnation that is fenced says so, and its software runs on.",
    source: "fencing: the older one finds itself fenced and stops",
    breaks: ["fencing"],
    file: ATTEMPT,
    replacements: [{ find: '  env.software({ kind: "fenced" });\n', replace: "" }],
  },
  {
    id: "promise-not-kept",
    story: "A server that starts again has forgotten what it promised.",
    source: "fencing: a promise is durable",
    breaks: ["fencing", "durability"],
    file: "src/core/protocol/server-load.ts",
    replacements: [
      {
        find: "  state.control = newest.control;\n",
        replace:
          "  state.control = { ...newest.control, promised: { epoch: 0, number: 0, restorer: 0, nonce: 0 } };\n",
      },
    ],
  },
  {
    id: "released-one-ahead",
    story: "A durable checkpoint releases the outputs of the next one as well.",
    source: "output commit",
    breaks: ["output-commit"],
    file: FORMER,
    replacements: [
      {
        find: "  state.done = undefined;\n  env.setTimer",
        replace:
          "  state.done = undefined;\n" +
          '  env.send(from, { to: "production", type: "form-done", key: attempt.key, outcome: { kind: "durable" } });\n' +
          "  env.setTimer",
      },
    ],
  },
  {
    id: "silent-counts-as-stored",
    story: "A server that stays silent until the former gives up counts as if it had stored.",
    source: "output commit",
    breaks: ["output-commit", "durability"],
    file: FORMER,
    replacements: [
      {
        find: '  if (silentSlots.length > 0) return finish(state, env, attempt, { kind: "silent", slots: silentSlots });\n',
        replace:
          '  if (silentSlots.length > 0) return finish(state, env, attempt, attempt.positions.some((each) => each.stored) ? { kind: "durable" } : { kind: "silent", slots: silentSlots });\n',
      },
    ],
  },
  {
    id: "stored-without-members",
    story: "A server acknowledges a checkpoint as soon as it has the manifest, whatever members are missing.",
    source: "output commit: durable is a fact about the disks",
    breaks: ["durability", "output-commit", "redundancy-restored", "decidability"],
    file: STORE,
    replacements: [
      { find: "  if (!hasAll) return; //", replace: "  if (!hasAll && own.length < 0) return; //" },
    ],
  },
  {
    id: "degraded-not-told",
    story: "Nobody is told that servers are away.",
    source: "vacuity: degraded is reported",
    breaks: ["redundancy-restored"],
    file: PRODUCTION,
    replacements: [{ find: '  env.note({ kind: "degraded", ballot, slots });\n', replace: "" }],
  },
  {
    id: "degraded-names-the-wrong",
    story: "The report of servers that are away names those that are not.",
    source: "vacuity: degraded is reported",
    breaks: ["redundancy-restored"],
    file: PRODUCTION,
    replacements: [
      {
        find: '  env.note({ kind: "degraded", ballot, slots });\n',
        replace:
          '  env.note({ kind: "degraded", ballot, slots: slots.length === 0 ? [] : [...state.slots.keys()].filter((slot) => !slots.includes(slot)) });\n',
      },
    ],
  },
  {
    id: "degraded-not-withdrawn",
    story: "The report of servers that are away stands after they came back.",
    source: "vacuity: degraded is reported",
    breaks: ["redundancy-restored"],
    file: PRODUCTION,
    replacements: [
      {
        find: '  env.note({ kind: "degraded", ballot, slots });\n',
        replace: '  if (slots.length > 0) env.note({ kind: "degraded", ballot, slots });\n',
      },
    ],
  },
  {
    id: "every-member-fetched",
    story: "A restore reads every member that there is, and not the fewest.",
    source: "vacuity: a restore reads no more than it needs",
    breaks: ["accounting"],
    file: FETCH,
    replacements: [
      {
        find: '  for (const member of needed) {\n    if (open.states[member] !== "open") continue;\n',
        replace:
          '  for (const member of open.states.keys()) {\n    if (open.states[member] !== "open" || available[member] !== true) continue;\n',
      },
    ],
  },
  {
    id: "manifest-to-all-twice",
    story: "The manifest is sent twice to every server.",
    source: "vacuity: what a checkpoint costs",
    breaks: ["accounting"],
    file: FORMER,
    replacements: [
      {
        find: "  attempt.placement.forEach((placed) => sendStore(cluster, env, attempt, placed));\n",
        replace:
          "  attempt.placement.forEach((placed) => sendStore(cluster, env, attempt, placed));\n  attempt.placement.forEach((placed) => sendStore(cluster, env, attempt, placed));\n",
      },
    ],
  },
  {
    id: "member-written-twice",
    story: "A server writes every member twice.",
    source: "vacuity: byte-exact accounting",
    breaks: ["accounting"],
    file: STORE,
    replacements: [
      {
        find: "  env.storage.write(memberFile(key, group, member), message.bytes, token);\n",
        replace:
          "  env.storage.write(memberFile(key, group, member), message.bytes, token);\n" +
          '  env.storage.write(memberFile(key, group, member), message.bytes, tokenFor(step, { kind: "ignore" }));\n',
      },
    ],
  },
  {
    id: "image-sent-twice",
    story: "The image goes to a former elsewhere twice.",
    source: "vacuity: byte-exact accounting",
    breaks: ["accounting"],
    file: ATTEMPT,
    replacements: [
      {
        find: "  for (; checkpoint.groupSent < checkpoint.groupLimit; checkpoint.groupSent += 1) {\n",
        replace:
          "  if (checkpoint.groupSent === 1) checkpoint.groupSent = 0;\n" +
          "  for (; checkpoint.groupSent < checkpoint.groupLimit; checkpoint.groupSent += 1) {\n",
      },
    ],
  },
  {
    id: "questions-pile-up",
    story: "A restore that waits asks one time oftener at every tick.",
    source: "vacuity: messages grow slowly",
    breaks: ["bounded", "decidability"],
    file: RESTORER,
    replacements: [
      {
        find: '    env.send(host, { to: "server", type: "ask", ballot: state.ballot, operator });\n',
        replace:
          "    for (let again = 0; again <= state.tickCount; again += 1)\n" +
          '      env.send(host, { to: "server", type: "ask", ballot: state.ballot, operator });\n',
      },
    ],
  },
  {
    id: "beats-pile-up",
    story: "With every checkpoint the heartbeats come one time oftener.",
    source: "vacuity: messages grow slowly",
    breaks: ["bounded"],
    file: PRODUCTION,
    replacements: [
      {
        find: '    env.send(host, { to: "server", type: "beat", ballot, restoring: false, hears });\n',
        replace:
          "    for (let again = 0; again <= state.sequence; again += 1)\n" +
          '      env.send(host, { to: "server", type: "beat", ballot, restoring: false, hears });\n',
      },
    ],
  },
  {
    id: "retire-said-for-ever",
    story: "Every heartbeat tells every server to retire again what it has retired long ago.",
    source: "vacuity: messages grow slowly",
    breaks: ["bounded"],
    file: PRODUCTION,
    replacements: [
      {
        find: "    if (isBehind && isBelievedAlive(view) && view.missedBeats <= 1) sendRetire(cluster, state, env, slot);\n",
        replace:
          "    if (floor !== undefined) for (let again = 0; again < 50; again += 1) sendRetire(cluster, state, env, slot);\n",
      },
      {
        find: "    const isBehind = floor !== undefined && (view.floor === undefined || compareKeys(view.floor, floor) < 0);\n",
        replace: "",
      },
    ],
  },
];
