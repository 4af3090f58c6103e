/**
 * Assertions: they stay on, and they are for bugs of the caller or of this code only.
 *
 * Expected failures (a lost member, a bad digest, a bad scheme) are values with a typed error code and never come here.
 */

/** Thrown when the program itself is wrong. Nothing in the core catches it. */
export class AssertionError extends Error {
  override readonly name: string = "AssertionError";
}

/**
 * Throws AssertionError unless the condition holds.
 * The message is a plain string, so a hot path should not build one from parts: use `assertionFailed` behind an `if` there.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Always throws. Written `if (bad) assertionFailed(...)` where building the message would cost something. */
export function assertionFailed(message: string): never {
  throw new AssertionError(message);
}
