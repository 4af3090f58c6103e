/** The faults of disks in their YAML form. */
import { z } from "zod";
import { count, size } from "./fields.ts";
import {
  type FaultOption,
  filesField,
  lastsField,
  momentFields,
  momentOf,
  PPM_MAX,
  slowness,
  targetFields,
  targetsOf,
} from "./fault-fields.ts";

/** More flipped bits at once than this show nothing new and cost time. */
const BIT_COUNT_MAX = 65_536;
const SECTOR_COUNT_MAX = 65_536;
/** Operations that one entry may spoil. */
const OPERATION_COUNT_MAX = 1_000_000;

export const bitRot: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("bit-rot"),
    ...targetFields,
    files: filesField,
    bits: count("How many bits are flipped.", 1, BIT_COUNT_MAX).prefault(1),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
    files: fault.files,
    bitCount: fault.bits,
  }));

export const latentError: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("latent-error"),
    ...targetFields,
    files: filesField,
    sectors: count("How many sectors of 512 bytes become unreadable.", 1, SECTOR_COUNT_MAX).prefault(1),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
    files: fault.files,
    sectorCount: fault.sectors,
  }));

export const readError: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("read-error"),
    ...targetFields,
    files: filesField,
    ratePpm: count("Share of reads that fail, parts per million.", 1, PPM_MAX),
    lasts: lastsField(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
    files: fault.files,
    ratePpm: fault.ratePpm,
    lastsNs: fault.lasts,
  }));

function writeFault(kind: "torn-write" | "lost-write" | "misdirected-write"): FaultOption {
  return z
    .strictObject({
      ...momentFields,
      kind: z.literal(kind),
      ...targetFields,
      files: filesField,
      writes: count(
        "How many writes, from the next one on that can be harmed.",
        1,
        OPERATION_COUNT_MAX,
      ).prefault(1),
      lasts: lastsField().optional(),
    })
    .transform((fault, context) => ({
      ...momentOf(fault, context),
      kind,
      ...targetsOf(fault),
      files: fault.files,
      writeCount: fault.writes,
      ...(fault.lasts === undefined ? {} : { lastsNs: fault.lasts }),
    }));
}

export const failedFlush: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("failed-flush"),
    ...targetFields,
    flushes: count("How many flushes fail, from the next one on.", 1, OPERATION_COUNT_MAX).prefault(1),
    cache: z.enum(["kept", "dropped"]).prefault("dropped").meta({
      description: "dropped: what the flush should have covered, no later flush makes durable either.",
    }),
    lasts: lastsField().optional(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
    flushCount: fault.flushes,
    cache: fault.cache,
    ...(fault.lasts === undefined ? {} : { lastsNs: fault.lasts }),
  }));

export const diskFull: FaultOption = z
  .strictObject({
    ...momentFields,
    kind: z.literal("disk-full"),
    ...targetFields,
    free: size({
      description: "What can still be stored beyond what the disk holds at this moment.",
    }).prefault("0B"),
    lasts: lastsField(),
  })
  .transform((fault, context) => ({
    ...momentOf(fault, context),
    kind: fault.kind,
    ...targetsOf(fault),
    freeBytes: fault.free,
    lastsNs: fault.lasts,
  }));

export const slowDisk: FaultOption = slowness("slow-disk", "Every operation takes so many times as long.");
export const tornWrite: FaultOption = writeFault("torn-write");
export const lostWrite: FaultOption = writeFault("lost-write");
export const misdirectedWrite: FaultOption = writeFault("misdirected-write");
