/** The faults of links in their YAML form. */
import { z } from "zod";
import { count, duration, rate } from "./fields.ts";
import {
  type FaultOption,
  lastsField,
  momentFields,
  momentOf,
  PPM_MAX,
  targetFields,
  targetList,
  targetsOf,
} from "./fault-fields.ts";
import type { ScenarioLinks } from "./scenario.ts";

const linkFields = {
  from: targetList.optional().meta({ description: "Only messages from these servers; left out: from any." }),
  to: targetList.optional().meta({ description: "Only messages to these servers; left out: to any." }),
};

function linksOf(fault: {
  readonly from?: string[] | undefined;
  readonly to?: string[] | undefined;
}): ScenarioLinks {
  return {
    ...(fault.from === undefined ? {} : { from: fault.from }),
    ...(fault.to === undefined ? {} : { to: fault.to }),
  };
}

const ratePpm = count("Share of messages, parts per million.", 1, PPM_MAX);

function byField(description: string): z.ZodType<number, string | number> {
  return duration({ description, min: 1 });
}

/** Strikes a share of the messages, each by a drawn delay. */
function shareBy(kind: "duplication" | "reordering", by: string): FaultOption {
  return z
    .strictObject({
      ...momentFields,
      kind: z.literal(kind),
      ...linkFields,
      ratePpm,
      by: byField(by),
      lasts: lastsField(),
    })
    .transform((fault, context) => ({
      ...momentOf(fault, context),
      kind: fault.kind,
      ...linksOf(fault),
      ratePpm: fault.ratePpm,
      byNs: fault.by,
      lastsNs: fault.lasts,
    }));
}

export const duplication: FaultOption = shareBy(
  "duplication",
  "The second one arrives up to this much later.",
);

export const reordering: FaultOption = shareBy("reordering", "They are held back up to this long.");

export const delay: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("delay"),
    ...linkFields,
    by: byField("How much later every message arrives."),
    lasts: lastsField(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...linksOf(fault),
    byNs: fault.by,
    lastsNs: fault.lasts,
  }));

export const clog: FaultOption = z
  .strictObject({ ...momentFields, kind: z.literal("clog"), ...linkFields, lasts: lastsField() })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...linksOf(fault),
    lastsNs: fault.lasts,
  }));

export const corruption: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("corruption"),
    ...linkFields,
    ratePpm,
    lasts: lastsField(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...linksOf(fault),
    ratePpm: fault.ratePpm,
    lastsNs: fault.lasts,
  }));

export const limitedBandwidth: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("limited-bandwidth"),
    ...targetFields,
    bandwidth: rate({ description: "What is left of the server's link, each direction." }),
    lasts: lastsField(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
    bandwidthBytesPerSecond: fault.bandwidth,
    lastsNs: fault.lasts,
  }));
