/**
 * A blank server comes in again, and others welcome it (R4, R8, R9).
 *
 * A disk that was lost starts a new life of its slot. Welcomers record the life before they answer, so that nothing that
 * names the old life is stored any more. The newcomer is joined after enough welcomes, and complete when every manifest
 * in them that names its slot is rebuilt, refuted, or below the floor.
 *
 * A slot has one host, so a newer life than one's own is an earlier disk of this very slot, whose hello came late. Others
 * take this server's word for void then. It begins a new life once more, above that one. What its disk holds it keeps:
 * being held is true in every life. All else that a blank server may not do, it may not do before it is joined again.
 */
import {
  compareBallots,
  compareKeys,
  compareLives,
  endsLife,
  keyText,
  type Life,
} from "../checkpoint/key.ts";
import { decodeManifest, type Manifest } from "../checkpoint/manifest.ts";
import { quorumOf } from "./cluster.ts";
import type { HostId } from "./environment.ts";
import type { HelloMessage, SupersededMessage, WelcomeMessage } from "./messages.ts";
import { persistThen, settledThen } from "./server-storage.ts";
import type { ServerStep } from "./server-state.ts";
import { restartWatch, surveyOf } from "./server-promise.ts";
import { dropIncoming, raiseFloor } from "./server-store.ts";
import { queueRebuild, startRepairs } from "./server-repair.ts";

export const SERVER_HELLO = "server.hello";

/** A joined server that is not complete yet greets again this many retry periods apart. */
const INCOMPLETE_GREETING_TICKS = 4;

/** Takes a life above all that are known of this slot, and greets once it is on disk. Nothing of the earlier one counts. */
export function startLife(step: ServerStep): void {
  const { state, env } = step;
  const { control } = state;
  const known = control.lives[state.slot];
  const life: Life = { number: (known?.number ?? 0) + 1, nonce: env.random() };
  control.life = life;
  control.lives = control.lives.map((each, slot) => (slot === state.slot ? life : each));
  control.joined = false;
  control.complete = false;
  control.joinedByOperator = undefined;
  state.phase = "greeting";
  // What is being stored is refused when its flush completes: this server does not work then.
  for (const incoming of Object.values(state.incoming)) if (!incoming.isStoring) dropIncoming(step, incoming);
  state.welcomes = state.welcomes.map(() => undefined);
  persistThen(step, [{ do: "greet" }]);
}

/** Also while incomplete: later welcomes bring manifests, floors and refutations that earlier ones could not. */
export function greet(step: ServerStep): void {
  const { state, env, cluster } = step;
  const { control } = state;
  if (state.phase !== "greeting" && (state.phase !== "working" || control.complete)) return;
  cluster.slotHosts.forEach((host, slot) => {
    if (slot !== state.slot)
      env.send(host, { to: "server", type: "hello", slot: state.slot, life: control.life });
  });
  env.setTimer(SERVER_HELLO, cluster.times.retryNs * (control.joined ? INCOMPLETE_GREETING_TICKS : 1));
}

/** Takes over newer lives; true when something was new. */
function mergeLives({ state }: ServerStep, lives: readonly Life[]): boolean {
  const { control } = state;
  let changed = false;
  control.lives = control.lives.map((known, slot) => {
    const other = lives[slot];
    if (other === undefined || !endsLife(other, known)) return known;
    changed = true;
    return other;
  });
  return changed;
}

export function hearHello(step: ServerStep, from: HostId, message: HelloMessage): void {
  const { state, env } = step;
  const { control } = state;
  const known = control.lives[message.slot];
  if (state.phase !== "working" || !control.complete || known === undefined || message.slot === state.slot)
    return;
  const isKnown = compareLives(message.life, known) === 0;
  // One life per number: the late word of an earlier blank disk must not end the life that was welcomed.
  if (!isKnown && !endsLife(message.life, known))
    return env.send(from, { to: "server", type: "superseded", lives: control.lives });
  const welcome = [{ do: "welcome", slot: message.slot, life: message.life, from }] as const;
  if (isKnown) return settledThen(step, welcome); // recorded before, but perhaps not on disk yet
  control.lives = control.lives.map((life, slot) => (slot === message.slot ? message.life : life));
  persistThen(step, welcome);
}

