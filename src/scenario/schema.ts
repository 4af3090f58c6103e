/**
 * The YAML form of a scenario as a zod schema: field names, kinds of values, defaults.
 *
 * Gives a draft of the canonical form or findings with field paths. Does not cover what needs several fields at once,
 * such as whether a fault's target exists (check.ts), nor positions in the text (load.ts).
 */
import { z } from "zod";
import { GROUP_MEMBERS_MAX } from "../core/redundancy/scheme.ts";
import type { FormerPlace } from "../core/protocol/cluster.ts";
import * as defaults from "./defaults.ts";
import { count, duration, type Field, nameField, rate, schemeField, size } from "./fields.ts";
import { findingsOf } from "./findings.ts";
import { type HardwareFiles, withHardware } from "./hardware.ts";
import { CLOCKS_SCHEMA, NETWORK_SCHEMA } from "./network-schema.ts";
import { FAULT_SCHEMA } from "./faults-schema.ts";
import { WORKLOAD_SCHEMA } from "./workload-schema.ts";
import { COUNTEREXAMPLE_SCHEMA, type CounterexampleRecord } from "./counterexample.ts";
import type { Finding } from "./error.ts";
import type { Scenario, ScenarioFault, ThresholdName } from "./scenario.ts";

/** Periodic timers below this would let no virtual time pass between a role's steps. */
const PERIOD_NS_MIN = 1_000;

/** The largest image of this scale is a petabyte: counts of bytes and of nanoseconds stay exact. */
const SCALE_MAX = 1_000_000;

const disk = z
  .strictObject({
    latency: duration({ description: "Time of one access." }).prefault(defaults.DISK_DEFAULTS.latency),
    bandwidth: rate({ description: "Sustained reading and writing." }).prefault(
      defaults.DISK_DEFAULTS.bandwidth,
    ),
    flush: duration({ description: "Time to make what was written durable." }).prefault(
      defaults.DISK_DEFAULTS.flush,
    ),
    crashKeeps: z
      .enum(["flushed-only", "random", "sectors"])
      .prefault(defaults.DISK_DEFAULTS.crashKeeps)
      .meta({
        description:
          "What a crash leaves of what was not flushed: nothing, whole writes by chance, sectors by chance.",
      }),
  })
  .prefault({})
  .transform((value) => ({
    latencyNs: value.latency,
    bandwidthBytesPerSecond: value.bandwidth,
    flushNs: value.flush,
    // The simulator's own default stands nowhere, so that a scenario that says nothing has one form.
    ...(value.crashKeeps === "random" ? {} : { crashKeeps: value.crashKeeps }),
  }));

const processor = z
  .strictObject({
    encode: rate({ description: "Image bytes encoded a second." }).prefault(
      defaults.PROCESSOR_DEFAULTS.encode,
    ),
    decode: rate({ description: "Image bytes decoded a second." }).prefault(
      defaults.PROCESSOR_DEFAULTS.decode,
    ),
    digest: rate({ description: "Bytes digested a second." }).prefault(defaults.PROCESSOR_DEFAULTS.digest),
    schemes: z
      .record(
        schemeField("The scheme."),
        z.strictObject({
          encode: rate({ description: "Image bytes encoded a second with this scheme." }),
          decode: rate({ description: "Image bytes decoded a second with this scheme." }),
        }),
      )
      .optional()
      .meta({ description: "Rates of single schemes, in place of `encode` and `decode`." }),
  })
  .prefault({})
  .transform((value) => ({
    encodeBytesPerSecond: value.encode,
    decodeBytesPerSecond: value.decode,
    digestBytesPerSecond: value.digest,
    ...(value.schemes === undefined
      ? {}
      : {
          schemeRates: Object.fromEntries(
            Object.entries(value.schemes).map(([scheme, rates]) => [
              scheme,
              { encodeBytesPerSecond: rates.encode, decodeBytesPerSecond: rates.decode },
            ]),
          ),
        }),
  }));

function period(description: string): Field<number> {
  return duration({ description, min: PERIOD_NS_MIN });
}

