/**
 * The constructors of TextEncoder and TextDecoder for the portable layers (src/core, src/sim).
 *
 * Invariant: only tsconfig.core.json loads this file. Node's types and lib.dom declare the same values, and
 * two declarations clash. What stands here is a subset of both.
 */

declare const TextEncoder: new () => TextEncoder;

/** `fatal` makes malformed bytes throw instead of turning into U+FFFD. */
declare const TextDecoder: new (
  label?: "utf-8",
  options?: { fatal?: boolean; ignoreBOM?: boolean },
) => TextDecoder;
