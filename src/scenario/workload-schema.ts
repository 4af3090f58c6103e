/**
 * The workloads of a scenario in their YAML form.
 */
import { z } from "zod";
import { count, duration, size } from "./fields.ts";
import { FILES_DEFAULTS, LEDGER_DEFAULTS, SYNTHETIC_DEFAULTS } from "./defaults.ts";
import type { ScenarioWorkload } from "./scenario.ts";

/** The simulated image lives in memory, several times over while it is restored. */
export const IMAGE_BYTES_MAX = 1_073_741_824;

/** Virtual time between two steps of a workload; shorter ones would never let time pass. */
const STEP_NS_MIN = 1_000;

const checkpointEvery = duration({ description: "Time between two checkpoints.", min: STEP_NS_MIN });

const ledger = z
  .strictObject({
    kind: z.literal("ledger"),
    accounts: count("Accounts of the ledger.", 2, 100_000).prefault(LEDGER_DEFAULTS.accounts),
    image: size({
      description: "The starting image is filled to at least this size.",
      max: IMAGE_BYTES_MAX,
    }).prefault(LEDGER_DEFAULTS.image),
    clients: count("Clients that post transfers.", 1, 1_000).prefault(LEDGER_DEFAULTS.clients),
    transferEvery: duration({
      description: "Time between two transfers of one client.",
      min: STEP_NS_MIN,
    }).prefault(LEDGER_DEFAULTS.transferEvery),
    transfers: count("Transfers of each client.", 0, 1_000_000).prefault(LEDGER_DEFAULTS.transfers),
    checkpointEvery: checkpointEvery.prefault(LEDGER_DEFAULTS.checkpointEvery),
  })
  .transform((workload) => ({
    kind: workload.kind,
    accountCount: workload.accounts,
    imageBytesMin: workload.image,
    clientCount: workload.clients,
    transferEveryNs: workload.transferEvery,
    transferCount: workload.transfers,
    checkpointEveryNs: workload.checkpointEvery,
  }));

const files = z
  .strictObject({
    kind: z.literal("files"),
    paths: z
      .array(z.string().min(1))
      .min(1)
      .meta({ description: "Files, relative to the scenario's folder." }),
    checkpointEvery: checkpointEvery.prefault(FILES_DEFAULTS.checkpointEvery),
  })
  .transform((workload) => ({
    kind: workload.kind,
    paths: workload.paths,
    checkpointEveryNs: workload.checkpointEvery,
  }));

const synthetic = z
  .strictObject({
    kind: z.literal("synthetic"),
    image: size({ description: "Size of the image.", max: IMAGE_BYTES_MAX }).prefault(
      SYNTHETIC_DEFAULTS.image,
    ),
    contentSeed: count("Seed of the image's bytes.", 0, 0xffff_ffff).prefault(SYNTHETIC_DEFAULTS.contentSeed),
    checkpointEvery: checkpointEvery.prefault(SYNTHETIC_DEFAULTS.checkpointEvery),
  })
  .transform((workload) => ({
    kind: workload.kind,
    imageBytes: workload.image,
    contentSeed: workload.contentSeed,
    checkpointEveryNs: workload.checkpointEvery,
  }));

export const WORKLOAD_SCHEMA: z.ZodType<ScenarioWorkload> = z.discriminatedUnion("kind", [
  ledger,
  files,
  synthetic,
]);