const times = z
  .strictObject({
    heartbeat: period("Period of the production server's heartbeats.").prefault(
      defaults.TIMES_DEFAULTS.heartbeat,
    ),
    takeover: period("Silence after which a backup server starts a restore.").prefault(
      defaults.TIMES_DEFAULTS.takeover,
    ),
    stagger: duration({
      description: "Added to `takeover` for each slot, so that two seldom race.",
    }).prefault(defaults.TIMES_DEFAULTS.stagger),
    retry: period("Period at which unanswered messages are sent again.").prefault(
      defaults.TIMES_DEFAULTS.retry,
    ),
    silentTicksMax: count("Retries without progress after which a server is left out.", 1, 1_000).prefault(
      defaults.TIMES_DEFAULTS.silentTicksMax,
    ),
    scrub: duration({
      description: "Period of a scrub pass; 0: off.",
      min: PERIOD_NS_MIN,
      zeroAllowed: true,
    }).prefault(defaults.TIMES_DEFAULTS.scrub),
    refresh: period("Silence of a slot after which a fresh checkpoint is wanted.").prefault(
      defaults.TIMES_DEFAULTS.refresh,
    ),
  })
  .prefault({})
  .transform((value) => ({
    heartbeatNs: value.heartbeat,
    takeoverNs: value.takeover,
    takeoverStaggerNs: value.stagger,
    retryNs: value.retry,
    silentTicksMax: value.silentTicksMax,
    scrubNs: value.scrub,
    refreshNs: value.refresh,
  }));

const servers = z
  .strictObject({
    production: nameField("Name of the production server.").prefault(defaults.PRODUCTION_NAME_DEFAULT),
    backups: z.array(nameField("Name of a backup server.")).min(1).max(GROUP_MEMBERS_MAX),
    dedicatedFormer: nameField("Name of the server that runs nothing but the former.").optional(),
  })
  .transform((value) => ({
    production: value.production,
    backups: value.backups,
    dedicatedFormer: value.dedicatedFormer,
  }));

const FORMER_PLACES = ["production", "backup", "dedicated"] as const satisfies readonly FormerPlace[];

const THRESHOLD_NAMES = [
  "restoreMsP50",
  "restoreMsP99",
  "durableMsP50",
  "durableMsP99",
  "networkBytesPerImageByte",
  "storedBytesPerImageByte",
  "restoredShare",
] as const satisfies readonly ThresholdName[];

const threshold = z
  .strictObject({ min: z.number().min(0).optional(), max: z.number().min(0).optional() })
  .transform((value) => ({ min: value.min, max: value.max }));

const width = count(
  "Placement width D: how many servers hold members of a checkpoint.",
  1,
  GROUP_MEMBERS_MAX,
);

const compare = z
  .strictObject({
    schemes: z.array(schemeField("A scheme to compare.")).min(1),
    formers: z
      .array(z.enum(FORMER_PLACES))
      .min(1)
      .prefault([...FORMER_PLACES]),
    commonWidth: width.optional(),
    declustered: z.boolean().prefault(false).meta({
      description: "Compares every scheme declustered over the common width too.",
    }),
    seeds: count("Runs of each row.", 1, 1_000_000).prefault(defaults.COMPARE_SEEDS_DEFAULT),
  })
  .transform((value) => ({
    schemes: value.schemes,
    formers: value.formers,
    commonWidth: value.commonWidth,
    ...(value.declustered ? { declustered: true as const } : {}),
    seedCount: value.seeds,
  }));

