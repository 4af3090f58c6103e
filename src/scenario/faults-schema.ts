/**
 * The faults of a scenario in their YAML form.
 *
 * Targets stay the words that people wrote; check.ts knows which servers exist.
 */
import { z } from "zod";
import type { ScenarioErrorCode } from "./error.ts";
import { count, duration, moment } from "./fields.ts";
import type { MomentRange, ScenarioFault, ScenarioFaultMoment } from "./scenario.ts";

/** Parts per million: the whole. */
const PPM_MAX = 1_000_000;

/** More flipped bits at once than this show nothing new and cost time. */
const BIT_COUNT_MAX = 65_536;

/** mirror:255 survives this many. */
const TOLERANCE_MAX = 254;

/** Runs end undecided long before. */
const EVENT_COUNT_MAX = 1_000_000_000;

/** No single write is longer. */
const WRITE_BYTES_MAX = 1_073_741_824;

const at = moment(
  "When: a moment such as 300ms, or a range such as 100ms..900ms from which the seed draws one.",
).optional();
const atEvent = count(
  "Instead of `at`: right after this many events of the run. Counterexamples use it; 0 is before the first event.",
  0,
  EVENT_COUNT_MAX,
).optional();
const toleranceMin = count(
  "Only for schemes that survive at least this many lost servers; others run without this fault.",
  0,
  TOLERANCE_MAX,
).prefault(0);
const target = z.string().meta({
  description: 'A server\'s name, "production", "former", or "any-backup" (the seed draws one).',
});
const targets = z.array(target).min(1);

interface WrittenMoment {
  readonly at?: MomentRange | undefined;
  readonly atEvent?: number | undefined;
  readonly toleranceMin: number;
}

/** A fault strikes at a moment or after a count of events: one of them, and not both. */
function commonOf(
  fault: WrittenMoment,
  context: z.RefinementCtx,
): ScenarioFaultMoment & { readonly toleranceMin: number } {
  const { toleranceMin: tolerance } = fault;
  if (fault.at !== undefined && fault.atEvent === undefined) return { at: fault.at, toleranceMin: tolerance };
  if (fault.at === undefined && fault.atEvent !== undefined)
    return { atEvent: fault.atEvent, toleranceMin: tolerance };
  const code: ScenarioErrorCode = "contradiction";
  const message = "cannot be given together with atEvent";
  context.issues.push({ code: "custom", input: fault, path: ["at"], message, params: { code } });
  return z.NEVER;
}

const keeps = z
  .strictObject({
    completed: z.enum(["all", "none"]).prefault("none").meta({
      description: "Whether writes and removals stay that had completed and were not flushed.",
    }),
    inFlightBytes: count(
      "So many bytes of the write under way are on the disk; left out: the file is as it was before.",
      0,
      WRITE_BYTES_MAX,
    ).optional(),
  })
  .meta({ description: "Only with `disk: kept`: what is left, instead of a random choice." });

const crash = z
  .strictObject({
    at,
    atEvent,
    toleranceMin,
    kind: z.literal("crash"),
    target,
    disk: z.enum(["kept", "lost"]).prefault("kept"),
    restartAfter: duration({
      description: "Back up this long after the crash; left out: stays down.",
    }).optional(),
    keeps: keeps.optional(),
  })
  .transform((fault, context) => ({
    ...commonOf(fault, context),
    kind: fault.kind,
    target: fault.target,
    disk: fault.disk,
    restartAfterNs: fault.restartAfter,
    ...(fault.keeps === undefined ? {} : { keeps: fault.keeps }),
  }));

const permanentLoss = z
  .strictObject({ at, atEvent, toleranceMin, kind: z.literal("permanent-loss"), target })
  .transform((fault, context) => ({
    ...commonOf(fault, context),
    kind: fault.kind,
    target: fault.target,
  }));

const partition = z
  .strictObject({
    at,
    atEvent,
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
  .transform((fault, context) => ({
    ...commonOf(fault, context),
    kind: fault.kind,
    from: fault.from,
    to: fault.to,
    symmetric: fault.symmetric,
    healAfterNs: fault.healAfter,
  }));

const loss = z
  .strictObject({
    at,
    atEvent,
    toleranceMin,
    kind: z.literal("loss"),
    ratePpm: count("Share of lost messages, parts per million.", 1, PPM_MAX),
    lasts: duration({ description: "How long it lasts.", min: 1 }),
  })
  .transform((fault, context) => ({
    ...commonOf(fault, context),
    kind: fault.kind,
    ratePpm: fault.ratePpm,
    lastsNs: fault.lasts,
  }));

const bitRot = z
  .strictObject({
    at,
    atEvent,
    toleranceMin,
    kind: z.literal("bit-rot"),
    target,
    files: z.enum(["members", "manifests", "control", "any"]).prefault("members"),
    bits: count("How many bits are flipped.", 1, BIT_COUNT_MAX).prefault(1),
  })
  .transform((fault, context) => ({
    ...commonOf(fault, context),
    kind: fault.kind,
    target: fault.target,
    files: fault.files,
    bitCount: fault.bits,
  }));

const operatorRestore = z
  .strictObject({
    at,
    atEvent,
    toleranceMin,
    kind: z.literal("operator-restore"),
    target: target.meta({ description: "The backup server on which the operator starts the restore." }),
    lost: z
      .array(target)
      .prefault([])
      .meta({ description: "Backup servers that the operator declares lost." }),
    acceptOlder: z.boolean().prefault(false),
  })
  .transform((fault, context) => ({
    ...commonOf(fault, context),
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
