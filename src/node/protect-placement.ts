/**
 * Where protect puts members: how many of the directories, in which order, rotated or declustered, racks kept apart.
 *
 * Does not cover: whether the directories can be used (survey.ts), and where each member lies then (layout.ts).
 */

import { placeAttempt } from "../core/protocol/attempt-placement.ts";
import type { PlacementKind } from "../core/redundancy/placement.ts";
import { GROUP_MEMBERS_MAX, type Scheme } from "../core/redundancy/scheme.ts";
import { inputFailure } from "./store-error.ts";

export interface DirectoryPlacement {
  /** One directory for each server; they exist, and are empty or were used before. */
  readonly servers: readonly string[];
  /** How many of the servers hold members: the first ones, with racks the first that fit. All of them when left out. */
  readonly width?: number;
  /**
   * The failure domain of each server, in their order. Then no domain holds more members of a group than the scheme always
   * survives (at least one), so that a whole rack may be lost; refused where that cannot be.
   */
  readonly racks?: readonly string[];
  /** Rotated when left out. */
  readonly placement?: PlacementKind;
}

/** The directories by position. What cannot be placed is thrown as a failure of the input. */
export function placementOnDirectories(
  scheme: Scheme,
  options: DirectoryPlacement,
): { readonly order: readonly number[]; readonly declusteredOver: number | undefined } {
  const width = checkedWidth(scheme, options);
  const { racks, servers, placement: kind = "rotated" } = options;
  if (racks !== undefined && racks.length !== servers.length) {
    const message = `Racks are named for each server: ${servers.length}, not ${racks.length}.`;
    throw inputFailure("racks-not-one-a-server", "", message);
  }
  const placement = racks === undefined ? { kind } : { kind, slotDomains: racks };
  const placed = placeAttempt({ scheme, width, placement }, [...servers.keys()]);
  if (!placed.ok) throw inputFailure(placed.code, "", placed.message);
  return { order: placed.slots, declusteredOver: placed.declusteredOver };
}

function checkedWidth(scheme: Scheme, options: DirectoryPlacement): number {
  const need = scheme.k + scheme.m;
  const have = options.servers.length;
  if (have < need) {
    throw inputFailure(
      "too-few-servers",
      "",
      `Scheme ${scheme.text} needs ${need} server directories, and ${have} ${have === 1 ? "was" : "were"} given.`,
    );
  }
  const most = Math.min(have, GROUP_MEMBERS_MAX);
  const width = options.width ?? most;
  if (Number.isSafeInteger(width) && width >= need && width <= most) return width;
  const allowed = need === most ? String(need) : `an integer ${need}..${most}`;
  throw inputFailure(
    "width-out-of-range",
    "",
    `The width ${width} must be ${allowed} for ${scheme.text} on ${have} ${have === 1 ? "server" : "servers"}.`,
  );
}
