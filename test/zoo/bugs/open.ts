/**
 * Bugs that no strategy finds yet within its limits: each shows that a search is weak. They are visited with --open, and
 * listed in docs/zoo.md as not found; one that is found moves to the file where it belongs.
 */
import type { PlantedBug } from "../planted-bug.ts";

export const OPEN_BUGS: readonly PlantedBug[] = [];
