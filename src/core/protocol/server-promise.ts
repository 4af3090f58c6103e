/**
 * A backup server hears beats, misses them, and promises ballots to restorers (R1, R2, R14).
 *
 * A promise is answered after it is flushed, with a survey taken at that moment. Between raising `promised` in memory
 * and the answer nothing below the ballot can come to be held, so survey and promise are one step.
 */
import { compareBallots, type Ballot } from "../checkpoint/key.ts";
import type { HostId } from "./environment.ts";
import type { AskMessage, BeatMessage } from "./messages.ts";
import { isSettled, persistThen, settledThen } from "./server-storage.ts";
import { refusalOf, type ServerState, type ServerStep } from "./server-state.ts";

/** Fires when no heartbeat came for the takeover time. */
export const SERVER_WATCH = "server.watch";

/** Lower slots start first, so that restorers seldom race. */
export function restartWatch({ cluster, env, state }: ServerStep): void {
  const { takeoverNs, takeoverStaggerNs } = cluster.times;
  env.setTimer(SERVER_WATCH, takeoverNs + state.slot * takeoverStaggerNs);
}

export function hearBeat(step: ServerStep, from: HostId, message: BeatMessage): void {
  const { state, env } = step;
  if (state.phase !== "working" && state.phase !== "greeting") return;
  const { control } = state;
  if (message.hears && compareBallots(message.ballot, control.promised) >= 0) restartWatch(step);
  if (message.restoring) return;
  env.send(from, {
    to: "production",
    type: "alive",
    ballot: message.ballot,
    slot: state.slot,
    life: control.life,
    joined: control.joined,
    complete: control.complete,
    promised: control.promised,
    floor: control.floor,
  });
}

/** No heartbeat for too long: the local restorer is to take over. */
export function watchFired(step: ServerStep): void {
  const { state, env } = step;
  if (state.phase !== "working") return;
  const { promised, lives } = state.control;
  env.send(env.self, { to: "restorer", type: "restore", above: promised, lives, operator: undefined });
  restartWatch(step);
}

export function hearAsk(step: ServerStep, from: HostId, message: AskMessage): void {
  const { state, env } = step;
  const { control } = state;
  const isOperator = message.operator !== undefined;
  const mayPromise = state.phase === "working" || (state.phase === "greeting" && isOperator);
  const order = compareBallots(message.ballot, control.promised);
  // The same ballot is the same holder: ballots are unique (R1), and its question may be a repeated one (R2).
  if (!mayPromise || order < 0) {
    if (state.phase === "loading" || state.phase === "off") return;
    return env.send(from, {
      to: "restorer",
      type: "ask-refused",
      ballot: message.ballot,
      refusal: refusalOf(state),
    });
  }
  control.promised = message.ballot;
  const isJoinedNow = state.phase === "greeting";
  if (isJoinedNow) {
    control.joined = true;
    control.joinedByOperator = message.ballot;
    state.phase = "working";
    env.note({ kind: "joined", slot: state.slot, life: control.life });
  }
  restartWatch(step);
  const answer = [{ do: "promise", ballot: message.ballot, from }] as const;
  if (order === 0 && !isJoinedNow) settledThen(step, answer);
  else persistThen(step, answer);
}

/**
 * The promise is flushed; it is given unless a higher one was made meanwhile, or this life ended. What the survey tells must
 * be on the disk too: a checkpoint that was rebuilt just now, or the word that all of them are, waits for its record.
 */
export function givePromise(step: ServerStep, ballot: Ballot, from: HostId): void {
  const { state, env } = step;
  const { control } = state;
  if (state.phase !== "working" || compareBallots(ballot, control.promised) !== 0) return;
  if (!isSettled(state)) return settledThen(step, [{ do: "promise", ballot, from }]);
  env.note({ kind: "promised", slot: state.slot, life: control.life, ballot });
  env.send(from, {
    to: "restorer",
    type: "promise",
    ballot,
    slot: state.slot,
    life: control.life,
    lives: control.lives,
    complete: control.complete,
    floor: control.floor,
    ...surveyOf(state),
  });
}

/** What this server holds: manifests, and keys whose manifest cannot be read now. */
export function surveyOf(state: ServerState): {
  readonly manifests: readonly Uint8Array[];
  readonly damaged: readonly ServerState["held"][string]["key"][];
} {
  const manifests: Uint8Array[] = [];
  const damaged: ServerState["held"][string]["key"][] = [];
  for (const { key, manifestBytes } of Object.values(state.held)) {
    if (manifestBytes === undefined) damaged.push(key);
    else manifests.push(manifestBytes);
  }
  return { manifests, damaged };
}