const SCENARIO_SCHEMA = z
  .strictObject({
    name: nameField("Short name of the scenario."),
    title: z.string().min(1).optional().meta({ description: "One line for people; the name when left out." }),
    seed: z
      .union([z.string().min(1), z.int()], { error: "must be a text or a whole number" })
      .prefault(defaults.SEED_DEFAULT)
      .transform(String),
    servers,
    domains: z
      .record(
        nameField("Name of the domain."),
        z.array(z.string().meta({ description: "Name of a server." })).min(1),
      )
      .optional()
      .meta({ description: "Failure domains, such as racks: names of servers by name of the domain." }),
    former: z.enum(FORMER_PLACES).prefault("production").meta({ description: "Where the former runs." }),
    formerServer: z
      .string()
      .optional()
      .meta({ description: "With former: backup, the backup server that it runs on." }),
    scheme: schemeField("How redundancy groups are protected."),
    width: width.optional(),
    placement: z.enum(["rotated", "declustered"]).prefault("rotated").meta({
      description:
        "How members go over the servers of a wide placement. declustered: a lost server is rebuilt from all others alike.",
    }),
    domainsApart: z.boolean().prefault(false).meta({
      description:
        "No failure domain takes more members of a group than the scheme always survives, so that one may be lost.",
    }),
    subsegment: size({ description: "Length of a subsegment.", min: 1 }).prefault(
      defaults.SUBSEGMENT_DEFAULT,
    ),
    retention: count("Durable checkpoints to keep.", 1, 1_000).prefault(defaults.RETENTION_DEFAULT),
    window: count("Groups on their way at once.", 1, 65_536).prefault(defaults.WINDOW_DEFAULT),
    attempts: count("Attempts of one checkpoint before it fails.", 1, 1_000).prefault(
      defaults.ATTEMPTS_DEFAULT,
    ),
    hardware: z
      .union([z.string(), z.array(z.string()).min(1)], {
        error: "must be the name of a hardware profile, or a list of names",
      })
      .optional()
      .meta({
        description:
          "Profiles that `network`, `disk` and `processor` start from: shipped ones by name, or files.",
      }),
    network: NETWORK_SCHEMA,
    disk,
    processor,
    clocks: CLOCKS_SCHEMA.optional().meta({
      description: "Servers whose clocks are off from the start; others have exact ones.",
    }),
    scale: count("How many bytes one byte of an image stands for.", 1, SCALE_MAX).prefault(1),
    times,
    workload: WORKLOAD_SCHEMA,
    faults: z.array(FAULT_SCHEMA).prefault([]),
    healAt: duration({ description: "When all trouble is over.", min: 1 }).optional(),
    swarm: z.strictObject({ count: count("How many faults the seed draws, at most.", 1, 1_000) }).optional(),
    duration: duration({ description: "Virtual length of the run.", min: 1 }).prefault(
      defaults.DURATION_DEFAULT,
    ),
    budget: z.enum(["within", "beyond"]).prefault("within").meta({
      description:
        "within: the scheme survives these faults, every promise must hold. beyond: anything goes.",
    }),
    expect: z.partialRecord(z.enum(THRESHOLD_NAMES), threshold).prefault({}),
    compare: compare.optional(),
    counterexample: COUNTEREXAMPLE_SCHEMA.optional(),
  })
  .transform((value): { draft: ScenarioDraft; counterexample: CounterexampleRecord | undefined } => ({
    draft: {
      name: value.name,
      title: value.title ?? value.name,
      seed: value.seed,
      servers: value.servers,
      ...(value.domains === undefined ? {} : { domains: value.domains }),
      former: value.former,
      formerServer: value.formerServer,
      scheme: value.scheme,
      width: value.width,
      ...(value.placement === "rotated" ? {} : { placement: value.placement }),
      ...(value.domainsApart ? { domainsApart: true as const } : {}),
      subsegmentBytes: value.subsegment,
      retentionCount: value.retention,
      windowGroups: value.window,
      attemptCountMax: value.attempts,
      network: value.network,
      disk: value.disk,
      processor: value.processor,
      ...(value.clocks === undefined ? {} : { clocks: value.clocks }),
      ...(value.scale === 1 ? {} : { scale: value.scale }),
      times: value.times,
      workload: value.workload,
      faults: value.faults as readonly ScenarioFault[],
      ...(value.healAt === undefined ? {} : { healAtNs: value.healAt }),
      ...(value.swarm === undefined ? {} : { swarm: value.swarm }),
      durationNs: value.duration,
      budget: value.budget,
      expect: value.expect,
      compare: value.compare,
    },
    counterexample: value.counterexample,
  }));

/** A scenario whose fields are each in order; whether they fit together is still to be checked, and words resolved. */
export type ScenarioDraft = Scenario;

export type DraftResult =
  | {
      readonly ok: true;
      readonly draft: ScenarioDraft;
      /** Beside the draft, not in it: a counterexample hashes like the scenario that it is. */
      readonly counterexample: CounterexampleRecord | undefined;
    }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Checks plain data, as a YAML parser gives it, against the schema. `hardwareFiles`: see withHardware (hardware.ts). */
export function readDraft(value: unknown, hardwareFiles: HardwareFiles = new Map()): DraftResult {
  const hardware = withHardware(value, hardwareFiles);
  const result = SCENARIO_SCHEMA.safeParse(hardware.value);
  if (result.success && hardware.findings.length === 0) return { ok: true, ...result.data };
  const own = result.success ? [] : findingsOf(hardware.value, result.error.issues);
  return { ok: false, findings: [...hardware.findings, ...own] };
}

/** The JSON Schema (draft 7) of the YAML form, for editors. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(SCENARIO_SCHEMA, { io: "input", target: "draft-7" });
  return { title: "ckptlab scenario", ...schema };
}
