/** Bugs of what an operator does, of a former that is lost, of fresh checkpoints, and of timers (R12, R13, R14). */
import type { PlantedBug } from "../planted-bug.ts";

const RESTORER = "src/core/protocol/restorer.ts";
const ATTEMPT = "src/core/protocol/production-attempt.ts";
const PROMISE = "src/core/protocol/server-promise.ts";

export const OPERATING_BUGS: readonly PlantedBug[] = [
  {
    id: "operator-content-with-few",
    story: "An operator's restore goes on when one server has answered, whatever the others hold.",
    source: "protocol: R14 (every slot has answered or was declared lost)",
    breaks: ["durability", "decidability", "fencing", "output-commit"],
    file: "src/core/protocol/restorer-state.ts",
    replacements: [
      {
        find: "  return answers.every((answer, slot) => answer !== undefined || isDeclaredLost(state, slot));\n",
        replace:
          "  return answers.some((answer, slot) => answer !== undefined || isDeclaredLost(state, slot));\n",
      },
    ],
  },
  {
    id: "operator-in-the-same-epoch",
    story: "An operator's restore opens no epoch of its own: its ballot is below those that are promised.",
    source: "protocol: R14 (a new epoch)",
    breaks: ["decidability", "bounded", "fencing", "durability"],
    file: RESTORER,
    replacements: [
      {
        find: "    epoch: operator === undefined ? above.epoch : above.epoch + 1,\n",
        replace: "    epoch: above.epoch,\n",
      },
    ],
  },
  {
    id: "declared-lost-not-flagged",
    story: "A restore for which servers were declared lost does not say so.",
    source: "protocol: R14 (the result is flagged)",
    breaks: ["decidability", "durability"],
    file: RESTORER,
    replacements: [
      {
        find: '  if ((state.operator?.lostSlots.length ?? 0) > 0) flags.push("declared-lost");\n',
        replace: "",
      },
    ],
  },
  {
    id: "older-not-flagged",
    story: "A restore that passed over a newer checkpoint by the operator's word does not say so.",
    source: "protocol: R14 (the result is flagged)",
    breaks: ["decidability", "durability"],
    file: RESTORER,
    replacements: [
      { find: '  if (state.passedOver.length > 0) flags.push("accepted-older");\n', replace: "" },
    ],
  },
  {
    id: "former-restart-unnoticed",
    story: "A former that was started again goes on with an attempt of which it forgot what it had taken in.",
    source: "protocol: R12 (a lost former fails the checkpoint)",
    breaks: ["decidability", "redundancy-restored", "bounded"],
    file: ATTEMPT,
    replacements: [
      {
        find: "  if (checkpoint.formerBoot !== message.boot) return loseFormer(state, env, checkpoint);\n",
        replace: "  checkpoint.formerBoot = message.boot;\n",
      },
    ],
  },
  {
    id: "watch-runs-on",
    story: "A heartbeat does not set the watch anew: servers take over from software that is well.",
    source: "timers: the watch measures silence, not time",
    breaks: ["redundancy-restored", "bounded", "accounting", "fencing"],
    file: PROMISE,
    replacements: [
      {
        find: "  if (message.hears && compareBallots(message.ballot, control.promised) >= 0) restartWatch(step);\n",
        replace: "",
      },
    ],
  },
  {
    id: "fifth-server-forgets",
    story: "Of all servers from the fifth on, one that starts again removes the members that its disk kept.",
    source: "vacuity: wide placements, some disks lost and some kept",
    breaks: ["durability", "redundancy-restored", "decidability", "output-commit"],
    file: "src/core/protocol/server-load.ts",
    replacements: [
      {
        find: "    for (const file of filesOf(state, held)) named.add(file);\n",
        replace: "    if (state.slot < 4) for (const file of filesOf(state, held)) named.add(file);\n",
      },
    ],
  },
  {
    id: "sequence-used-again",
    story:
      "The sequence of a checkpoint that failed is given to the next one, though the software's state is another.",
    source: "integrity: one name, two states",
    breaks: ["integrity", "durability", "placement"],
    file: ATTEMPT,
    replacements: [
      {
        find: '  env.note({ kind: "checkpoint-failed", ballot, sequence, reason });\n',
        replace:
          '  state.sequence -= 1;\n  env.note({ kind: "checkpoint-failed", ballot, sequence, reason });\n',
      },
    ],
  },
  {
    id: "nothing-there-nothing-said",
    story: "A restore that finds no checkpoint anywhere ends without a verdict.",
    source: "vacuity: a loss before the first flush of any checkpoint",
    breaks: ["decidability"],
    file: "src/core/protocol/restorer.ts",
    replacements: [
      {
        find: "      refuse(state, env, state.passedOver[0]?.verdict ?? none);\n",
        replace:
          "      if (state.passedOver[0] !== undefined) refuse(state, env, state.passedOver[0].verdict ?? none);\n",
      },
    ],
  },
];
