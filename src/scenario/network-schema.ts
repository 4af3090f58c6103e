/** The network and the clocks of a scenario in their YAML form. */
import { z } from "zod";
import { type QuantilePoint, quantilesProblem } from "../sim/quantiles.ts";
import * as defaults from "./defaults.ts";
import type { ScenarioErrorCode } from "./error.ts";
import { targetList } from "./fault-fields.ts";
import { count, duration, nameField, rate } from "./fields.ts";
import { LATENCY_FIELDS } from "./hardware-profile.ts";
import { parseDuration } from "./quantity.ts";
import type { ScenarioClock, ScenarioLatency, ScenarioNetwork } from "./scenario.ts";

/** Real clocks are off by tens of them; a tenth is far beyond that, and within the slack of every bound. */
const DRIFT_PPM_MAX = 100_000;

/** More points than a figure of a measurement has. */
const QUANTILE_COUNT_MAX = 1000;

const point = z
  .strictObject({
    share: z.number().min(0).max(1).meta({ description: "Share of the messages, from 0 to 1." }),
    latency: duration({ description: "They take no longer than this, one way." }),
  })
  .transform(({ share, latency }): QuantilePoint => ({ share, ns: latency }));

const quantiles = z
  .array(point)
  .min(1)
  .max(QUANTILE_COUNT_MAX)
  .transform((points, context) => {
    const problem = quantilesProblem(points);
    if (problem === undefined) return points;
    const { index, field, message } = problem;
    const code: ScenarioErrorCode = "contradiction";
    const path = [index, field === "ns" ? "latency" : field];
    context.issues.push({ code: "custom", input: points, path, message, params: { code } });
    return z.NEVER;
  });

const latencyFields = {
  tail: duration({
    description:
      "Gives the random part a heavy tail that ends here; `jitter` is its scale then. Left out: none.",
    min: 1,
  }).optional(),
  quantiles: quantiles.optional().meta({
    description:
      "The latency as it was measured, instead of latency, jitter and tail: points from share 0 to share 1, straight between.",
  }),
};

interface WrittenLatency {
  readonly latency?: number | undefined;
  readonly jitter?: number | undefined;
  readonly tail?: number | undefined;
  readonly quantiles?: readonly QuantilePoint[] | undefined;
}

interface OrdinaryLatency {
  readonly latency?: number | undefined;
  readonly jitter: number;
}

/** `ordinary`: what counts where the scenario says nothing; a latency that has no ordinary value must be given. */
function latencyOf(
  written: WrittenLatency,
  ordinary: OrdinaryLatency,
  context: z.RefinementCtx,
): ScenarioLatency {
  const refuse = (field: string, code: ScenarioErrorCode, message: string): never => {
    context.issues.push({ code: "custom", input: written, path: [field], message, params: { code } });
    return z.NEVER;
  };
  const { quantiles: points, tail, jitter, latency = ordinary.latency } = written;
  if (points === undefined) {
    if (latency === undefined) return refuse("latency", "missing-field", "is missing");
    return {
      latencyNs: latency,
      latencyJitterNs: jitter ?? ordinary.jitter,
      ...(tail === undefined ? {} : { latencyTailNs: tail }),
    };
  }
  for (const field of LATENCY_FIELDS) {
    if (written[field] !== undefined)
      return refuse(field, "contradiction", "cannot be given together with quantiles");
  }
  const latencyNs = points[0]?.ns ?? 0;
  const latencyJitterNs = (points.at(-1)?.ns ?? 0) - latencyNs;
  return { latencyNs, latencyJitterNs, latencyQuantiles: points };
}

const link = z
  .strictObject({
    from: targetList.meta({ description: "Servers or domains at one end." }),
    to: targetList.meta({ description: "Servers or domains at the other end." }),
    symmetric: z.boolean().prefault(true).meta({ description: "Messages the other way too." }),
    latency: duration({ description: "One-way latency of these links." }).optional(),
    jitter: duration({
      description: "Width, or with a tail scale, of the random part; left out: 0.",
    }).optional(),
    ...latencyFields,
  })
  .transform((value, context) => ({
    from: value.from,
    to: value.to,
    symmetric: value.symmetric,
    ...latencyOf(value, { jitter: 0 }, context),
  }));

/** What counts where a scenario gives none: the text of a default, as the schema reads it. */
function defaultNs(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(`a default is no duration: ${text}`);
  return parsed.value;
}

const ORDINARY: OrdinaryLatency = {
  latency: defaultNs(defaults.NETWORK_DEFAULTS.latency),
  jitter: defaultNs(defaults.NETWORK_DEFAULTS.jitter),
};

type NetworkField = z.ZodType<ScenarioNetwork>;

export const NETWORK_SCHEMA: NetworkField = z
  .strictObject({
    latency: duration({
      description: "One-way latency of every link.",
      defaultText: defaults.NETWORK_DEFAULTS.latency,
    }).optional(),
    jitter: duration({
      description: "Width, or with a tail scale, of the random part of the latency.",
      defaultText: defaults.NETWORK_DEFAULTS.jitter,
    }).optional(),
    ...latencyFields,
    bandwidth: rate({ description: "Each server's link, each direction." }).prefault(
      defaults.NETWORK_DEFAULTS.bandwidth,
    ),
    lossPpm: count("Messages lost at all times, parts per million.", 0, 1_000_000).prefault(
      defaults.NETWORK_DEFAULTS.lossPpm,
    ),
    links: z.array(link).min(1).optional().meta({ description: "Links with a latency of their own." }),
    uplinks: z
      .record(
        nameField("Name of a domain."),
        rate({ description: "What its servers share to the rest, each direction." }),
      )
      .optional()
      .meta({ description: "Uplinks that the servers of a domain share, by name of the domain." }),
  })
  .prefault({})
  .transform((value, context) => ({
    ...latencyOf(value, ORDINARY, context),
    bandwidthBytesPerSecond: value.bandwidth,
    lossPpm: value.lossPpm,
    ...(value.links === undefined ? {} : { links: value.links }),
    ...(value.uplinks === undefined ? {} : { uplinks: value.uplinks }),
  }));

const clock = z
  .strictObject({
    target: targetList.meta({ description: "Servers or domains." }),
    ahead: duration({
      description: "So much later than virtual time it reads at the start.",
      min: 1,
    }).optional(),
    behind: duration({ description: "So much earlier it reads at the start.", min: 1 }).optional(),
    driftPpm: count(
      "How much faster it runs, parts per million; below 0: slower.",
      -DRIFT_PPM_MAX,
      DRIFT_PPM_MAX,
    ).prefault(0),
  })
  .transform((value, context): ScenarioClock => {
    const refuse = (field: string, code: ScenarioErrorCode, message: string): never => {
      context.issues.push({ code: "custom", input: value, path: [field], message, params: { code } });
      return z.NEVER;
    };
    const { target, ahead, behind, driftPpm } = value;
    if (ahead !== undefined && behind !== undefined)
      return refuse("behind", "contradiction", "cannot be given together with ahead");
    if (ahead === undefined && behind === undefined && driftPpm === 0)
      return refuse("target", "missing-field", "needs ahead, behind or driftPpm beside it");
    return { target, offsetNs: (ahead ?? 0) - (behind ?? 0), driftPpm };
  });

export const CLOCKS_SCHEMA: z.ZodType<readonly ScenarioClock[]> = z.array(clock).min(1);
