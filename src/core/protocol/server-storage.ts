/**
 * How a backup server uses its disk: tokens, flushes with what waits for them, and the control record's two copies.
 *
 * Invariant: the copy of the control record that is known to be whole is never overwritten. A copy becomes the whole one
 * when a flush completed after the last write to it, and one record is written at a time: a second write to the same copy
 * could be torn by a crash, and take with it a record that was acted upon already. So at any crash the newest record that
 * anything depended on is readable. Changes that come while a record is on its way go into the next one, all together.
 * An answer that is due already is not made due again: who asks oftener than this disk can flush gets one answer, and no
 * queue grows.
 */
import { compareBallots, compareKeys, compareLives } from "../checkpoint/key.ts";
import type { AfterFlush, Continuation, ServerState, ServerStep } from "./server-state.ts";
import { encodeControl } from "./server-control.ts";

const SERVER_TOKEN = "server.";
export const SERVER_CONTROL = "server.control";

/** Registers what follows an operation, and gives the token for it. */
export function tokenFor({ state }: ServerStep, continuation: Continuation): string {
  state.nextToken += 1;
  const token = `${SERVER_TOKEN}${state.nextToken}`;
  state.continuations.push({ token, continuation });
  return token;
}

/** Takes the continuation of a completed operation. */
export function continuationOf({ state }: ServerStep, token: string): Continuation | undefined {
  // Operations complete in order, so that it is nearly always the first.
  const index = state.continuations.findIndex((each) => each.token === token);
  if (index < 0) return undefined;
  const [awaited] = state.continuations.splice(index, 1);
  return awaited?.continuation;
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
  const { state } = step;
  const fresh = next.filter((each) => !isDue(state, each));
  if (fresh.length === 0) return;
  if (isSettled(state)) return flushThen(step, fresh);
  // A record failed: whoever asks again need not wait for the timer.
  if (!state.isControlOnItsWay) return persistThen(step, fresh);
  const onItsWay = state.isControlChanged ? undefined : recordOnItsWay(state);
  // No further record for this alone: two answers that wait for each other's records would never be given.
  if (onItsWay === undefined) state.controlWaiting.push(...fresh);
  else onItsWay.next.push(...fresh);
}

/** What waits for the flush of the record that is being written now, if one is. */
function recordOnItsWay(state: ServerState): Extract<Continuation, { kind: "flushed" }> | undefined {
  for (const { continuation: each } of state.continuations) {
    if (each.kind === "flushed" && each.hasControl && each.failedFlushCount === state.failedFlushCount)
      return each;
  }
  return undefined;
}

/** The record on the disk says all that the one in memory says. */
export function isSettled(state: ServerState): boolean {
  return !state.isControlOnItsWay && !state.isControlChanged;
}

/** The same answer to the same asker waits for a flush already. */
function isDue(state: ServerState, answer: AfterFlush): boolean {
  if (state.controlWaiting.some((each) => isSameAnswer(each, answer))) return true;
  return state.continuations.some(
    ({ continuation: each }) =>
      each.kind === "flushed" && each.next.some((waiting) => isSameAnswer(waiting, answer)),
  );
}

function isSameAnswer(a: AfterFlush, b: AfterFlush): boolean {
  if (a.do === "promise" && b.do === "promise")
    return a.from === b.from && compareBallots(a.ballot, b.ballot) === 0;
  if (a.do === "welcome" && b.do === "welcome")
    return a.from === b.from && a.slot === b.slot && compareLives(a.life, b.life) === 0;
  if (a.do === "acknowledge" && b.do === "acknowledge")
    return a.from === b.from && compareKeys(a.key, b.key) === 0;
  return false;
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
  step.env.storage.flush(tokenFor(step, { kind: "flushed", hasControl, failedFlushCount, next: [...next] }));
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
