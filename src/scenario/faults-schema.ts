/**
 * The faults of a scenario in their YAML form.
 *
 * Targets stay the words that people wrote; check.ts knows which servers exist.
 */
import { z } from "zod";
import { count, duration, moment } from "./fields.ts";
import type { ScenarioFault } from "./scenario.ts";

/** Parts per million: the whole. */
const PPM_MAX = 1_000_000;

/** More flipped bits at once than this show nothing new and cost time. */
const BIT_COUNT_MAX = 65_536;

/** mirror:255 survives this many. */
const TOLERANCE_MAX = 254;

const at = moment(
  "When: a moment such as 300ms, or a range such as 100ms..900ms from which the seed draws one.",
);
const toleranceMin = count(
  "Only for schemes that survive at least this many lost servers; others run without this fault.",
  0,
  TOLERANCE_MAX,
).prefault(0);
const target = z.string().meta({
  description: 'A server\'s name, "production", "former", or "any-backup" (the seed draws one).',
});
const targets = z.array(target).min(1);

const crash = z
  .strictObject({
    at,
    toleranceMin,
    kind: z.literal("crash"),
    target,
    disk: z.enum(["kept", "lost"]).prefault("kept"),
    restartAfter: duration({
      description: "Back up this long after the crash; left out: stays down.",
    }).optional(),
  })
  .transform((fault) => ({
    at: fault.at,
    toleranceMin: fault.toleranceMin,
    kind: fault.kind,
    target: fault.target,
    disk: fault.disk,
    restartAfterNs: fault.restartAfter,
  }));

const permanentLoss = z.strictObject({ at, toleranceMin, kind: z.literal("permanent-loss"), target });

const partition = z
  .strictObject({
    at,
    toleranceMin,
    kind: z.literal("partition"),
    from: targets.meta({ description: 'Server names; "all-backups" stands for every backup server.' }),
    to: targets,
    symmetric: z
      .boolean()
      .prefault(true)
      .meta({ description: "false: only messages from `from` to `to` are lost." }),
    healAfter: duration({ description: "Heals this long after it began; left out: never." }).optional(),
  })
  .transform((fault) => ({
    at: fault.at,
    toleranceMin: fault.toleranceMin,
    kind: fault.kind,
    from: fault.from,
    to: fault.to,
    symmetric: fault.symmetric,
    healAfterNs: fault.healAfter,
  }));

const loss = z
  .strictObject({
    at,
    toleranceMin,
    kind: z.literal("loss"),
    ratePpm: count("Share of lost messages, parts per million.", 1, PPM_MAX),
    lasts: duration({ description: "How long it lasts.", min: 1 }),
  })
  .transform((fault) => ({
    at: fault.at,
    toleranceMin: fault.toleranceMin,
    kind: fault.kind,
    ratePpm: fault.ratePpm,
    lastsNs: fault.lasts,
  }));

const bitRot = z
  .strictObject({
    at,
    toleranceMin,
    kind: z.literal("bit-rot"),
    target,
    files: z.enum(["members", "manifests", "control", "any"]).prefault("members"),
    bits: count("How many bits are flipped.", 1, BIT_COUNT_MAX).prefault(1),
  })
  .transform((fault) => ({
    at: fault.at,
    toleranceMin: fault.toleranceMin,
    kind: fault.kind,
    target: fault.target,
    files: fault.files,
    bitCount: fault.bits,
  }));

const operatorRestore = z
  .strictObject({
    at,
    toleranceMin,
    kind: z.literal("operator-restore"),
    target: target.meta({ description: "The backup server on which the operator starts the restore." }),
    lost: z
      .array(target)
      .prefault([])
      .meta({ description: "Backup servers that the operator declares lost." }),
    acceptOlder: z.boolean().prefault(false),
  })
  .transform((fault) => ({
    at: fault.at,
    toleranceMin: fault.toleranceMin,
    kind: fault.kind,
    target: fault.target,
    lost: fault.lost,
    acceptOlder: fault.acceptOlder,
  }));

export const FAULT_SCHEMA: z.ZodType<ScenarioFault> = z.discriminatedUnion("kind", [
  crash,
  permanentLoss,
  partition,
  loss,
  bitRot,
  operatorRestore,
]);
