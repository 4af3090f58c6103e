/**
 * The restorer: takes a fresh ballot, collects promises with surveys, picks the newest checkpoint that is not refuted,
 * fetches as few members as it can, decodes, verifies, and hands the software's segments over (R1, R3, R4, R11, R14).
 *
 * Invariants: nothing is picked before enough slots promised; a failed fetch never leads to an older checkpoint (but by
 * the operator's word); every byte handed over was checked member by member and as a whole. Three verdicts, each told:
 * restored; refused with groups and slots; waiting with slots, and then it goes on by itself.
 *
 * Not covered: running the software afterwards (production.ts, by way of host.ts).
 */
import { segmentsOfImage } from "../checkpoint/image.ts";
import { compareBallots, compareKeys, endsLife, keyText, type Ballot } from "../checkpoint/key.ts";
import type { ClusterConfiguration } from "./cluster.ts";
import type { Environment } from "./environment.ts";
import type { AskRefusedMessage, MembersMessage, PromiseMessage, RestoreCommand } from "./messages.ts";
import type { Verdict, VerdictFlag } from "./notes.ts";
import {
  answerOf,
  isRefuted,
  mergedLives,
  newestCandidate,
  validAnswers,
  type Answer,
} from "./restorer-candidates.ts";
import { advance, blockersOf, createFetching, fetchTick, takeMember } from "./restorer-fetch.ts";
import {
  createRestorer,
  hasOrdinaryQuorum,
  hasQuorum,
  isDeclaredLost,
  missingSlots,
  type Fetching,
  type RestorerState,
} from "./restorer-state.ts";

export const RESTORER_TICK = "restorer.tick";
export const RESTORER_BEAT = "restorer.beat";

/** Groups named in a refusal; more would not help a reader. */
const NAMED_GROUPS_MAX = 64;

/** Retry periods after which a refused restore asks every server anew. */
const REFUSED_TICKS = 16;

/** An operator's restore gives way for at most this many times the patience with a silent server. */
const GIVING_WAY_MAX = 64;

/** A restore is under way here, refused ones included. */
function isActive({ phase }: RestorerState): boolean {
  return phase !== "idle" && phase !== "giving-way";
}

function higherBallot(a: Ballot, b: Ballot): Ballot {
  return compareBallots(a, b) >= 0 ? a : b;
}

export function restorerMessage(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  message: PromiseMessage | AskRefusedMessage | MembersMessage | RestoreCommand,
): void {
  switch (message.type) {
    case "restore":
      state.lives = mergedLives(state.lives, message.lives);
      state.ballotSeen = higherBallot(state.ballotSeen, message.above);
      if (state.phase === "idle" || message.operator !== undefined)
        begin(cluster, state, env, message.operator, 0);
      // Nobody beats any more: there is nobody left to give way to.
      else if (state.phase === "giving-way")
        begin(cluster, state, env, state.operator, state.supersededCount);
      return;
    case "promise":
      return hearPromise(cluster, state, env, message);
    case "ask-refused":
      return hearRefusal(cluster, state, env, message);
    case "members":
      return hearMembers(cluster, state, env, message);
    default:
      return message satisfies never;
  }
}

function begin(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  operator: RestorerState["operator"],
  supersededCount: number,
): void {
  const above = state.ballotSeen;
  // R1: fresh and unique. An operator's restore opens a new epoch (R14).
  const ballot: Ballot = {
    epoch: operator === undefined ? above.epoch : above.epoch + 1,
    number: operator === undefined ? above.number + 1 : 1,
    restorer: env.self,
    nonce: env.random(),
  };
  const { lives } = state;
  Object.assign(state, createRestorer(cluster));
  state.lives = lives;
  state.phase = "asking";
  state.ballot = ballot;
  state.ballotSeen = ballot;
  state.operator = operator;
  state.supersededCount = supersededCount;
  env.note({ kind: "restore-started", ballot, operator: operator !== undefined });
  ask(cluster, state, env);
  restorerBeat(cluster, state, env);
  env.setTimer(RESTORER_TICK, cluster.times.retryNs);
}

/** Asks who still owes an answer; everybody while nothing moves, which tells whether this restore is superseded. */
function ask(cluster: ClusterConfiguration, state: RestorerState, env: Environment): void {
  const missing = missingSlots(cluster, state);
  const isStill = state.fetching === undefined || state.fetching.silentTicks > 0;
  const isEverybodyAsked = isStill && state.tickCount % cluster.times.silentTicksMax === 0;
  const operator = state.operator === undefined ? undefined : { lostSlots: state.operator.lostSlots };
  cluster.slotHosts.forEach((host, slot) => {
    if (!missing.includes(slot) && (!isEverybodyAsked || isDeclaredLost(state, slot))) return;
    env.send(host, { to: "server", type: "ask", ballot: state.ballot, operator });
  });
}