/** The life is on disk: answers, unless a newer life of that slot came meanwhile. */
export function giveWelcome({ state, env }: ServerStep, slot: number, life: Life, from: HostId): void {
  const { control } = state;
  const known = control.lives[slot];
  if (known === undefined || compareLives(known, life) !== 0 || !control.complete) return;
  env.send(from, {
    to: "server",
    type: "welcome",
    slot: state.slot,
    life: control.life,
    newLife: life,
    lives: control.lives,
    promised: control.promised,
    floor: control.floor,
    floorBallot: control.floorBallot,
    ...surveyOf(state),
  });
}

/** Somebody knows a newer life of some slot; of this one perhaps. */
export function hearSuperseded(step: ServerStep, message: SupersededMessage): void {
  const { phase } = step.state;
  if (phase === "greeting" || phase === "working") learnLives(step, message.lives);
}

/** False when the own life is over by what was learnt: the next one has begun. */
function learnLives(step: ServerStep, lives: readonly Life[]): boolean {
  const { state } = step;
  const { life } = state.control;
  const told = lives[state.slot];
  const hasLearned = mergeLives(step, lives);
  // Of one number only one is welcomed: while none is known to have been, the other one may be it.
  const isTaken = state.phase === "greeting" && told?.number === life.number && told.nonce !== life.nonce;
  if (!hasLearned && !isTaken) return true;
  const own = state.control.lives[state.slot];
  if (isTaken || (own !== undefined && endsLife(own, life))) {
    startLife(step);
    return false;
  }
  persistThen(step, []);
  return true;
}

export function hearWelcome(step: ServerStep, message: WelcomeMessage): void {
  const { state, env, cluster } = step;
  const { control } = state;
  const isAwaited = state.phase === "greeting" || (state.phase === "working" && !control.complete);
  if (!isAwaited || compareLives(message.newLife, control.life) !== 0) return;
  // A manifest was damaged on the way: the whole welcome is void, or what it names would look as if nobody held it.
  if (!message.manifests.every((bytes) => decodeManifest(bytes, cluster.digests).ok)) return;
  if (!learnLives(step, message.lives)) return;
  const known = control.lives[message.slot];
  const host = cluster.slotHosts[message.slot];
  if (known === undefined || host === undefined) return;
  if (endsLife(known, message.life)) {
    // Its word is void (R4). It may be the only one who does not know, and then nobody else could welcome this server.
    return env.send(host, { to: "server", type: "superseded", lives: control.lives });
  }
  state.welcomes[message.slot] = message;
  if (state.phase === "greeting") tryJoin(step);
  else adopt(step);
}

/** Welcomes that still count: a welcomer whose own life ended since is void (R4, R8). */
function validWelcomes({ state }: ServerStep): WelcomeMessage[] {
  return state.welcomes.filter((welcome): welcome is WelcomeMessage => {
    const known = welcome === undefined ? undefined : state.control.lives[welcome.slot];
    return welcome !== undefined && known !== undefined && !endsLife(known, welcome.life);
  });
}

/** Each was good when the welcome came. */
function manifestsOf(
  { cluster }: ServerStep,
  { manifests }: WelcomeMessage,
): { readonly bytes: Uint8Array; readonly manifest: Manifest }[] {
  return manifests.flatMap((bytes) => {
    const decoded = decodeManifest(bytes, cluster.digests);
    return decoded.ok ? [{ bytes, manifest: decoded.manifest }] : [];
  });
}

function tryJoin(step: ServerStep): void {
  const { state, cluster } = step;
  const { control } = state;
  const welcomes = validWelcomes(step);
  if (welcomes.length < quorumOf(cluster.slotHosts.length, cluster.scheme.tolerance).welcomeCount) return;
  for (const { promised } of welcomes) {
    if (compareBallots(promised, control.promised) > 0) control.promised = promised;
  }
  control.joined = true;
  state.phase = "working";
  persistThen(step, [{ do: "joined" }]);
  // At once: a message that comes before the flush must not find that nothing is to be rebuilt.
  adopt(step);
}

