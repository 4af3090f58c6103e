/**
 * What is wrong with one disk at present: faults that are armed for its next operations, and faults that last.
 *
 * Model. Each fault draws from a stream of its own, and only when an operation comes that it could strike, so that faults
 * do not shift each other. Of several armed for one write, the first of the plan takes it. A write in which nothing could
 * be harmed (one sector cannot be torn; what is written again unchanged cannot be lost; nothing else stands on the disk
 * that a misdirected write could hit) is left alone, and the fault stays armed.
 *
 * Does not cover: rot and latent errors, which strike files at rest (file-store.ts).
 */
import { assertionFailed } from "../core/assertion.ts";
import { equalBytes } from "./byte-sums.ts";
import type { DiskFault } from "./faults.ts";
import type { FileStore } from "./file-store.ts";
import type { RandomStream } from "./random.ts";
import type { Reach } from "./reach.ts";
import { drawTear, mixSectors, overlaySectors, sectorCountOf } from "./sectors.ts";
import type { StateHash } from "./state-hash.ts";

const MILLION = 1_000_000;

/** Faults that begin and end, or wait; a latent error is done when it has struck. */
export type LastingDiskFault = Exclude<DiskFault, { readonly kind: "latent-error" }>;
type WriteFault = Extract<LastingDiskFault, { readonly writeCount: number }>;

interface ActiveFault {
  readonly fault: LastingDiskFault;
  readonly random: RandomStream;
  /** Operations that it still strikes; Infinity while it lasts. */
  leftCount: number;
  /** Kind "disk-full": how much the disk can hold. */
  readonly capacityBytes: number;
}

/** Files that no longer read as they were written, because of one fault. */
export interface DamagedFiles {
  readonly fault: DiskFault;
  readonly files: readonly string[];
}

export class DiskFaults {
  /** By the fault's place in the plan. */
  private readonly active: Map<number, ActiveFault> = new Map();
  private damaged: DamagedFiles[] = [];

  begin(faultIndex: number, fault: LastingDiskFault, random: RandomStream, usedBytes: number): void {
    const capacityBytes = fault.kind === "disk-full" ? usedBytes + fault.freeBytes : Infinity;
    this.active.set(faultIndex, { fault, random, leftCount: operationCountOf(fault), capacityBytes });
    this.inOrderOfPlan();
  }

  end(faultIndex: number): void {
    this.active.delete(faultIndex);
  }

  /** Nothing is wrong any more. */
  endAll(): void {
    this.active.clear();
  }

  get isQuiet(): boolean {
    return this.active.size === 0;
  }

  /** What became damaged since this was asked last. */
  takeDamaged(): readonly DamagedFiles[] {
    if (this.damaged.length === 0) return this.damaged;
    const taken = this.damaged;
    this.damaged = [];
    return taken;
  }

  slowed(durationNs: number, reach: Reach): number {
    let slowedNs = durationNs;
    for (const [index, { fault }] of this.active) {
      if (fault.kind !== "slow-disk" || fault.factor === 1 || durationNs === 0) continue;
      slowedNs *= fault.factor;
      reach.bite(index);
    }
    return slowedNs;
  }

  /** Whether there is room for the write. */
  admits(files: FileStore, file: string, byteCount: number, reach: Reach): boolean {
    for (const [index, { fault, capacityBytes }] of this.active) {
      if (fault.kind !== "disk-full") continue;
      const neededBytes = files.usedBytes - (files.stored(file)?.length ?? 0) + byteCount;
      if (neededBytes <= capacityBytes) continue;
      reach.bite(index);
      return false;
    }
    return true;
  }

  failsRead(files: FileStore, file: string, reach: Reach): boolean {
    let fails = false;
    for (const [index, { fault, random }] of this.active) {
      if (fault.kind !== "read-error" || !file.startsWith(fault.filePrefix)) continue;
      // Every stream is drawn from whatever the others said; a file that is not there cannot fail.
      if (random.below(MILLION) >= fault.ratePpm || files.content(file) === undefined) continue;
      reach.bite(index);
      fails = true;
    }
    return fails;
  }