/** Keeps other restorers from starting while this one works; not when it works in vain because nobody reaches it. */
export function restorerBeat(cluster: ClusterConfiguration, state: RestorerState, env: Environment): void {
  if (!isActive(state)) return;
  const hears = state.unheardTicks <= cluster.times.silentTicksMax;
  for (const host of cluster.slotHosts) {
    env.send(host, { to: "server", type: "beat", ballot: state.ballot, restoring: true, hears });
  }
  env.setTimer(RESTORER_BEAT, cluster.times.heartbeatNs);
}

/** The own server always answers; that says nothing of the others. */
function noteHeard(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  slot: number,
): void {
  if (cluster.slotHosts[slot] !== env.self) state.unheardTicks = 0;
}

function stop(state: RestorerState, env: Environment): void {
  state.phase = "idle";
  state.fetching = undefined;
  env.cancelTimer(RESTORER_TICK);
  env.cancelTimer(RESTORER_BEAT);
}

function hearRefusal(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  message: AskRefusedMessage,
): void {
  const { promised, lives } = message.refusal;
  state.ballotSeen = higherBallot(state.ballotSeen, promised);
  if (!isActive(state) || compareBallots(message.ballot, state.ballot) !== 0) return;
  noteHeard(cluster, state, env, message.refusal.slot);
  state.lives = mergedLives(state.lives, lives);
  if (compareBallots(promised, state.ballot) <= 0) return; // not joined yet: it is asked again
  env.note({ kind: "restore-abandoned", ballot: state.ballot, by: promised });
  const { operator } = state;
  stop(state, env);
  if (operator !== undefined) giveWay(cluster, state, env, operator);
}

/**
 * The operator's word stands until it is carried out; anybody else makes way for the higher ballot. It begins again at once
 * the first time: the ballot that it did not know may be an old one. When it meets another, somebody else is restoring too.
 * Then each waits twice as long as before, so that two operators' restores do not keep each other from ever finishing.
 */
function giveWay(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  operator: NonNullable<RestorerState["operator"]>,
): void {
  if (state.supersededCount === 0) return begin(cluster, state, env, operator, 1);
  const patience = Math.min(1 << Math.min(state.supersededCount - 1, 30), GIVING_WAY_MAX);
  state.phase = "giving-way";
  state.supersededCount += 1;
  env.setTimer(RESTORER_TICK, patience * cluster.times.silentTicksMax * cluster.times.retryNs);
}

function hearPromise(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  message: PromiseMessage,
): void {
  if (!isActive(state) || state.phase === "refused") return;
  if (compareBallots(message.ballot, state.ballot) !== 0) return;
  noteHeard(cluster, state, env, message.slot);
  const understood = answerOf(message, cluster.digests);
  if (understood === undefined) return;
  state.lives = mergedLives(state.lives, message.lives);
  const ownLife = state.lives.map((life, slot) => (slot === message.slot ? message.life : life));
  state.lives = mergedLives(state.lives, ownLife);
  const known = state.lives[message.slot];
  const host = cluster.slotHosts[message.slot];
  if (known !== undefined && host !== undefined && endsLife(known, message.life)) {
    // Void (R4). It may be the only one who does not know: a restore that needs it would wait for good.
    env.send(host, { to: "server", type: "superseded", lives: state.lives });
  }
  state.answers[message.slot] = understood.answer;
  for (const manifest of understood.manifests) state.manifests[keyText(manifest.key)] = manifest;
  evaluate(cluster, state, env, "message");
}

function hearMembers(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  message: MembersMessage,
): void {
  const { fetching } = state;
  if (fetching === undefined || compareKeys(fetching.manifest.key, message.key) !== 0) return;
  noteHeard(cluster, state, env, message.slot);
  if (takeMember(cluster, env, fetching, message)) evaluate(cluster, state, env, "message");
}

function tell(state: RestorerState, env: Environment, verdict: Verdict): void {
  const text = JSON.stringify(verdict);
  if (text === state.toldVerdict) return;
  state.toldVerdict = text;
  env.note({ kind: "verdict", ballot: state.ballot, verdict });
}

/**
 * Goes as far as the answers allow. Waiting is told by ticks alone, and not before everybody had the time to answer: a
 * message may be one of several that are on their way.
 */
