/**
 * The faults of a scenario in their YAML form.
 *
 * Targets stay the words that people wrote; check.ts knows which servers exist.
 */
import { z } from "zod";
import * as disk from "./disk-faults-schema.ts";
import { count, duration } from "./fields.ts";
import {
  lastsField,
  momentFields,
  momentOf,
  oneTarget,
  PPM_MAX,
  targetFields,
  targetList,
  targetsOf,
} from "./fault-fields.ts";
import * as link from "./link-faults-schema.ts";
import * as server from "./server-faults-schema.ts";
import type { ScenarioFault } from "./scenario.ts";

/** No single write is longer. */
const WRITE_BYTES_MAX = 1_073_741_824;

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
    ...momentFields,
    kind: z.literal("crash"),
    ...targetFields,
    disk: z.enum(["kept", "lost"]).prefault("kept"),
    restartAfter: duration({
      description: "Back up this long after the crash; left out: stays down.",
    }).optional(),
    keeps: keeps.optional(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
    disk: fault.disk,
    restartAfterNs: fault.restartAfter,
    ...(fault.keeps === undefined ? {} : { keeps: fault.keeps }),
  }));

const permanentLoss = z
  .strictObject({ ...momentFields, kind: z.literal("permanent-loss"), ...targetFields })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
  }));

const restart = z
  .strictObject({ ...momentFields, kind: z.literal("restart"), ...targetFields })
  .transform((fault, context) => ({ ...momentOf(fault, context), kind: fault.kind, ...targetsOf(fault) }));

const partition = z
  .strictObject({
    ...momentFields,
    kind: z.literal("partition"),
    from: targetList,
    to: targetList,
    symmetric: z
      .boolean()
      .prefault(true)
      .meta({ description: "false: only messages from `from` to `to` are lost." }),
    healAfter: duration({
      description: "Heals this long after it began; left out: never.",
      min: 1,
    }).optional(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    from: fault.from,
    to: fault.to,
    symmetric: fault.symmetric,
    healAfterNs: fault.healAfter,
  }));

const loss = z
  .strictObject({
    ...momentFields,
    kind: z.literal("loss"),
    ratePpm: count("Share of lost messages, parts per million.", 1, PPM_MAX),
    lasts: lastsField(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ratePpm: fault.ratePpm,
    lastsNs: fault.lasts,
  }));

const operatorRestore = z
  .strictObject({
    ...momentFields,
    kind: z.literal("operator-restore"),
    target: z.string().meta({ description: "The backup server on which the operator starts the restore." }),
    lost: z
      .array(oneTarget)
      .prefault([])
      .meta({ description: "Backup servers that the operator declares lost." }),
    acceptOlder: z.boolean().prefault(false),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    target: fault.target,
    lost: fault.lost,
    acceptOlder: fault.acceptOlder,
  }));

export const FAULT_SCHEMA: z.ZodType<ScenarioFault> = z.discriminatedUnion("kind", [
  crash,
  permanentLoss,
  restart,
  partition,
  loss,
  link.duplication,
  link.reordering,
  link.delay,
  link.clog,
  link.corruption,
  link.limitedBandwidth,
  server.pause,
  server.slowServer,
  server.clockStep,
  server.clockDrift,
  disk.bitRot,
  disk.latentError,
  disk.readError,
  disk.tornWrite,
  disk.lostWrite,
  disk.misdirectedWrite,
  disk.failedFlush,
  disk.diskFull,
  disk.slowDisk,
  operatorRestore,
]);
