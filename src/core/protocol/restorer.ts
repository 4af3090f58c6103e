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
import { assert } from "../assertion.ts";
import { IMAGE_DIGEST_START } from "../checkpoint/image-digest.ts";
import { segmentsOfImage, type Segment } from "../checkpoint/image.ts";
import {
  BALLOT_ZERO,
  compareBallots,
  keyText,
  type Ballot,
  type CheckpointKey,
  type Life,
} from "../checkpoint/key.ts";
import { layoutOfManifest, type Manifest } from "../checkpoint/manifest.ts";
import { finishReassembly, reassembleGroup, verifyMember } from "../checkpoint/reassemble.ts";
import { readSetFor } from "../redundancy/code.ts";
import { dataCountOfGroup, memberExists, positionOfMember } from "../redundancy/layout.ts";
import { quorumOf, type ClusterConfiguration } from "./cluster.ts";
import type { Environment } from "./environment.ts";
import type { AskRefusedMessage, MembersMessage, PromiseMessage, RestoreCommand } from "./messages.ts";
import type { Verdict, VerdictFlag } from "./notes.ts";
import {
  answerOf,
  isSameKey,
  mergedLives,
  newestCandidate,
  standing,
  validAnswers,
  type Answer,
} from "./restorer-candidates.ts";
import { INITIAL_LIFE } from "./server-state.ts";

export const RESTORER_TICK = "restorer.tick";
export const RESTORER_BEAT = "restorer.beat";

/** Groups named in a refusal; more would not help a reader. */
const NAMED_GROUPS_MAX = 64;

/** Retry periods after which a refused restore asks every server anew. */
const REFUSED_TICKS = 16;

/** A member while it is fetched. "gone": its server answered that it has no good bytes. "silent": no answer for too long. */
type MemberState = "open" | "asked" | "good" | "gone" | "silent";

interface FetchedGroup {
  readonly group: number;
  readonly states: MemberState[];
  readonly members: (Uint8Array | undefined)[];
}

interface Fetching {
  readonly manifest: Manifest;
  nextGroup: number;
  /** Groups under way, ascending; the first one is the next to be reassembled. */
  readonly open: FetchedGroup[];
  readonly parts: Uint8Array[];
  chain: string;
  silentTicks: number;
}

/** What a finished restore hands to the host. */
export interface Restored {
  readonly ballot: Ballot;
  readonly key: CheckpointKey;
  readonly segments: readonly Segment[];
  readonly lives: readonly Life[];
  readonly joinedSlots: readonly number[];
}

export interface RestorerState {
  /** "refused": told so; it asks again now and then, for disks may come back. */
  phase: "idle" | "asking" | "fetching" | "refused";
  ballot: Ballot;
  /** Highest ballot heard of, so that the next try goes above it. */
  ballotSeen: Ballot;
  operator: RestoreCommand["operator"];
  lives: readonly Life[];
  answers: (Answer | undefined)[];
  manifests: Record<string, Manifest>;
  hasPromises: boolean;
  /** Candidates that an operator allowed to pass over. */
  excluded: string[];
  fetching: Fetching | undefined;
  tickCount: number;
  /** The verdict told last, so that it is told once. */
  toldVerdict: string;
  /** Set when done; the host takes it. */
  restored: Restored | undefined;
}

export function createRestorer(cluster: ClusterConfiguration): RestorerState {
  return {
    phase: "idle",
    ballot: BALLOT_ZERO,
    ballotSeen: BALLOT_ZERO,
    operator: undefined,
    lives: cluster.slotHosts.map(() => INITIAL_LIFE),
    answers: cluster.slotHosts.map(() => undefined),
    manifests: {},
    hasPromises: false,
    excluded: [],
    fetching: undefined,
    tickCount: 0,
    toldVerdict: "",
    restored: undefined,
  };
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
        begin(cluster, state, env, message.operator);
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
  env.note({ kind: "restore-started", ballot, operator: operator !== undefined });
  ask(cluster, state, env);
  restorerBeat(cluster, state, env);
  env.setTimer(RESTORER_TICK, cluster.times.retryNs);
}

function isDeclaredLost(state: RestorerState, slot: number): boolean {
  return state.operator?.lostSlots.includes(slot) === true;
}

/** Asks every slot whose answer is missing, not complete, or void. */
function ask(cluster: ClusterConfiguration, state: RestorerState, env: Environment): void {
  const answers = validAnswers(state.answers, state.lives);
  const operator = state.operator === undefined ? undefined : { lostSlots: state.operator.lostSlots };
  cluster.slotHosts.forEach((host, slot) => {
    if (answers[slot]?.complete === true || isDeclaredLost(state, slot)) return;
    env.send(host, { to: "server", type: "ask", ballot: state.ballot, operator });
  });
}