function evaluate(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  cause: "message" | "tick",
): void {
  const isLate = cause === "tick" && state.tickCount >= cluster.times.silentTicksMax;
  if (!hasQuorum(cluster, state)) {
    // R4: a life that ended after the promises were counted takes its promise away again.
    state.hasPromises = false;
    if (isLate) tell(state, env, { kind: "waiting", key: undefined, slots: missingSlots(cluster, state) });
    return;
  }
  const answers = validAnswers(state.answers, state.lives);
  if (!state.hasPromises) {
    state.hasPromises = true;
    const slots = answers.flatMap((answer, slot) => (answer === undefined ? [] : [slot]));
    env.note({ kind: "promises-held", ballot: state.ballot, slots });
    state.fetching = sameIfNewest(cluster, state, answers);
  }
  // A fetch that has begun goes on: a newer candidate that turns up later was never durable, or it would be in R3's count.
  const manifest = state.fetching?.manifest;
  if (manifest !== undefined && isRefuted(cluster, { text: keyText(manifest.key), manifest }, answers)) {
    state.fetching = undefined;
  }
  for (;;) {
    const fetching = state.fetching ?? choose(cluster, state, env, answers, isLate);
    if (fetching === undefined) return;
    state.phase = "fetching";
    state.fetching = fetching;
    const progress = advance(cluster, state, env, fetching);
    if (progress.kind === "under-way") return;
    if (progress.kind === "whole") return finish(cluster, state, env, fetching, progress.image);
    fetching.isBlocked = true;
    const { key } = fetching.manifest;
    const { lostSlots, awaitedSlots } = blockersOf(state, fetching, progress.groups);
    if (awaitedSlots.length > 0) {
      fetching.isToldWaiting = isLate;
      if (isLate) tell(state, env, { kind: "waiting", key, slots: awaitedSlots });
      return;
    }
    const groups = progress.groups.slice(0, NAMED_GROUPS_MAX);
    const verdict: Verdict = { kind: "refused", reason: "unrecoverable", key, groups, slots: lostSlots };
    if (state.operator?.acceptOlder !== true) return refuse(state, env, verdict);
    state.passedOver.push({ text: keyText(key), verdict });
    state.fetching = undefined;
  }
}

/** The fetch under way, if it is of the candidate that would be chosen now that the promises are held anew. */
function sameIfNewest(
  cluster: ClusterConfiguration,
  state: RestorerState,
  answers: readonly (Answer | undefined)[],
): Fetching | undefined {
  const { fetching } = state;
  const newest = newestCandidate(cluster, state, answers);
  return fetching !== undefined && newest?.text === keyText(fetching.manifest.key) ? fetching : undefined;
}

/** Begins to fetch the newest candidate. undefined: there is none, or nobody can show its manifest at present. */
function choose(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  answers: readonly (Answer | undefined)[],
  isLate: boolean,
): Fetching | undefined {
  for (;;) {
    const candidate = newestCandidate(cluster, state, answers);
    if (candidate === undefined) {
      const none: Verdict = {
        kind: "refused",
        reason: "no-checkpoint",
        key: undefined,
        groups: [],
        slots: [],
      };
      refuse(state, env, state.passedOver[0]?.verdict ?? none);
      return undefined;
    }
    if (candidate.manifest !== undefined) return createFetching(candidate.manifest);
    state.phase = "asking";
    if (!isLate) return undefined;
    // Only servers that answered nothing yet, or that mend their copy, can show it.
    const verdict: Verdict = { kind: "waiting", key: candidate.key, slots: missingSlots(cluster, state) };
    if (state.operator?.acceptOlder !== true) {
      tell(state, env, verdict);
      return undefined;
    }
    state.passedOver.push({ text: candidate.text, verdict });
  }
}

/** Tells it once. Its beats go on, so that no other restorer starts for the same answer. */
function refuse(state: RestorerState, env: Environment, verdict: Verdict): void {
  tell(state, env, verdict);
  state.phase = "refused";
  state.fetching = undefined;
  state.answers = state.answers.map(() => undefined);
  state.passedOver = [];
  state.hasPromises = false;
  state.tickCount = 0;
  state.unheardTicks = 0;
}

function finish(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  fetching: Fetching,
  image: Uint8Array,
): void {
  const { manifest } = fetching;
  const flags: VerdictFlag[] = [];
  if ((state.operator?.lostSlots.length ?? 0) > 0) flags.push("declared-lost");
  if (!hasOrdinaryQuorum(cluster, state)) flags.push("few-complete");
  if (state.passedOver.length > 0) flags.push("accepted-older");
  tell(state, env, { kind: "restored", key: manifest.key, flags });
  const joinedSlots = validAnswers(state.answers, state.lives).flatMap((answer, slot) =>
    answer === undefined ? [] : [slot],
  );
  state.restored = {
    ballot: state.ballot,
    key: manifest.key,
    segments: segmentsOfImage(manifest.segments, image),
    lives: state.lives,
    joinedSlots,
  };
  stop(state, env);
  state.manifests = {};
}

/** Asks again what was not answered, gives up on silent members for a while, and tells who is waited for. */
export function restorerTick(cluster: ClusterConfiguration, state: RestorerState, env: Environment): void {
  if (state.phase === "giving-way") return begin(cluster, state, env, state.operator, state.supersededCount);
  if (state.phase === "idle") return;
  state.tickCount += 1;
  if (state.phase === "refused") {
    if (state.tickCount >= REFUSED_TICKS) {
      state.phase = "asking";
      state.tickCount = 0;
      // At once, so that the next tick finds answers and does not tell of servers that nobody asked.
      ask(cluster, state, env);
    }
    return env.setTimer(RESTORER_TICK, cluster.times.retryNs);
  }
  state.unheardTicks += 1;
  if (state.fetching !== undefined) fetchTick(state.fetching, cluster.times.silentTicksMax);
  ask(cluster, state, env);
  env.setTimer(RESTORER_TICK, cluster.times.retryNs);
  evaluate(cluster, state, env, "tick"); // may finish, and then stops the timer
}
