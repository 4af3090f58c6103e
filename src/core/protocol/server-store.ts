/**
 * A backup server takes in members and manifests, acknowledges, and drops what is retired (R5, R6, R7).
 *
 * Order on disk: members and manifest, flush, control record with the key, flush, acknowledgement. R5 is checked when a
 * piece comes, when the manifest comes, and once more when the first flush completed: from that moment the key is held,
 * every later survey names it, and no promise came in between.
 */
import {
  compareBallots,
  compareKeys,
  compareLives,
  endsLife,
  keyText,
  type CheckpointKey,
} from "../checkpoint/key.ts";
import { decodeManifest, type Manifest } from "../checkpoint/manifest.ts";
import type { HostId } from "./environment.ts";
import type { PieceMessage, RetireMessage, StoreMessage } from "./messages.ts";
import { flushThen, persistThen, settledThen, tokenFor } from "./server-storage.ts";
import {
  filesOf,
  manifestFile,
  memberFile,
  ownMembers,
  refusalOf,
  type IncomingAttempt,
  type ServerStep,
} from "./server-state.ts";
import { createTable } from "./table.ts";

function refuseStore({ env, state }: ServerStep, to: HostId, key: CheckpointKey): void {
  env.send(to, { to: "former", type: "store-refused", key, refusal: refusalOf(state) });
}

/** R5 and R7 as far as the key alone tells. */
function mayStore({ state }: ServerStep, key: CheckpointKey): boolean {
  const { control, phase } = state;
  return (
    phase === "working" &&
    compareBallots(key.ballot, control.promised) >= 0 &&
    (control.floor === undefined || compareKeys(key, control.floor) >= 0)
  );
}

/** R5: the manifest names this server's life, and no life that a newer one has ended. */
function namesLiveLives({ state }: ServerStep, manifest: Manifest): boolean {
  return manifest.placement.every((placed) => {
    const known = state.control.lives[placed.slot];
    if (known === undefined) return false;
    return placed.slot === state.slot
      ? compareLives(placed.life, known) === 0
      : !endsLife(known, placed.life);
  });
}

export function takePiece(step: ServerStep, from: HostId, message: PieceMessage): void {
  const { state, env, cluster } = step;
  const { key, group, member } = message;
  if (message.slot !== state.slot) return;
  if (!mayStore(step, key)) return refuseStore(step, from, key);
  env.charge("digest", message.bytes.length);
  if (cluster.digests.member(message.bytes) !== message.digest) return; // damaged on the way; it will be sent again
  const text = keyText(key);
  const place = `${group}/${member}`;
  const received = (): void =>
    env.send(from, { to: "former", type: "received", key, slot: state.slot, group, member });
  if (state.held[text] !== undefined) return received();
  // Placed on an earlier life of this slot: that attempt gets no acknowledgement from here, and its files are being rebuilt.
  if (state.rebuilding[text] !== undefined) return;
  const incoming = (state.incoming[text] ??= beginIncoming(step, key, from));
  const known = incoming.pieces[place];
  if (known !== undefined) {
    if (known.isWritten && known.digest === message.digest) received();
    return;
  }
  incoming.pieces[place] = { digest: message.digest, isWritten: false };
  const token = tokenFor(step, { kind: "piece-written", key, group, member, from });
  env.storage.write(memberFile(key, group, member), message.bytes, token);
}

/** A new attempt abandons unfinished earlier ones of the same or an older incarnation (R6). */
function beginIncoming(step: ServerStep, key: CheckpointKey, former: HostId): IncomingAttempt {
  for (const older of Object.values(step.state.incoming)) {
    if (compareKeys(older.key, key) < 0 && !older.isStoring) dropIncoming(step, older);
  }
  return { key, former, pieces: createTable(), isStoring: false };
}

/** Its files go, unless they belong to a checkpoint that is held or rebuilt by now. */
export function dropIncoming({ state, env }: ServerStep, incoming: IncomingAttempt): void {
  const text = keyText(incoming.key);
  delete state.incoming[text];
  if (state.held[text] !== undefined || state.rebuilding[text] !== undefined) return;
  for (const place of Object.keys(incoming.pieces)) {
    const [group, member] = place.split("/");
    env.storage.remove(memberFile(incoming.key, Number(group), Number(member)));
  }
}

/** The flush failed: the former sends its manifest again, or leaves this server out. */
export function storeFailed({ state }: ServerStep, key: CheckpointKey): void {
  const incoming = state.incoming[keyText(key)];
  if (incoming !== undefined) incoming.isStoring = false;
}