/** Keeps other restorers from starting while this one works. */
export function restorerBeat(cluster: ClusterConfiguration, state: RestorerState, env: Environment): void {
  if (state.phase === "idle") return;
  for (const host of cluster.slotHosts) {
    env.send(host, { to: "server", type: "beat", ballot: state.ballot, restoring: true });
  }
  env.setTimer(RESTORER_BEAT, cluster.times.heartbeatNs);
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
  if (state.phase === "idle" || compareBallots(message.ballot, state.ballot) !== 0) return;
  state.lives = mergedLives(state.lives, lives);
  if (compareBallots(promised, state.ballot) <= 0) return; // not joined yet: it is asked again
  env.note({ kind: "restore-abandoned", ballot: state.ballot, by: promised });
  const { operator } = state;
  stop(state, env);
  // The operator's word stands until it is carried out; anybody else makes way for the higher ballot.
  if (operator !== undefined) begin(cluster, state, env, operator);
}

function hearPromise(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  message: PromiseMessage,
): void {
  if (state.phase === "idle" || state.phase === "refused") return;
  if (compareBallots(message.ballot, state.ballot) !== 0) return;
  const understood = answerOf(message, cluster.digests);
  if (understood === undefined) return;
  state.lives = mergedLives(state.lives, message.lives);
  const ownLife = state.lives.map((life, slot) => (slot === message.slot ? message.life : life));
  state.lives = mergedLives(state.lives, ownLife);
  state.answers[message.slot] = understood.answer;
  for (const manifest of understood.manifests) state.manifests[keyText(manifest.key)] = manifest;
  evaluate(cluster, state, env);
}

function tell(state: RestorerState, env: Environment, verdict: Verdict): void {
  const text = JSON.stringify(verdict);
  if (text === state.toldVerdict) return;
  state.toldVerdict = text;
  env.note({ kind: "verdict", ballot: state.ballot, verdict });
}

/** Slots that keep this restore from going on. */
function missingSlots(cluster: ClusterConfiguration, state: RestorerState): number[] {
  const answers = validAnswers(state.answers, state.lives);
  return cluster.slotHosts
    .map((_, slot) => slot)
    .filter((slot) => answers[slot]?.complete !== true && !isDeclaredLost(state, slot));
}

/** R3, or R14 for an operator's restore. */
function hasQuorum(cluster: ClusterConfiguration, state: RestorerState): boolean {
  const answers = validAnswers(state.answers, state.lives);
  if (state.operator !== undefined) {
    return answers.every((answer, slot) => answer !== undefined || isDeclaredLost(state, slot));
  }
  const { promiseCount, completeCount } = quorumOf(cluster.slotHosts.length, cluster.scheme.tolerance);
  const valid = answers.filter((answer) => answer !== undefined);
  return valid.length >= promiseCount && valid.filter((answer) => answer.complete).length >= completeCount;
}

function evaluate(cluster: ClusterConfiguration, state: RestorerState, env: Environment): void {
  if (!hasQuorum(cluster, state)) {
    // R4: a life that ended after the promises were counted takes its promise away again.
    state.hasPromises = false;
    return;
  }
  const answers = validAnswers(state.answers, state.lives);
  if (!state.hasPromises) {
    state.hasPromises = true;
    const slots = answers.flatMap((answer, slot) => (answer === undefined ? [] : [slot]));
    env.note({ kind: "promises-held", ballot: state.ballot, slots });
  }
  const candidate = newestCandidate(state.manifests, answers, state.excluded);
  if (candidate === undefined) {
    return refuse(state, env, {
      kind: "refused",
      reason: "no-checkpoint",
      key: undefined,
      groups: [],
      slots: [],
    });
  }
  const { fetching } = state;
  const isRefuted =
    fetching !== undefined &&
    fetching.manifest.placement.some(
      (placed) => standing(answers[placed.slot], placed.life, keyText(fetching.manifest.key)) === "refutes",
    );
  // A fetch that has begun goes on: a newer candidate that turns up later was never durable, or it would be in R3's count.
  if (fetching === undefined || isRefuted) {
    state.phase = "fetching";
    state.fetching = {
      manifest: candidate,
      nextGroup: 0,
      open: [],
      parts: [],
      chain: IMAGE_DIGEST_START,
      silentTicks: 0,
    };
  }
  proceed(cluster, state, env);
}

