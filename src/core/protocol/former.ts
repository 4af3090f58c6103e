/**
 * The former: takes in the image of one checkpoint attempt group by group, forms redundancy groups, supplies their
 * members to the servers of the placement, then the manifest, and collects the acknowledgements (R6, R10, R12).
 *
 * Invariants: it has no authority: ballot, sequence, attempt and placement come from the production server. It works on
 * one attempt at a time; a newer key displaces an older one. "durable" is reported only when every slot of the placement
 * acknowledged this very key in the named life. A former that was restarted has a new boot nonce and disowns the
 * attempts of the earlier one.
 *
 * Memory is bounded by `windowGroups` groups: no group is taken in before an earlier one is with all its servers.
 * Not covered: who chooses servers and what follows a failure (production.ts).
 */
import { assert } from "../assertion.ts";
import { formGroup } from "../checkpoint/form.ts";
import { IMAGE_DIGEST_START } from "../checkpoint/image-digest.ts";
import { compareKeys, compareLives } from "../checkpoint/key.ts";
import { encodeManifest } from "../checkpoint/manifest.ts";
import { createLayout, positionOfMember, trueBytesOfGroup } from "../redundancy/layout.ts";
import type { ClusterConfiguration } from "./cluster.ts";
import type { Environment, HostId } from "./environment.ts";
import { attemptOf, type FormerAttempt, type FormerState, type Piece } from "./former-state.ts";
import type { FormDataMessage, FormDoneMessage, FormMessage, Message, PlacedSlot } from "./messages.ts";

export const FORMER_TICK = "former.tick";

export function startFormer(state: FormerState, env: Environment): void {
  state.boot = env.random();
}

export function formerMessage(
  cluster: ClusterConfiguration,
  state: FormerState,
  env: Environment,
  from: HostId,
  message: Message & { readonly to: "former" },
): void {
  switch (message.type) {
    case "form":
      return begin(cluster, state, env, from, message);
    case "form-data":
      return takeIn(cluster, state, env, message);
    case "form-cancel":
      if (state.attempt !== undefined && compareKeys(state.attempt.key, message.key) === 0)
        forget(state, env);
      return;
    case "former-probe":
      return env.send(from, { to: "production", type: "former-here" });
    case "received": {
      const attempt = attemptOf(state, message.key);
      if (attempt !== undefined)
        markReceived(cluster, state, env, attempt, message.slot, message.group, message.member);
      return;
    }
    case "stored": {
      const attempt = attemptOf(state, message.key);
      if (attempt === undefined || attempt.manifest === undefined) return;
      const position = attempt.placement.findIndex(
        (placed) => placed.slot === message.slot && compareLives(placed.life, message.life) === 0,
      );
      const progress = attempt.positions[position];
      if (progress === undefined) return;
      progress.stored = true;
      if (attempt.positions.every((each) => each.stored)) finish(state, env, attempt, { kind: "durable" });
      return;
    }
    case "store-refused": {
      const attempt = attemptOf(state, message.key);
      if (attempt !== undefined) finish(state, env, attempt, { kind: "refused", refusal: message.refusal });
      return;
    }
    default:
      return message satisfies never;
  }
}

function begin(
  cluster: ClusterConfiguration,
  state: FormerState,
  env: Environment,
  from: HostId,
  message: FormMessage,
): void {
  if (state.done !== undefined && compareKeys(state.done.key, message.key) === 0) {
    return env.send(from, {
      to: "production",
      type: "form-done",
      key: message.key,
      outcome: state.done.outcome,
    });
  }
  if (state.attempt !== undefined) {
    const order = compareKeys(message.key, state.attempt.key);
    if (order === 0) return reportProgress(cluster, state, env, state.attempt);
    if (order < 0) return; // An older attempt is abandoned; its writer finds out by silence.
  }
  const made = createLayout({
    scheme: cluster.scheme,
    imageBytes: message.imageBytes,
    subsegmentBytes: cluster.subsegmentBytes,
    width: message.placement.length,
    declusteredOver: message.declusteredOver,
  });
  // The host that configured the cluster checked sizes against the member limit; see production.ts.
  assert(made.ok, "the image fits the layout");
  const attempt: FormerAttempt = {
    key: message.key,
    requester: from,
    placement: message.placement,
    segments: message.segments,
    layout: made.layout,
    nextGroup: 0,
    early: {},
    chain: IMAGE_DIGEST_START,
    memberDigests: [],
    openGroups: [],
    positions: message.placement.map(() => ({ stored: false, heard: true, silentTicks: 0 })),
    manifest: undefined,
  };
  state.attempt = attempt;
  state.done = undefined;
  env.setTimer(FORMER_TICK, cluster.times.retryNs);
  reportProgress(cluster, state, env, attempt);
  completeGroups(cluster, state, env, attempt);
}