export function joined(step: ServerStep): void {
  const { state, env } = step;
  if (state.phase !== "working") return; // this life ended before it was on disk
  env.note({ kind: "joined", slot: state.slot, life: state.control.life });
  restartWatch(step);
}

/** Works out from the welcomes what must be rebuilt (R9). */
function adopt(step: ServerStep): void {
  const { state } = step;
  const { control } = state;
  const welcomes = validWelcomes(step);
  for (const { floor, floorBallot } of welcomes) {
    if (floor === undefined) continue;
    if (control.floor !== undefined && compareKeys(floor, control.floor) <= 0) continue;
    if (compareBallots(floorBallot, control.promised) > 0) control.promised = floorBallot;
    raiseFloor(step, floor, floorBallot);
  }
  for (const welcome of welcomes) {
    for (const { bytes, manifest } of manifestsOf(step, welcome)) {
      const text = keyText(manifest.key);
      if (state.held[text] !== undefined || state.rebuilding[text] !== undefined) continue;
      const placed = manifest.placement.find(({ slot }) => slot === state.slot);
      // Placed on this very life and not held: refuted by this server itself. Its pieces may be coming in just now.
      if (placed === undefined || compareLives(placed.life, control.life) === 0) continue;
      if (control.floor !== undefined && compareKeys(manifest.key, control.floor) < 0) continue;
      delete state.incoming[text]; // stray pieces of it: the rebuilt members take their place
      state.rebuilding[text] = { key: manifest.key, manifestBytes: bytes, manifest };
      queueRebuild(step, manifest.key);
    }
  }
  checkComplete(step);
  startRepairs(step);
}

/** A welcomer holds a checkpoint that it cannot read the manifest of at present: it may name this slot. */
function hasUnknownManifests(step: ServerStep): boolean {
  const { floor } = step.state.control;
  const welcomes = validWelcomes(step);
  const known = new Set<string>();
  for (const { manifest } of welcomes.flatMap((welcome) => manifestsOf(step, welcome)))
    known.add(keyText(manifest.key));
  return welcomes.some(({ damaged }) =>
    damaged.some((key) => !known.has(keyText(key)) && (floor === undefined || compareKeys(key, floor) >= 0)),
  );
}

/** Refuted: a complete welcomer of the placement, in the named life or a later one, does not hold it (R9, R11). */
function isRefuted(step: ServerStep, text: string): boolean {
  const manifest = step.state.rebuilding[text]?.manifest;
  return validWelcomes(step).some((welcome) => {
    const placed = manifest?.placement.find(({ slot }) => slot === welcome.slot);
    if (placed === undefined || endsLife(placed.life, welcome.life)) return false;
    if (welcome.damaged.some((key) => keyText(key) === text)) return false;
    return !manifestsOf(step, welcome).some((each) => keyText(each.manifest.key) === text);
  });
}

/** Complete when nothing is left to rebuild. A server that an operator's restore joined waits for its first retirement. */
export function checkComplete(step: ServerStep): void {
  const { state, cluster } = step;
  const { control } = state;
  if (state.phase !== "working" || control.complete || !control.joined) return;
  for (const text of Object.keys(state.rebuilding)) if (isRefuted(step, text)) delete state.rebuilding[text];
  if (Object.keys(state.rebuilding).length > 0 || hasUnknownManifests(step)) return;
  const { welcomeCount } = quorumOf(cluster.slotHosts.length, cluster.scheme.tolerance);
  const byOperator =
    control.joinedByOperator !== undefined &&
    control.floor !== undefined &&
    compareBallots(control.floor.ballot, control.joinedByOperator) >= 0;
  if (!byOperator && validWelcomes(step).length < welcomeCount) return;
  control.complete = true;
  control.joinedByOperator = undefined;
  persistThen(step, [{ do: "completed" }]);
}

export function completed({ state, env }: ServerStep): void {
  if (!state.control.complete) return; // this life ended before it was on disk
  env.cancelTimer(SERVER_HELLO);
  env.note({ kind: "complete", slot: state.slot, life: state.control.life });
}