/** Fetches, reassembles in order, and finishes or says what is missing. */
function proceed(cluster: ClusterConfiguration, state: RestorerState, env: Environment): void {
  const { fetching } = state;
  if (fetching === undefined || !state.hasPromises) return;
  const { manifest } = fetching;
  const layout = layoutOfManifest(manifest);
  for (;;) {
    while (fetching.open.length < cluster.windowGroups && fetching.nextGroup < layout.groupCount) {
      const memberCount = layout.scheme.k + layout.scheme.m;
      fetching.open.push({
        group: fetching.nextGroup,
        states: new Array<MemberState>(memberCount).fill("open"),
        members: new Array<Uint8Array | undefined>(memberCount).fill(undefined),
      });
      fetching.nextGroup += 1;
    }
    const blocked: number[] = [];
    for (const open of fetching.open) {
      if (!askMembers(cluster, state, env, fetching, open)) blocked.push(open.group);
    }
    if (blocked.length > 0) return cannotGoOn(cluster, state, env, fetching, blocked);
    const first = fetching.open[0];
    if (first === undefined) return finish(state, env, fetching);
    if (!reassembleFirst(cluster, env, fetching, first)) return;
    fetching.open.shift();
  }
}

/** Asks for the fewest members that give the group's data; false when they cannot be had now. */
function askMembers(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  fetching: Fetching,
  open: FetchedGroup,
): boolean {
  const { manifest } = fetching;
  const layout = layoutOfManifest(manifest);
  const answers = validAnswers(state.answers, state.lives);
  const text = keyText(manifest.key);
  const available = open.states.map((memberState, member) => {
    if (!memberExists(layout, open.group, member)) return false;
    if (memberState === "good") return true;
    if (memberState === "gone" || memberState === "silent") return false;
    const placed = manifest.placement[positionOfMember(layout, open.group, member)];
    assert(placed !== undefined, "positions lie within the placement");
    return standing(answers[placed.slot], placed.life, text) === "holds";
  });
  const dataCount = dataCountOfGroup(layout, open.group);
  const wanted = Array.from({ length: dataCount }, (_, member) => member);
  const needed = readSetFor(layout.scheme, dataCount, available, wanted);
  if (needed === undefined) return false;
  for (const member of needed) {
    if (open.states[member] !== "open") continue;
    open.states[member] = "asked";
    const placed = manifest.placement[positionOfMember(layout, open.group, member)];
    const host = placed === undefined ? undefined : cluster.slotHosts[placed.slot];
    assert(host !== undefined, "placed slots have hosts");
    env.send(host, {
      to: "server",
      type: "fetch",
      asker: "restorer",
      key: manifest.key,
      group: open.group,
      member,
    });
  }
  return true;
}

/** True when the first open group's bytes were appended to the image. */
function reassembleFirst(
  cluster: ClusterConfiguration,
  env: Environment,
  fetching: Fetching,
  first: FetchedGroup,
): boolean {
  const layout = layoutOfManifest(fetching.manifest);
  const dataCount = dataCountOfGroup(layout, first.group);
  const goodCount = first.states.filter((memberState) => memberState === "good").length;
  if (goodCount < dataCount) return false;
  const result = reassembleGroup({
    manifest: fetching.manifest,
    layout,
    group: first.group,
    members: first.members,
    chain: fetching.chain,
    digests: cluster.digests,
  });
  // Each member was verified when it came, so that enough of them always decode to what the manifest says.
  assert(result.ok, "verified members decode");
  if (result.rebuilt.length > 0) env.charge("decode", dataCount * layout.subsegmentBytes);
  fetching.parts.push(...result.bytes);
  fetching.chain = result.chain;
  return true;
}