function reportProgress(
  cluster: ClusterConfiguration,
  state: FormerState,
  env: Environment,
  attempt: FormerAttempt,
): void {
  env.send(attempt.requester, {
    to: "production",
    type: "form-progress",
    key: attempt.key,
    boot: state.boot,
    groupCount: attempt.nextGroup,
    groupLimit: groupLimit(cluster, attempt),
  });
}

function takeIn(
  cluster: ClusterConfiguration,
  state: FormerState,
  env: Environment,
  message: FormDataMessage,
): void {
  const { key, boot, group, bytes, digest } = message;
  const attempt = attemptOf(state, key);
  if (attempt === undefined || boot !== state.boot || group < attempt.nextGroup) return;
  if (group >= groupLimit(cluster, attempt) || bytes.length !== trueBytesOfGroup(attempt.layout, group))
    return;
  if (digest !== undefined) {
    env.charge("digest", bytes.length);
    if (cluster.digests.member(bytes) !== digest) return; // damaged on the way: what it makes would match its own digests
  }
  attempt.early[group] = bytes;
  for (;;) {
    const next = attempt.early[attempt.nextGroup];
    if (next === undefined) break;
    delete attempt.early[attempt.nextGroup];
    formNext(cluster, env, attempt, next);
  }
  reportProgress(cluster, state, env, attempt);
}

/** Groups below this may be sent: those taken in, and what the window has room for. */
function groupLimit(cluster: ClusterConfiguration, attempt: FormerAttempt): number {
  return Math.min(
    attempt.layout.groupCount,
    attempt.nextGroup + cluster.windowGroups - attempt.openGroups.length,
  );
}

function formNext(
  cluster: ClusterConfiguration,
  env: Environment,
  attempt: FormerAttempt,
  bytes: Uint8Array,
): void {
  const { layout } = attempt;
  const group = attempt.nextGroup;
  const formed = formGroup({ layout, source: bytes, group, chain: attempt.chain, digests: cluster.digests });
  if (layout.scheme.m > 0 && layout.scheme.k > 1) env.charge("encode", bytes.length);
  // Distinct members are digested once each; copies of a mirror share the digest.
  const distinctCount = layout.scheme.k === 1 ? 1 : layout.scheme.k + layout.scheme.m;
  env.charge("digest", distinctCount * layout.subsegmentBytes);
  attempt.chain = formed.imageDigest;
  attempt.memberDigests.push(formed.digests);
  attempt.nextGroup += 1;
  const pieces: Piece[] = [];
  formed.members.forEach((memberBytes, member) => {
    if (memberBytes === undefined) return;
    const position = positionOfMember(layout, group, member);
    const digest = formed.digests[member];
    assert(digest !== undefined, "every stored member has a digest");
    pieces.push({ member, position, digest, bytes: memberBytes, received: false });
  });
  attempt.openGroups.push({ group, pieces, missingCount: pieces.length });
  for (const piece of pieces) {
    const progress = attempt.positions[piece.position];
    if (progress !== undefined) progress.heard = true; // the wait for `received` starts now; the window bounds how often
    sendPiece(cluster, env, attempt, group, piece);
  }
}

function sendPiece(
  cluster: ClusterConfiguration,
  env: Environment,
  attempt: FormerAttempt,
  group: number,
  piece: Piece,
): void {
  const placed = attempt.placement[piece.position];
  assert(placed !== undefined, "positions lie within the placement");
  const host = cluster.slotHosts[placed.slot];
  assert(host !== undefined, "slots have hosts");
  env.send(host, {
    to: "server",
    type: "piece",
    key: attempt.key,
    slot: placed.slot,
    group,
    member: piece.member,
    digest: piece.digest,
    bytes: piece.bytes,
  });
}

