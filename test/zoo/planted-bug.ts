/**
 * A planted bug: a small change of the source text of the real core, or of the software that it carries, applied only when the
 * zoo builds its own bundle.
 *
 * The published build never holds a bug: nothing in src/ knows of the zoo. Each text to find must occur exactly once
 * (patched-source.ts), so that a bug cannot fall out of the zoo unnoticed when the core changes.
 */
import type { PromiseId } from "../../src/verify/result.ts";

export interface Replacement {
  readonly find: string;
  readonly replace: string;
}

export interface PlantedBug {
  readonly id: string;
  /** One line: what the program does wrong. */
  readonly story: string;
  /** Where it comes from: a system that had it, a row of docs/protocol.md, or what it shows about the checkers. */
  readonly source: string;
  /** Promises whose checker may be the one that fails. A crash of the core counts as found too, and is told apart. */
  readonly breaks: readonly PromiseId[];
  /** One file, relative to the project. */
  readonly file: string;
  readonly replacements: readonly Replacement[];
}