/** Some groups lack members: refused when no answer could change that, waiting otherwise. */
function cannotGoOn(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  fetching: Fetching,
  blocked: readonly number[],
): void {
  const { manifest } = fetching;
  const { key } = manifest;
  const text = keyText(key);
  const layout = layoutOfManifest(manifest);
  const answers = validAnswers(state.answers, state.lives);
  const lostSlots = new Set<number>();
  const awaitedSlots = new Set<number>();
  for (const open of fetching.open) {
    if (!blocked.includes(open.group)) continue;
    open.states.forEach((memberState, member) => {
      if (memberState === "good" || !memberExists(layout, open.group, member)) return;
      const placed = manifest.placement[positionOfMember(layout, open.group, member)];
      if (placed === undefined) return;
      const isLost =
        memberState === "gone" ||
        isDeclaredLost(state, placed.slot) ||
        // Blank since: what it held in the named life is gone; it can only be rebuilt from the others.
        (answers[placed.slot] !== undefined &&
          standing(answers[placed.slot], placed.life, text) === "unknown");
      if (isLost) lostSlots.add(placed.slot);
      else if (memberState === "silent" || answers[placed.slot] === undefined) awaitedSlots.add(placed.slot);
    });
  }
  const slots = [...lostSlots].sort((a, b) => a - b);
  if (awaitedSlots.size > 0) {
    const awaited = [...awaitedSlots].sort((a, b) => a - b);
    return tell(state, env, { kind: "waiting", key, slots: awaited });
  }
  if (state.operator?.acceptOlder === true) {
    state.excluded.push(text);
    state.fetching = undefined;
    return evaluate(cluster, state, env);
  }
  const groups = blocked.slice(0, NAMED_GROUPS_MAX);
  refuse(state, env, { kind: "refused", reason: "unrecoverable", key, groups, slots });
}

/** Tells it once. Its beats go on, so that no other restorer starts for the same answer. */
function refuse(state: RestorerState, env: Environment, verdict: Verdict): void {
  tell(state, env, verdict);
  state.phase = "refused";
  state.fetching = undefined;
  state.answers = state.answers.map(() => undefined);
  state.hasPromises = false;
  state.tickCount = 0;
}

function hearMembers(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  message: MembersMessage,
): void {
  const { fetching } = state;
  if (fetching === undefined || !isSameKey(fetching.manifest.key, message.key)) return;
  const open = fetching.open.find((each) => each.group === message.group);
  if (open === undefined || open.states[message.member] === undefined) return;
  if (open.states[message.member] === "good") return;
  fetching.silentTicks = 0;
  if (message.bytes !== undefined) env.charge("digest", message.bytes.length);
  const isGood =
    message.bytes !== undefined &&
    verifyMember(fetching.manifest, cluster.digests, message.group, message.member, message.bytes);
  if (isGood) {
    open.states[message.member] = "good";
    open.members[message.member] = message.bytes;
  } else {
    // A server sends checked bytes only: what came damaged is asked for again, what did not come is gone.
    open.states[message.member] = message.bytes === undefined ? "gone" : "open";
  }
  proceed(cluster, state, env);
}

function finish(state: RestorerState, env: Environment, fetching: Fetching): void {
  const { manifest } = fetching;
  const finished = finishReassembly(manifest, fetching.chain);
  assert(finished.ok, "groups that match the manifest make up its image");
  const image = joined(fetching.parts, manifest.imageBytes);
  const flags: VerdictFlag[] = [];
  if ((state.operator?.lostSlots.length ?? 0) > 0) flags.push("declared-lost");
  if (state.excluded.length > 0) flags.push("accepted-older");
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

function joined(parts: readonly Uint8Array[], imageBytes: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const image = new Uint8Array(imageBytes);
  let offset = 0;
  for (const part of parts) {
    image.set(part, offset);
    offset += part.length;
  }
  return image;
}

/** Asks again what was not answered, gives up on silent members for a while, and tells who is waited for. */
export function restorerTick(cluster: ClusterConfiguration, state: RestorerState, env: Environment): void {
  if (state.phase === "idle") return;
  state.tickCount += 1;
  if (state.phase === "refused") {
    if (state.tickCount >= REFUSED_TICKS) {
      state.phase = "asking";
      state.tickCount = 0;
    }
    return env.setTimer(RESTORER_TICK, cluster.times.retryNs);
  }
  ask(cluster, state, env);
  const { fetching } = state;
  if (fetching === undefined) {
    if (state.tickCount >= cluster.times.silentTicksMax) {
      tell(state, env, { kind: "waiting", key: undefined, slots: missingSlots(cluster, state) });
    }
  } else {
    fetching.silentTicks += 1;
    const isTooLong = fetching.silentTicks >= cluster.times.silentTicksMax;
    for (const open of fetching.open) {
      open.states.forEach((memberState, member) => {
        if (memberState === "asked") open.states[member] = isTooLong ? "silent" : "open";
        else if (memberState === "silent" && !isTooLong) open.states[member] = "open";
      });
    }
    proceed(cluster, state, env);
    if (isTooLong) fetching.silentTicks = 0;
  }
  if (isActive(state)) env.setTimer(RESTORER_TICK, cluster.times.retryNs);
}

function isActive(state: RestorerState): boolean {
  return state.phase !== "idle";
}