export function pieceWritten(
  { state, env }: ServerStep,
  isOk: boolean,
  piece: {
    readonly key: CheckpointKey;
    readonly group: number;
    readonly member: number;
    readonly from: HostId;
  },
): void {
  const incoming = state.incoming[keyText(piece.key)];
  const place = `${piece.group}/${piece.member}`;
  const known = incoming?.pieces[place];
  if (incoming === undefined || known === undefined) return;
  if (!isOk) {
    delete incoming.pieces[place]; // the former sends it again, or leaves this server out
    env.note({ kind: "storage-failed", slot: state.slot });
    return;
  }
  known.isWritten = true;
  const { key, group, member } = piece;
  env.send(piece.from, { to: "former", type: "received", key, slot: state.slot, group, member });
}

export function takeManifest(step: ServerStep, from: HostId, message: StoreMessage): void {
  const { state, env, cluster } = step;
  if (message.slot !== state.slot) return;
  const { key } = message;
  const text = keyText(key);
  if (state.held[text] !== undefined && mayStore(step, key)) {
    // The acknowledgement was lost, or the record that names the key is still on its way.
    return settledThen(step, [{ do: "acknowledge", key, from }]);
  }
  if (!mayStore(step, key)) return refuseStore(step, from, key);
  const decoded = decodeManifest(message.manifest, cluster.digests);
  if (!decoded.ok || compareKeys(decoded.manifest.key, key) !== 0) return; // damaged on the way
  const { manifest } = decoded;
  if (!namesLiveLives(step, manifest)) return refuseStore(step, from, key);
  const own = ownMembers(state, manifest);
  // An empty image, or fewer groups than servers, may leave this server the manifest alone.
  if (own.length === 0) state.incoming[text] ??= beginIncoming(step, key, from);
  const incoming = state.incoming[text];
  if (incoming === undefined || incoming.isStoring) return;
  const hasAll = own.every(({ group, member }) => {
    const piece = incoming.pieces[`${group}/${member}`];
    return piece?.isWritten === true && piece.digest === manifest.memberDigests[group]?.[member];
  });
  if (!hasAll) return; // pieces are still on their way, or a restart lost them: silence makes the former give up
  incoming.isStoring = true;
  env.storage.write(manifestFile(key), message.manifest, tokenFor(step, { kind: "ignore" }));
  flushThen(step, [{ do: "hold", key, manifest: message.manifest, from }]);
}

/** Members and manifest are flushed: the key is held from now on, unless a promise or a new life came in between. */
export function holdStored(
  step: ServerStep,
  key: CheckpointKey,
  manifestBytes: Uint8Array,
  from: HostId,
): void {
  const { state, cluster, env } = step;
  const text = keyText(key);
  const incoming = state.incoming[text];
  const decoded = decodeManifest(manifestBytes, cluster.digests);
  if (incoming === undefined || !decoded.ok) return;
  if (!mayStore(step, key) || !namesLiveLives(step, decoded.manifest)) {
    env.storage.remove(manifestFile(key));
    dropIncoming(step, incoming);
    return refuseStore(step, from, key);
  }
  delete state.incoming[text];
  state.held[text] = { key, manifestBytes, manifest: decoded.manifest };
  state.control.held.push(text);
  state.control.promised = key.ballot; // R5: at least as high as before, as mayStore has just said
  persistThen(step, [{ do: "acknowledge", key, from }]);
}

export function acknowledge({ state, env }: ServerStep, key: CheckpointKey, from: HostId): void {
  const { life } = state.control;
  env.note({ kind: "stored", slot: state.slot, life, key });
  env.send(from, { to: "former", type: "stored", key, slot: state.slot, life });
}

export function retire(step: ServerStep, message: RetireMessage): void {
  const { state } = step;
  const { control } = state;
  if (state.phase !== "working" || compareBallots(message.ballot, control.promised) < 0) return;
  if (control.floor !== undefined && compareKeys(message.floor, control.floor) <= 0) return;
  control.promised = message.ballot;
  raiseFloor(step, message.floor, message.ballot);
}

/** Drops everything below the floor: first from the record, and from the disk only when the record is flushed. */
export function raiseFloor(step: ServerStep, floor: CheckpointKey, ballot: CheckpointKey["ballot"]): void {
  const { state } = step;
  const { control } = state;
  control.floor = floor;
  control.floorBallot = ballot;
  const files: string[] = [];
  for (const table of [state.held, state.rebuilding]) {
    for (const [text, held] of Object.entries(table)) {
      if (compareKeys(held.key, floor) >= 0) continue;
      delete table[text];
      files.push(...filesOf(state, held));
    }
  }
  control.held = Object.keys(state.held);
  for (const incoming of Object.values(state.incoming)) {
    if (compareKeys(incoming.key, floor) < 0 && !incoming.isStoring) dropIncoming(step, incoming);
  }
  persistThen(step, [{ do: "drop", files, floor }]);
}
