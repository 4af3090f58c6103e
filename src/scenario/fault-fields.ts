/**
 * Fields that faults of several kinds have: when a fault strikes, whom, and for how long.
 *
 * Targets stay the words that people wrote; check-faults.ts knows which servers and domains exist.
 */
import { z } from "zod";
import type { DiskFiles } from "./disk-files.ts";
import type { ScenarioErrorCode } from "./error.ts";
import { count, duration, type Field, moment } from "./fields.ts";
import type { MomentRange, ScenarioFault, ScenarioFaultMoment, ScenarioTargets } from "./scenario.ts";

/** Parts per million: the whole. */
export const PPM_MAX = 1_000_000;

/** mirror:255 survives this many. */
const TOLERANCE_MAX = 254;

/** Runs end undecided long before. */
const EVENT_COUNT_MAX = 1_000_000_000;

/** One in a microsecond. */
const PER_HOUR_MAX = 3_600_000_000;

/** There are no more servers. */
const TARGET_COUNT_MAX = 257;

/** Hundreds of times slower is as good as silent. */
const FACTOR_MAX = 1_000_000;

const atField = moment(
  "When: a moment such as 300ms, or a range such as 100ms..900ms from which the seed draws one.",
).optional();
const atEventField = count(
  "Instead of `at`: right after this many events of the run. Counterexamples use it; 0 is before the first event.",
  0,
  EVENT_COUNT_MAX,
).optional();
const perHourField = z.number().gt(0).max(PER_HOUR_MAX).optional().meta({
  description:
    "Instead of `at`: how often in an hour of virtual time, for each target by itself; the seed draws the moments.",
});
const duringField = moment(
  "Only with `perHour`: a range such as 100ms..900ms outside of which none strikes.",
).optional();
const toleranceMinField = count(
  "Only for schemes that survive at least this many lost servers; others run without this fault.",
  0,
  TOLERANCE_MAX,
).prefault(0);

type CountField = z.ZodType<number, number>;

/** What every fault says about its moment. */
export const momentFields: {
  readonly at: z.ZodOptional<Field<MomentRange>>;
  readonly atEvent: z.ZodOptional<CountField>;
  readonly perHour: z.ZodOptional<z.ZodNumber>;
  readonly during: z.ZodOptional<Field<MomentRange>>;
  readonly toleranceMin: z.ZodPrefault<CountField>;
} = {
  at: atField,
  atEvent: atEventField,
  perHour: perHourField,
  during: duringField,
  toleranceMin: toleranceMinField,
};

const serverWord = z.string().meta({
  description:
    'A server\'s name, "production", "former", "any-backup" (the seed draws one), "all-backups", or a domain\'s name.',
});

export const oneTarget: z.ZodString = serverWord;
export const targetList: z.ZodArray<z.ZodString> = z.array(serverWord).min(1);

/** Whom a fault of servers strikes. */
export const targetFields: {
  readonly target: z.ZodUnion<[z.ZodString, z.ZodArray<z.ZodString>]>;
  readonly some: z.ZodOptional<CountField>;
  readonly within: z.ZodOptional<Field<number>>;
} = {
  target: z.union([serverWord, targetList], { error: "must be a server, or a list of servers" }),
  some: count("Only so many of the targets, drawn by the seed.", 1, TARGET_COUNT_MAX).optional(),
  within: duration({
    description: "Each target at a moment of its own, up to this long after `at`; left out: all at once.",
    min: 1,
  }).optional(),
};

export function lastsField(): Field<number> {
  return duration({ description: "How long it lasts.", min: 1 });
}

export const filesField: z.ZodPrefault<z.ZodEnum<{ [Word in DiskFiles]: Word }>> = z
  .enum(["members", "manifests", "control", "any"])
  .prefault("members");

/** One kind of fault in the union of all. */
export type FaultOption = z.ZodType<ScenarioFault> & z.core.$ZodTypeDiscriminable;

interface WrittenMoment {
  readonly at?: MomentRange | undefined;
  readonly atEvent?: number | undefined;
  readonly perHour?: number | undefined;
  readonly during?: MomentRange | undefined;
  readonly toleranceMin: number;
}

/** A fault strikes at a moment, or after a count of events, or at a rate: one of them. */
export function momentOf(
  fault: WrittenMoment,
  context: z.RefinementCtx,
): ScenarioFaultMoment & { readonly toleranceMin: number } {
  const { toleranceMin, at, atEvent, perHour, during } = fault;
  const refuse = (field: string, message: string): never => {
    const code: ScenarioErrorCode = "contradiction";
    context.issues.push({ code: "custom", input: fault, path: [field], message, params: { code } });
    return z.NEVER;
  };
  if (at !== undefined && atEvent !== undefined) return refuse("at", "cannot be given together with atEvent");
  if (perHour !== undefined && (at !== undefined || atEvent !== undefined)) {
    return refuse("perHour", `cannot be given together with ${at === undefined ? "atEvent" : "at"}`);
  }
  if (during !== undefined && perHour === undefined)
    return refuse("during", "is only for faults with perHour");
  if (at !== undefined) return { at, toleranceMin };
  if (atEvent !== undefined) return { atEvent, toleranceMin };
  if (perHour === undefined) return refuse("at", "is missing");
  return during === undefined ? { perHour, toleranceMin } : { perHour, during, toleranceMin };
}

/** The canonical form of `targetFields`: what was left out stands nowhere. */
export function targetsOf(fault: {
  readonly target: string | readonly string[];
  readonly some?: number | undefined;
  readonly within?: number | undefined;
}): ScenarioTargets {
  const { target, some, within } = fault;
  return {
    target,
    ...(some === undefined ? {} : { someCount: some }),
    ...(within === undefined ? {} : { withinNs: within }),
  };
}

/** Something of a server takes longer for a while. */
export function slowness(kind: "slow-server" | "slow-disk", factor: string): FaultOption {
  return z
    .strictObject({
      ...momentFields,
      kind: z.literal(kind),
      ...targetFields,
      factor: count(factor, 2, FACTOR_MAX),
      lasts: lastsField(),
    })
    .transform((fault, context) => ({
      ...momentOf(fault, context),
      kind: fault.kind,
      ...targetsOf(fault),
      factor: fault.factor,
      lastsNs: fault.lasts,
    }));
}
