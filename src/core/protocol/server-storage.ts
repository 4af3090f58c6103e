/**
 * How a backup server uses its disk: tokens, flushes with what waits for them, and the control record's two copies.
 *
 * Invariant: the copy of the control record that is known to be whole is never overwritten. A copy becomes the whole one
 * when a flush completed after the last write to it, and one record is written at a time: a second write to the same copy
 * could be torn by a crash, and take with it a record that was acted upon already. So at any crash the newest record that
 * anything depended on is readable. Changes that come while a record is on its way go into the next one, all together.
 */
import type { AfterFlush, Continuation, ServerStep } from "./server-state.ts";
import { encodeControl } from "./server-control.ts";

const SERVER_TOKEN = "server.";
export const SERVER_CONTROL = "server.control";

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

/** Flushes files that are no part of the control record, and then does what depends on them. */
export function flushThen(step: ServerStep, next: readonly AfterFlush[]): void {
  issueFlush(step, false, next);
}

/** Makes the control record durable as it is now, and then does what depends on it. */
export function persistThen(step: ServerStep, next: readonly AfterFlush[]): void {
  const { state } = step;
  state.controlWaiting.push(...next);
  state.isControlChanged = true;
  if (!state.isControlOnItsWay) writeControl(step);
}

/** As persistThen, for what depends on a record that was not changed now but may still be on its way to the disk. */
export function settledThen(step: ServerStep, next: readonly AfterFlush[]): void {
  if (step.state.isControlOnItsWay || step.state.isControlChanged) persistThen(step, next);
  else flushThen(step, next);
}

function writeControl(step: ServerStep): void {
  const { state, env, cluster } = step;
  const next = state.controlWaiting;
  state.controlWaiting = [];
  state.isControlChanged = false;
  state.isControlOnItsWay = true;
  state.controlNumber += 1;
  const bytes = encodeControl(state.control, state.controlNumber, cluster.digests);
  env.storage.write(`c/${1 - state.controlWholeCopy}`, bytes, tokenFor(step, { kind: "ignore" }));
  issueFlush(step, true, next);
}

function issueFlush(step: ServerStep, hasControl: boolean, next: readonly AfterFlush[]): void {
  const { failedFlushCount } = step.state;
  step.env.storage.flush(tokenFor(step, { kind: "flushed", hasControl, failedFlushCount, next }));
}

/** The record could not be written a while ago: tries again. */
export function retryControl(step: ServerStep): void {
  if (step.state.isControlChanged && !step.state.isControlOnItsWay) writeControl(step);
}

/**
 * The flush after a record completed, well or not. What changed meanwhile follows at once. After a failure nothing that is
 * in memory counts as recorded. Answers to others are dropped, for they ask again; what this server does by itself waits
 * for the record that is written in its place.
 */
export function controlFlushed(step: ServerStep, isOk: boolean, next: readonly AfterFlush[]): void {
  const { state, env, cluster } = step;
  state.isControlOnItsWay = false;
  if (!isOk) {
    state.isControlChanged = true;
    const own = next.filter(
      (each) => each.do !== "promise" && each.do !== "welcome" && each.do !== "acknowledge",
    );
    state.controlWaiting = [...own, ...state.controlWaiting];
    env.setTimer(SERVER_CONTROL, cluster.times.retryNs);
    return;
  }
  state.controlWholeCopy = 1 - state.controlWholeCopy;
  if (state.isControlChanged) writeControl(step);
}
