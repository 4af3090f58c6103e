/**
 * The configurations that are explored, by profile.
 *
 * Each is small enough to say something about every order of its messages, and each is there for a reason (its story).
 * What arrives "at once" or is lost by configuration is stated with its bounds.
 */
import type { InterleavingConfiguration } from "../configuration.ts";
import type { ExplorationBounds } from "../explore.ts";
import { DISKS, type DisksName, LARGER_DISKS } from "./disks.ts";
import { FORMERS, type FormersName } from "./formers.ts";
import { KEEPING, type KeepingName, LARGER_KEEPING } from "./keeping.ts";
import { LARGER_REJOINING, REJOINING, type RejoiningName } from "./rejoining.ts";
import { LARGER_RESTORING, RESTORING, type RestoringName } from "./restoring.ts";
import { LARGER_SCHEMES, SCHEMES, type SchemesName } from "./schemes.ts";

export type InterleavingProfile = "commit" | "exhaustive";

export interface PlannedExploration {
  readonly configuration: InterleavingConfiguration;
  readonly bounds: ExplorationBounds;
}

export type ConfigurationName =
  RestoringName | RejoiningName | DisksName | SchemesName | FormersName | KeepingName;

/** Those of the commit profile. */
export const CONFIGURATIONS: Readonly<Record<ConfigurationName, InterleavingConfiguration>> = {
  ...RESTORING,
  ...REJOINING,
  ...DISKS,
  ...SCHEMES,
  ...FORMERS,
  ...KEEPING,
};

/** Too many states for a commit: more at once of what the others have one by one. */
const LARGER_CONFIGURATIONS: Readonly<Record<string, InterleavingConfiguration>> = {
  ...LARGER_RESTORING,
  ...LARGER_REJOINING,
  ...LARGER_DISKS,
  ...LARGER_SCHEMES,
  ...LARGER_KEEPING,
};

/** Nothing here is known to be that deep; the bound is there so that every exploration ends. */
const DEPTH_MAX = 200;

/** What each profile takes: states at most, and from which share of them it is tried that the cluster gets going. */
const PROFILE_BOUNDS: Readonly<Record<InterleavingProfile, ExplorationBounds>> = {
  commit: { depthMax: DEPTH_MAX, stateCountMax: 800_000, completeEvery: 400 },
  exhaustive: { depthMax: DEPTH_MAX, stateCountMax: 40_000_000, completeEvery: 200 },
};

/** All configurations of a profile, long ones first. */
export function plannedExplorations(profile: InterleavingProfile): PlannedExploration[] {
  const all: readonly InterleavingConfiguration[] = Object.values(CONFIGURATIONS);
  const larger = Object.values(LARGER_CONFIGURATIONS);
  const chosen = profile === "commit" ? all : [...larger, ...all];
  return chosen.map((each) => ({ configuration: each, bounds: PROFILE_BOUNDS[profile] }));
}
