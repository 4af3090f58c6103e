/**
 * The list of undisturbed runs from which crash points branch: schemes, widths, places of the former, images, phases.
 *
 * A subsegment is two sectors, so that a torn member has a boundary inside.
 *
 * Does not cover: what such a run is made of (base-scenario.ts), and images of many groups beyond small widths.
 */
import { assert } from "../../core/assertion.ts";
import { placeAttempt } from "../../core/protocol/attempt-placement.ts";
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import type { PlacementKind } from "../../core/redundancy/placement.ts";
import { parseScheme } from "../../core/redundancy/scheme.ts";
import { geometryOf, membersAt } from "../oracle/geometry.ts";
import { rackOfSlot } from "./base-scenario.ts";
import type { CrashBase, CrashCell, FirstCrash, PhaseId } from "./chunk.ts";

const WIDTH_MIN = 2;
const WIDTH_MAX = 8;
/** Up to here a spare server is tried too, and a second crash at every step of the recovery. */
const SMALL_WIDTH_MAX = 4;
/** Up to here the first of two crashes takes each server along with the production server. */
export const PAIRED_FIRST_CRASH_WIDTH_MAX = 3;
const SUBSEGMENT_BYTES = 1024;
const FORMERS: readonly FormerPlace[] = ["production", "backup", "dedicated"];
const RETENTIONS: readonly number[] = [1, 2];

/** The texts of all schemes with at most `width` members in a group, family by family. */
function schemeTexts(width: number): string[] {
  const texts: string[] = [];
  for (let copies = 2; copies <= width; copies += 1) texts.push(`mirror:${copies}`);
  for (let k = 1; k <= width; k += 1) texts.push(`stripe:${k}`);
  for (let k = 1; k < width; k += 1) texts.push(`parity:${k}+1`);
  for (let k = 1; k < width; k += 1) {
    for (let m = 1; k + m <= width; m += 1) texts.push(`rs:${k}+${m}`);
  }
  for (let k = 1; k < width; k += 1) {
    for (let l = 1; l <= k; l += 1) {
      if (k % l !== 0) continue;
      for (let g = 1; k + l + g <= width; g += 1) texts.push(`lrc:${k},${l},${g}`);
    }
  }
  return texts;
}

/** All schemes that fit a width, of every family that the core has. */
export function schemesAt(width: number): CrashCell[] {
  return schemeTexts(width).map((text) => {
    const parsed = parseScheme(text);
    assert(parsed.ok, "every scheme of the list is one");
    const { k, m, tolerance } = parsed.scheme;
    return { scheme: text, width, k, m, tolerance };
  });
}

/** Every cell of the table, by width. */
export function allCells(): CrashCell[] {
  const cells: CrashCell[] = [];
  for (let width = WIDTH_MIN; width <= WIDTH_MAX; width += 1) cells.push(...schemesAt(width));
  return cells;
}

/** Around the boundaries of subsegments and groups; ascending, each once. */
export function imageSizes(phase: PhaseId, { k, width }: Pick<CrashCell, "k" | "width">): number[] {
  const s = SUBSEGMENT_BYTES;
  const sizes = [0, 1, s - 1, s, s + 1, k * s - 1, k * s, k * s + 1, (k + 1) * s + 333];
  // As many groups as servers: every server holds data. What rots or is built again must be able to lie on each of them.
  if (width <= SMALL_WIDTH_MAX || phase === "repair" || phase === "scrub") sizes.push(width * k * s - 1);
  return [...new Set(sizes)].sort((a, b) => a - b);
}

function serverCounts(width: number, tolerance: number): number[] {
  // With tolerance 0 every server must promise: a spare one changes nothing but makes it harder.
  if (tolerance === 0) return [width];
  return width <= SMALL_WIDTH_MAX ? [width, width + 1] : [width];
}

function phasesOf(width: number, tolerance: number): PhaseId[] {
  const phases: PhaseId[] = ["first-checkpoint", "next-checkpoint", "restore", "rejoin"];
  // Without redundancy nothing can be rebuilt, and a blank server does not join by itself.
  if (tolerance > 0) phases.push("repair", "scrub");
  if (width <= SMALL_WIDTH_MAX) phases.push("double");
  return phases;
}

/** How many checkpoints are kept makes no difference while there is only one. */
function retentionsOf(phase: PhaseId): readonly number[] {
  return phase === "first-checkpoint" || phase === "double" ? RETENTIONS.slice(0, 1) : RETENTIONS;
}

/** Every slot that may come back, be blank, be rotten: places in a placement and turns to restore are by slot. */
function harmedSlotsOf(phase: PhaseId, serverCount: number): number[] {
  if (phase !== "rejoin" && phase !== "repair" && phase !== "scrub") return [0];
  return Array.from({ length: serverCount }, (_, slot) => slot);
}

