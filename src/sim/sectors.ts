/**
 * Files as rows of sectors: the smallest part of a write that is stored whole or not at all.
 *
 * Invariant: nothing here changes the bytes that it is given; what it gives is new, or one of them.
 */
import type { RandomStream } from "./random.ts";

export const SECTOR_BYTES = 512;

export function sectorCountOf(byteCount: number): number {
  return Math.ceil(byteCount / SECTOR_BYTES);
}

/**
 * A file after a write of which only some sectors were stored, over what the file held before. A sector that was never
 * written reads as zeros. The file has its new length when the last sector was stored; otherwise it ends where what was
 * stored, or what was there before, ends.
 */
export function mixSectors(
  before: Uint8Array | undefined,
  written: Uint8Array,
  isStored: readonly boolean[],
): Uint8Array {
  const sectorCount = sectorCountOf(written.length);
  let storedCount = 0;
  let end = Math.min(before?.length ?? 0, written.length);
  for (let sector = 0; sector < sectorCount; sector += 1) {
    if (isStored[sector] !== true) continue;
    storedCount += 1;
    end = Math.max(end, Math.min(written.length, (sector + 1) * SECTOR_BYTES));
  }
  if (storedCount === sectorCount) return written;
  const mixed = new Uint8Array(end);
  if (before !== undefined) mixed.set(before.subarray(0, end));
  for (let sector = 0; sector < sectorCount; sector += 1) {
    if (isStored[sector] !== true) continue;
    const from = sector * SECTOR_BYTES;
    mixed.set(written.subarray(from, from + SECTOR_BYTES), from);
  }
  return mixed;
}

/** Some sectors but not all: the first ones in every second draw, any in the others. At least two sectors are needed. */
export function drawTear(sectorCount: number, random: RandomStream): boolean[] {
  if (random.below(2) === 0) {
    const storedCount = 1 + random.below(sectorCount - 1);
    return Array.from({ length: sectorCount }, (_, sector) => sector < storedCount);
  }
  const isStored = Array.from({ length: sectorCount }, () => random.below(2) === 1);
  // One sector is on each side, whatever was drawn for the others.
  const stored = random.below(sectorCount);
  const lost = (stored + 1 + random.below(sectorCount - 1)) % sectorCount;
  isStored[stored] = true;
  isStored[lost] = false;
  return isStored;
}

/** What a crash stores of the sectors of a write that no flush covered: all, none, or some. */
export function drawStored(sectorCount: number, random: RandomStream): boolean[] {
  const choice = random.below(4);
  if (choice < 2) return new Array<boolean>(sectorCount).fill(choice === 1);
  return Array.from({ length: sectorCount }, () => random.below(2) === 1);
}

/** `victim` with the beginning of `written` laid over it from a sector on, as far as the victim reaches. */
export function overlaySectors(victim: Uint8Array, written: Uint8Array, fromSector: number): Uint8Array {
  const from = fromSector * SECTOR_BYTES;
  const overlaid = victim.slice();
  overlaid.set(written.subarray(0, Math.max(0, victim.length - from)), from);
  return overlaid;
}
