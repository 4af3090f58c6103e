/** The faults of servers that stay up, in their YAML form. */
import { z } from "zod";
import { count, duration } from "./fields.ts";
import {
  type FaultOption,
  lastsField,
  momentFields,
  momentOf,
  slowness,
  targetFields,
  targetsOf,
} from "./fault-fields.ts";

/** Clocks that are off by more than half, or run at twice the rate, are as good as broken. */
const DRIFT_PPM_MIN = -500_000;
const DRIFT_PPM_MAX = 1_000_000;

export const pause: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("pause"),
    ...targetFields,
    messages: z
      .enum(["wait", "lost"])
      .prefault("wait")
      .meta({ description: "What becomes of messages that come meanwhile." }),
    lasts: lastsField(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
    messages: fault.messages,
    lastsNs: fault.lasts,
  }));

export const slowServer: FaultOption = slowness(
  "slow-server",
  "Work of the processor takes so many times as long.",
);

export const clockStep: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("clock-step"),
    ...targetFields,
    direction: z.enum(["forward", "back"]),
    by: duration({ description: "How far the clock is stepped.", min: 1 }),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
    direction: fault.direction,
    byNs: fault.by,
  }));

export const clockDrift: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("clock-drift"),
    ...targetFields,
    driftPpm: count(
      "How much faster the clock runs, parts per million; below 0: slower.",
      DRIFT_PPM_MIN,
      DRIFT_PPM_MAX,
    ),
    lasts: lastsField(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
    driftPpm: fault.driftPpm,
    lastsNs: fault.lasts,
  }));
