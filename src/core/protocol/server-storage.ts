/**
 * How a backup server uses its disk: tokens, flushes with what waits for them, and the control record's two copies.
 *
 * Invariant: the copy of the control record that is known to be whole is never overwritten; a copy becomes the whole one
 * when a flush completed after the last write to it. So at any crash one of the two is readable.
 */
import type { AfterFlush, Continuation, ServerStep } from "./server-state.ts";
import { encodeControl } from "./server-state.ts";

export const SERVER_TOKEN = "server.";

/** Registers what follows an operation, and gives the token for it. */
export function tokenFor({ state }: ServerStep, continuation: Continuation): string {
  state.nextToken += 1;
  const token = `${SERVER_TOKEN}${state.nextToken}`;
  state.continuations[token] = continuation;
  return token;
}

/** Takes the continuation of a completed operation. */
export function continuationOf({ state }: ServerStep, token: string): Continuation | undefined {
  const continuation = state.continuations[token];
  delete state.continuations[token];
  return continuation;
}

export function flushThen(step: ServerStep, then: readonly AfterFlush[]): void {
  step.env.storage.flush(tokenFor(step, { kind: "flushed", controlNumber: step.state.controlNumber, then }));
}

/** Writes the control record as it is now, flushes, and then does what depends on it. */
export function persistThen(step: ServerStep, then: readonly AfterFlush[]): void {
  const { state, env, cluster } = step;
  state.controlNumber += 1;
  state.controlPending = state.controlNumber;
  const bytes = encodeControl(state.control, state.controlNumber, cluster.digests);
  env.storage.write(`c/${1 - state.controlWholeCopy}`, bytes, tokenFor(step, { kind: "ignore" }));
  flushThen(step, then);
}

/** A flush that was issued after record `controlNumber` completed. */
export function controlFlushed({ state }: ServerStep, controlNumber: number): void {
  // A newer record went to the same copy since: that copy is whole only when its own flush completes.
  if (controlNumber !== state.controlPending || state.controlPending === 0) return;
  state.controlWholeCopy = 1 - state.controlWholeCopy;
  state.controlPending = 0;
}