/** Nobody is missing when the first checkpoints are taken: slots are placed in their order, and a spare one is left out. */
function holdsMembers({ k, m, width }: CrashCell, imageBytes: number, slot: number): boolean {
  const geometry = geometryOf({ k, m, width, subsegmentBytes: SUBSEGMENT_BYTES, imageBytes });
  return slot < width && membersAt(geometry, slot).length > 0;
}

function firstCrashesOf(phase: PhaseId, cell: CrashCell, serverCount: number): (FirstCrash | undefined)[] {
  const crashes: (FirstCrash | undefined)[] = [undefined];
  if (phase !== "double" || cell.width > PAIRED_FIRST_CRASH_WIDTH_MAX) return crashes;
  for (let slot = 0; slot < serverCount; slot += 1) {
    crashes.push({ slot, disk: "kept" });
    // Without redundancy the restore waits from then on, and a second crash finds nothing under way.
    if (cell.tolerance > 0) crashes.push({ slot, disk: "lost" });
  }
  return crashes;
}

/** The bases of one cell of the table, in an order that never changes. */
export function basesOf(cell: CrashCell): CrashBase[] {
  const { scheme, width, tolerance } = cell;
  const bases: CrashBase[] = [];
  for (const phase of phasesOf(width, tolerance)) {
    for (const serverCount of serverCounts(width, tolerance)) {
      for (const retentionCount of retentionsOf(phase)) {
        for (const imageBytes of imageSizes(phase, cell)) {
          for (const harmedSlot of harmedSlotsOf(phase, serverCount)) {
            // Without a member of the image there is nothing that could rot.
            if (phase === "scrub" && !holdsMembers(cell, imageBytes, harmedSlot)) continue;
            for (const first of firstCrashesOf(phase, cell, serverCount)) {
              for (const former of FORMERS) {
                bases.push({
                  scheme,
                  width,
                  serverCount,
                  former,
                  imageBytes,
                  subsegmentBytes: SUBSEGMENT_BYTES,
                  retentionCount,
                  phase,
                  harmedSlot,
                  first,
                });
              }
            }
          }
        }
      }
    }
  }
  return [...bases, ...placedBases(cell)];
}

type Placed = Pick<CrashBase, "placement" | "inRacks">;

/** The placements that a cell can have besides the rotated one of servers in no racks. */
function placementsOf({ scheme, width, k, m, tolerance }: CrashCell): Placed[] {
  const parsed = parseScheme(scheme);
  assert(parsed.ok, "every scheme of the list is one");
  if (tolerance === 0) return [];
  const slots = Array.from({ length: width }, (_, slot) => slot);
  const slotDomains = slots.map(rackOfSlot);
  const isPlaceable = (kind: PlacementKind): boolean =>
    placeAttempt({ scheme: parsed.scheme, width, placement: { kind, slotDomains } }, slots).ok;
  const placed: Placed[] = isPlaceable("rotated") ? [{ inRacks: true }] : [];
  if (width === k + m) return placed;
  placed.push({ placement: "declustered" });
  if (isPlaceable("declustered")) placed.push({ placement: "declustered", inRacks: true });
  return placed;
}

/**
 * Where members lie is all that placements differ in, so one image, one place of the former and one checkpoint kept are enough.
 * The image has a round of groups and one group of the next.
 */
function placedBases(cell: CrashCell): CrashBase[] {
  const { scheme, width, k, tolerance } = cell;
  const phases = phasesOf(width, tolerance).filter((phase) => phase !== "double");
  return placementsOf(cell).flatMap((placed) =>
    phases.flatMap((phase) =>
      harmedSlotsOf(phase, width).map((harmedSlot): CrashBase => ({
        scheme,
        width,
        serverCount: width,
        former: "production",
        imageBytes: width * k * SUBSEGMENT_BYTES + 1,
        subsegmentBytes: SUBSEGMENT_BYTES,
        retentionCount: 1,
        phase,
        harmedSlot,
        first: undefined,
        ...placed,
      })),
    ),
  );
}

/** Every base, cell by cell, in an order that never changes. */
export function allBases(): CrashBase[] {
  return allCells().flatMap(basesOf);
}

/** " declustered in racks", "" for a rotated placement in no racks. */
export function placementWords({ placement, inRacks }: Placed): string {
  return `${placement === undefined ? "" : ` ${placement}`}${inRacks === undefined ? "" : " in racks"}`;
}

export function baseName(base: CrashBase): string {
  const { scheme, width, serverCount, former, imageBytes, retentionCount, phase, harmedSlot, first } = base;
  const harmed = phase === "rejoin" || phase === "repair" || phase === "scrub" ? ` s${harmedSlot + 1}` : "";
  const firstWords = first === undefined ? "" : ` after s${first.slot + 1} ${first.disk}`;
  const widthWords = `width ${width}${placementWords(base)}`;
  const sizes = `${widthWords} servers ${serverCount} former ${former} image ${imageBytes}`;
  return `${scheme} ${sizes} retention ${retentionCount} ${phase}${harmed}${firstWords}`;
}
