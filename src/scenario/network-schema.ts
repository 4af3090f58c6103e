/** The network and the clocks of a scenario in their YAML form. */
import { z } from "zod";
import * as defaults from "./defaults.ts";
import type { ScenarioErrorCode } from "./error.ts";
import { targetList } from "./fault-fields.ts";
import { count, duration, nameField, rate } from "./fields.ts";
import type { ScenarioClock, ScenarioLatency, ScenarioNetwork } from "./scenario.ts";

/** Real clocks are off by tens of them; a tenth is far beyond that, and within the slack of every bound. */
const DRIFT_PPM_MAX = 100_000;

const tail = duration({
  description:
    "Gives the random part a heavy tail that ends here; `jitter` is its scale then. Left out: none.",
  min: 1,
}).optional();

interface WrittenLatency {
  readonly latency: number;
  readonly jitter: number;
  readonly tail?: number | undefined;
}

function latencyOf({ latency, jitter, tail: tailNs }: WrittenLatency): ScenarioLatency {
  return {
    latencyNs: latency,
    latencyJitterNs: jitter,
    ...(tailNs === undefined ? {} : { latencyTailNs: tailNs }),
  };
}

const link = z
  .strictObject({
    from: targetList.meta({ description: "Servers or domains at one end." }),
    to: targetList.meta({ description: "Servers or domains at the other end." }),
    symmetric: z.boolean().prefault(true).meta({ description: "Messages the other way too." }),
    latency: duration({ description: "One-way latency of these links." }),
    jitter: duration({ description: "Width, or with a tail scale, of the random part." }).prefault("0"),
    tail,
  })
  .transform((value) => ({
    from: value.from,
    to: value.to,
    symmetric: value.symmetric,
    ...latencyOf(value),
  }));

type NetworkField = z.ZodType<ScenarioNetwork>;

export const NETWORK_SCHEMA: NetworkField = z
  .strictObject({
    latency: duration({ description: "One-way latency of every link." }).prefault(
      defaults.NETWORK_DEFAULTS.latency,
    ),
    jitter: duration({
      description: "Width, or with a tail scale, of the random part of the latency.",
    }).prefault(defaults.NETWORK_DEFAULTS.jitter),
    tail,
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
  .transform((value) => ({
    ...latencyOf(value),
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