  /** Carries out a failing flush on the files; false when the flush does not fail. */
  failFlush(files: FileStore, reach: Reach): boolean {
    for (const [index, active] of this.active) {
      if (active.fault.kind !== "failed-flush") continue;
      if (active.fault.cache === "dropped") files.dropUnflushed();
      this.struck(index, active, reach);
      return true;
    }
    return false;
  }

  /** Carries out a write that goes wrong on the files; false when the write does not go wrong. */
  spoilWrite(files: FileStore, file: string, bytes: Uint8Array, reach: Reach): boolean {
    for (const [index, active] of this.active) {
      const { fault, random } = active;
      if (!isWriteFault(fault) || !file.startsWith(fault.filePrefix)) continue;
      const damaged = spoil(fault, files, file, bytes, random);
      if (damaged === undefined) continue;
      this.struck(index, active, reach);
      this.damaged.push({ fault, files: damaged });
      return true;
    }
    return false;
  }

  fork(): DiskFaults {
    const copy = new DiskFaults();
    for (const [index, active] of this.active) {
      copy.active.set(index, { ...active, random: active.random.fork() });
    }
    copy.damaged = this.damaged.slice();
    return copy;
  }

  addTo(hash: StateHash): void {
    for (const { fault, random, leftCount, capacityBytes } of this.active.values()) {
      hash.addImmutable(fault);
      random.addTo(hash);
      hash.add(leftCount === Infinity ? -1 : leftCount);
      hash.add(capacityBytes === Infinity ? -1 : capacityBytes);
    }
  }

  private struck(index: number, active: ActiveFault, reach: Reach): void {
    reach.bite(index);
    active.leftCount -= 1;
    if (active.leftCount === 0) this.active.delete(index);
  }

  private inOrderOfPlan(): void {
    const entries = [...this.active].sort(([a], [b]) => a - b);
    this.active.clear();
    for (const [index, active] of entries) this.active.set(index, active);
  }
}

function operationCountOf(fault: LastingDiskFault): number {
  if (isWriteFault(fault)) return fault.writeCount;
  return fault.kind === "failed-flush" ? fault.flushCount : Infinity;
}

function isWriteFault(fault: LastingDiskFault): fault is WriteFault {
  return "writeCount" in fault;
}

/** The files that were damaged; undefined when there was nothing to harm, and then nothing was done. */
function spoil(
  fault: WriteFault,
  files: FileStore,
  file: string,
  bytes: Uint8Array,
  random: RandomStream,
): readonly string[] | undefined {
  const before = files.content(file);
  switch (fault.kind) {
    case "torn-write": {
      const sectorCount = sectorCountOf(bytes.length);
      if (sectorCount < 2) return undefined;
      const mixed = mixSectors(before, bytes, drawTear(sectorCount, random));
      if (equalBytes(mixed, bytes)) return undefined;
      files.writeWrongly(file, bytes, mixed);
      return [file];
    }
    case "lost-write":
      if (before !== undefined && equalBytes(before, bytes)) return undefined;
      files.writeWrongly(file, bytes, undefined);
      return [file];
    case "misdirected-write": {
      const victims = files.names().filter((name) => name !== file && (files.stored(name)?.length ?? 0) > 0);
      const victim = victims.length === 0 ? undefined : victims[random.below(victims.length)];
      const held = victim === undefined ? undefined : files.stored(victim);
      if (victim === undefined || held === undefined || bytes.length === 0) return undefined;
      const overlaid = overlaySectors(held, bytes, random.below(sectorCountOf(held.length)));
      if (equalBytes(overlaid, held) && before !== undefined && equalBytes(before, bytes)) return undefined;
      files.damage(victim, overlaid);
      files.writeWrongly(file, bytes, undefined);
      return [file, victim];
    }
    default:
      return assertionFailed(`${String(fault satisfies never)} is no fault of a write`);
  }
}