function markReceived(
  cluster: ClusterConfiguration,
  state: FormerState,
  env: Environment,
  attempt: FormerAttempt,
  slot: number,
  group: number,
  member: number,
): void {
  const index = attempt.openGroups.findIndex((open) => open.group === group);
  const open = attempt.openGroups[index];
  const piece = open?.pieces.find((each) => each.member === member);
  if (open === undefined || piece === undefined || attempt.placement[piece.position]?.slot !== slot) return;
  const progress = attempt.positions[piece.position];
  if (progress !== undefined) progress.heard = true;
  if (piece.received) return;
  piece.received = true;
  open.missingCount -= 1;
  if (open.missingCount > 0) return;
  attempt.openGroups.splice(index, 1);
  reportProgress(cluster, state, env, attempt);
  completeGroups(cluster, state, env, attempt);
}

/** When every group is with its servers, the manifest follows. */
function completeGroups(
  cluster: ClusterConfiguration,
  state: FormerState,
  env: Environment,
  attempt: FormerAttempt,
): void {
  if (attempt.openGroups.length > 0) return;
  if (attempt.nextGroup < attempt.layout.groupCount) return;
  attempt.manifest = encodeManifest(
    {
      key: attempt.key,
      scheme: cluster.scheme.text,
      imageBytes: attempt.layout.imageBytes,
      subsegmentBytes: attempt.layout.subsegmentBytes,
      placement: attempt.placement,
      ...(attempt.layout.declusteredOver === undefined
        ? {}
        : { declusteredOver: attempt.layout.declusteredOver }),
      segments: attempt.segments,
      memberDigests: attempt.memberDigests,
      imageDigest: attempt.chain,
      formerBoot: state.boot,
    },
    cluster.digests,
  );
  for (const progress of attempt.positions) progress.heard = true; // the wait for `stored` starts now
  attempt.placement.forEach((placed) => sendStore(cluster, env, attempt, placed));
}

function sendStore(
  cluster: ClusterConfiguration,
  env: Environment,
  attempt: FormerAttempt,
  placed: PlacedSlot,
): void {
  const host = cluster.slotHosts[placed.slot];
  assert(
    host !== undefined && attempt.manifest !== undefined,
    "a placed slot has a host, a store a manifest",
  );
  env.send(host, {
    to: "server",
    type: "store",
    key: attempt.key,
    slot: placed.slot,
    manifest: attempt.manifest,
  });
}

/** Sends again what a silent server owes an answer to, and gives up on servers that stay silent. */
export function formerTick(cluster: ClusterConfiguration, state: FormerState, env: Environment): void {
  const { attempt } = state;
  if (attempt === undefined) return;
  const silentSlots: number[] = [];
  attempt.positions.forEach((progress, position) => {
    const owed = attempt.openGroups.flatMap((open) =>
      open.pieces
        .filter((piece) => piece.position === position && !piece.received)
        .map((piece) => ({ open, piece })),
    );
    const owesStore = attempt.manifest !== undefined && !progress.stored;
    if (progress.heard || (owed.length === 0 && !owesStore)) {
      progress.heard = false;
      progress.silentTicks = 0;
      return;
    }
    progress.silentTicks += 1;
    const placed = attempt.placement[position];
    assert(placed !== undefined, "positions lie within the placement");
    if (progress.silentTicks >= cluster.times.silentTicksMax) silentSlots.push(placed.slot);
    for (const { open, piece } of owed) sendPiece(cluster, env, attempt, open.group, piece);
    if (owesStore) sendStore(cluster, env, attempt, placed);
  });
  if (silentSlots.length > 0) return finish(state, env, attempt, { kind: "silent", slots: silentSlots });
  reportProgress(cluster, state, env, attempt);
  env.setTimer(FORMER_TICK, cluster.times.retryNs);
}

function finish(
  state: FormerState,
  env: Environment,
  attempt: FormerAttempt,
  outcome: FormDoneMessage["outcome"],
): void {
  forget(state, env);
  state.done = { key: attempt.key, outcome };
  env.send(attempt.requester, { to: "production", type: "form-done", key: attempt.key, outcome });
}

function forget(state: FormerState, env: Environment): void {
  state.attempt = undefined;
  env.cancelTimer(FORMER_TICK);
}
