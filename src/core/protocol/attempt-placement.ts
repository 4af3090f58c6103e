/**
 * Which slots take an attempt's members, and in which order: those that production believes alive, best first, with failure
 * domains kept apart where the cluster asks for that.
 *
 * Invariant: without domains the slots stand in their own order, so that a placement can be read off a list.
 * Does not cover: who is believed alive (production-state.ts), and where each member lies then (layout.ts).
 */
import { type PlacementError, type PlacementKind, planPlacement } from "../redundancy/placement.ts";
import type { Scheme } from "../redundancy/scheme.ts";

/** How a cluster places; left out of its configuration: rotated, whatever domains there are. */
export interface ClusterPlacement {
  readonly kind: PlacementKind;
  /** [slot]: its failure domain. Then no domain holds more members of a group than are always survived (at least one). */
  readonly slotDomains?: readonly string[];
}

export interface AttemptPlacementOptions {
  readonly scheme: Scheme;
  readonly width: number;
  readonly placement?: ClusterPlacement | undefined;
}

export type AttemptPlacement =
  | { readonly ok: true; readonly slots: readonly number[]; readonly declusteredOver: number | undefined }
  | {
      readonly ok: false;
      readonly reason: "too-few-servers" | "domains-not-placeable";
      /** What it is exactly. */
      readonly code: PlacementError["code"];
      /** One English sentence for a person. */
      readonly message: string;
    };

/** As many members a domain as a loss of all of it leaves decodable; a scheme without tolerance keeps them apart as well as it can. */
export function membersPerDomainMax(scheme: Scheme): number {
  return Math.max(1, scheme.tolerance);
}

/** `candidates`: slots, best first. */
export function placeAttempt(
  { scheme, width, placement }: AttemptPlacementOptions,
  candidates: readonly number[],
): AttemptPlacement {
  if (candidates.length < width) {
    const message = `A placement takes ${width} servers, and there are ${candidates.length}.`;
    return { ok: false, reason: "too-few-servers", code: "too-few-servers", message };
  }
  const kind = placement?.kind ?? "rotated";
  const slotDomains = placement?.slotDomains;
  if (slotDomains === undefined) {
    const slots = candidates.slice(0, width).sort((a, b) => a - b);
    const isSpread = kind === "declustered" && width > scheme.k + scheme.m;
    return { ok: true, slots, declusteredOver: isSpread ? width : undefined };
  }
  const planned = planPlacement({
    scheme,
    kind,
    domains: candidates.map((slot) => slotDomains[slot] ?? ""),
    width,
    membersPerDomainMax: membersPerDomainMax(scheme),
  });
  if (!planned.ok) {
    const { code, message } = planned.error;
    return { ok: false, reason: "domains-not-placeable", code, message };
  }
  const { order, declusteredOver } = planned.placement;
  return { ok: true, slots: order.map((index) => candidates[index] as number), declusteredOver };
}
