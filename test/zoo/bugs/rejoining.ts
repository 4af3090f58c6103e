/** Bugs of servers that come in again without their disk. */
import type { PlantedBug } from "../planted-bug.ts";

const REJOIN = "src/core/protocol/server-rejoin.ts";

export const REJOINING_BUGS: readonly PlantedBug[] = [
  {
    id: "blank-acts-at-once",
    story: "A server that lost its disk takes part at once, as if it held all that it should.",
    source: "protocol: blank server acts at once",
    breaks: ["durability", "decidability", "fencing", "redundancy-restored"],
    file: REJOIN,
    replacements: [
      {
        find: '  state.phase = "greeting";\n',
        replace: '  state.phase = "working";\n  control.joined = true;\n  control.complete = true;\n',
      },
    ],
  },
  {
    id: "incomplete-counts",
    story: "A server that still rebuilds calls itself complete in its promise.",
    source: "protocol: incomplete server counted in the survey",
    breaks: ["durability", "decidability"],
    file: "src/core/protocol/server-promise.ts",
    replacements: [
      {
        find: "    lives: control.lives,\n    complete: control.complete,\n",
        replace: "    lives: control.lives,\n    complete: true,\n",
      },
    ],
  },
  {
    id: "one-welcome-less",
    story: "A blank server joins after one welcome less than it needs.",
    source: "protocol: quorum arithmetic (welcomes meet every promise quorum)",
    breaks: ["fencing", "durability", "decidability", "redundancy-restored"],
    file: "src/core/protocol/cluster.ts",
    replacements: [
      {
        find: "    welcomeCount: completeCount,\n",
        replace: "    welcomeCount: Math.max(1, completeCount - 1),\n",
      },
    ],
  },
  {
    id: "nothing-rebuilt",
    story: "A blank server calls itself complete with nothing rebuilt.",
    source: "protocol: R9",
    breaks: ["redundancy-restored", "durability", "decidability"],
    file: REJOIN,
    replacements: [
      {
        find: "      if (placed === undefined || compareLives(placed.life, control.life) === 0) continue;\n",
        replace: "      if (placed !== undefined || manifest.placement.length > 0) continue;\n",
      },
    ],
  },
  {
    id: "no-replacement-server",
    story: "Only the first disk of a slot is welcome: a replacement server is never taken in.",
    source: "VeloC 26: XOR did not restart on a replacement server",
    breaks: ["redundancy-restored", "decidability"],
    file: REJOIN,
    replacements: [
      {
        find: "  if (!isKnown && !endsLife(message.life, known))\n",
        replace: "  if (message.life.number > 1)\n",
      },
    ],
  },
  {
    id: "ended-life-stored-for",
    story: "A server stores a checkpoint whose placement names a disk that is gone since.",
    source: "protocol: R5 (knows no newer life of any slot named)",
    breaks: ["durability", "redundancy-restored", "decidability", "output-commit", "fencing"],
    file: "src/core/protocol/server-store.ts",
    replacements: [
      {
        find: "    return placed.slot === state.slot\n",
        replace: "    return placed.slot >= 0\n      ? true\n      : placed.slot === state.slot\n",
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
    id: "damaged-welcome-counts",
    story: "A welcome whose manifests were damaged on the way counts; what they name is not rebuilt.",
    source: "this project: a mutant of the adoption that no test noticed",
    breaks: ["redundancy-restored", "durability", "decidability"],
    file: REJOIN,
    replacements: [
      {
        find: "  if (!message.manifests.every((bytes) => decodeManifest(bytes, cluster.digests).ok)) return;\n",
        replace: "",
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
