/**
 * A backup server reads what it holds to find rot before a restore needs it, and answers fetches with checked bytes only.
 *
 * Invariants: a member leaves this server only when its digest matches the manifest; one found rotten is queued for
 * repair. One read at a time, so that scrubbing takes little of the disk.
 */
import { compareBallots, compareKeys, keyText, type CheckpointKey } from "../checkpoint/key.ts";
import { decodeManifest } from "../checkpoint/manifest.ts";
import { verifyMember } from "../checkpoint/reassemble.ts";
import type { HostId } from "./environment.ts";
import type { FetchMessage } from "./messages.ts";
import { queueRepair, startRepairs } from "./server-repair.ts";
import { flushThen, persistThen, tokenFor } from "./server-storage.ts";
import { decodeControl } from "./server-control.ts";
import {
  type AfterFlush,
  manifestFile,
  memberFile,
  ownMembers,
  refusalOf,
  type ServerStep,
} from "./server-state.ts";

export const SERVER_SCRUB = "server.scrub";

interface Place {
  readonly key: CheckpointKey;
  readonly group: number;
  readonly member: number;
}

export function fetch(step: ServerStep, from: HostId, message: FetchMessage): void {
  const { state, env } = step;
  if (state.phase !== "working") return;
  const { key, group, member, asker, ballot } = message;
  if (ballot !== undefined && compareBallots(ballot, state.control.promised) < 0) {
    // What a superseded restore asks for may have been retired since: that is no loss of a member (R11).
    return env.send(from, { to: "restorer", type: "ask-refused", ballot, refusal: refusalOf(state) });
  }
  const held = state.held[keyText(key)];
  if (group < 0 || held?.manifest === undefined) {
    // Without a manifest in memory there is none to give, and no member that could be checked.
    const bytes = held?.manifestBytes;
    return env.send(from, { to: asker, type: "members", slot: state.slot, key, group, member, bytes });
  }
  // Who asks oftener than this disk can read gets one answer, and no queue grows.
  const isDue = state.continuations.some(
    ({ continuation: each }) =>
      each.kind === "fetched" &&
      each.from === from &&
      each.asker === asker &&
      each.group === group &&
      each.member === member &&
      compareKeys(each.key, key) === 0,
  );
  if (isDue) return;
  env.storage.read(
    memberFile(key, group, member),
    tokenFor(step, { kind: "fetched", from, asker, key, group, member }),
  );
}

/** Checks bytes read from the disk; rot is noted and queued for repair. */
function isGood(step: ServerStep, place: Place, bytes: Uint8Array | undefined): boolean {
  const { state, env, cluster } = step;
  const manifest = state.held[keyText(place.key)]?.manifest;
  if (manifest === undefined) return false; // retired while it was read
  if (bytes !== undefined) {
    env.charge("digest", bytes.length);
    if (verifyMember(manifest, cluster.digests, place.group, place.member, bytes)) return true;
  }
  const isOwn = ownMembers(state, manifest).some(
    ({ group, member }) => group === place.group && member === place.member,
  );
  if (isOwn) {
    env.note({
      kind: "rot-found",
      slot: state.slot,
      key: place.key,
      group: place.group,
      member: place.member,
    });
    queueRepair(step, place);
  }
  return false;
}

export function fetched(
  step: ServerStep,
  request: Place & { readonly from: HostId; readonly asker: "restorer" | "repair" },
  bytes: Uint8Array | undefined,
): void {
  const { state, env } = step;
  const { key, group, member, asker, from } = request;
  const good = isGood(step, { key, group, member }, bytes) ? bytes : undefined;
  env.send(from, { to: asker, type: "members", slot: state.slot, key, group, member, bytes: good });
  startRepairs(step);
}

export function restartScrub({ cluster, env }: ServerStep): void {
  if (cluster.times.scrubNs > 0) env.setTimer(SERVER_SCRUB, cluster.times.scrubNs);
}

/** Starts a pass: manifests and control record first, then every member. */
export function startScrub(step: ServerStep): void {
  const { state, env } = step;
  if (state.phase !== "working") return restartScrub(step);
  state.scrubbedCount = 0;
  state.scrubPlaces = [];
  state.isScrubReading = true;
  state.scrubControlCount = 2;
  for (const { key, manifest } of Object.values(state.held)) {
    env.storage.read(manifestFile(key), tokenFor(step, { kind: "scrub-manifest", key }));
    for (const { group, member } of ownMembers(state, manifest))
      state.scrubPlaces.push({ key, group, member });
  }
  for (const copy of [0, 1]) env.storage.read(`c/${copy}`, tokenFor(step, { kind: "scrub-control", copy }));
  scrubNext(step);
}

function scrubNext(step: ServerStep): void {
  const { state, env } = step;
  const place = state.scrubPlaces.shift();
  if (place === undefined) {
    state.isScrubReading = false;
    startRepairs(step);
    return endScrub(step);
  }
  const { key, group, member } = place;
  env.storage.read(
    memberFile(key, group, member),
    tokenFor(step, { kind: "scrub-member", key, group, member }),
  );
}

/** A pass ends when every member was read and both copies of the control record are known to be good. */
function endScrub(step: ServerStep): void {
  const { state, env } = step;
  if (state.isScrubReading || state.scrubControlCount > 0) return;
  env.note({ kind: "scrubbed", slot: state.slot, memberCount: state.scrubbedCount });
  restartScrub(step);
}

export function scrubbedMember(step: ServerStep, place: Place, bytes: Uint8Array | undefined): void {
  isGood(step, place, bytes);
  step.state.scrubbedCount += 1;
  scrubNext(step);
}

/** The manifest in memory was checked when it came; a rotten copy on disk is written again from it. */
export function scrubbedManifest(step: ServerStep, key: CheckpointKey, bytes: Uint8Array | undefined): void {
  const { state, env, cluster } = step;
  const held = state.held[keyText(key)];
  if (held === undefined) return;
  const decoded = bytes === undefined ? undefined : decodeManifest(bytes, cluster.digests);
  if (decoded?.ok === true && compareKeys(decoded.manifest.key, key) === 0) return;
  env.note({ kind: "rot-found", slot: state.slot, key, group: -1, member: 0 });
  if (held.manifestBytes === undefined) {
    queueRepair(step, { key, group: -1, member: 0 });
    return startRepairs(step);
  }
  env.storage.write(manifestFile(key), held.manifestBytes, tokenFor(step, { kind: "ignore" }));
  flushThen(step, [{ do: "repaired", key, group: -1, member: 0 }]);
}

/** The record in memory is the truth while the server runs: new records replace a rotten copy, and the other one before it. */
export function scrubbedControl(step: ServerStep, copy: number, bytes: Uint8Array | undefined): void {
  const { state, env, cluster } = step;
  if (state.isControlOnItsWay) {
    // Which copy is the whole one changes just now: look again when the record is there.
    return env.storage.read(`c/${copy}`, tokenFor(step, { kind: "scrub-control", copy }));
  }
  const isWhole = decodeControl(bytes, true, cluster.digests).kind === "whole";
  const isWritten = copy === state.controlWholeCopy || bytes !== undefined;
  if (isWhole || !isWritten) return controlScrubbed(step);
  const last: AfterFlush = { do: "control-scrubbed" };
  persistThen(step, [copy === state.controlWholeCopy ? { do: "persist", next: last } : last]);
}

/** One copy of the control record is good, or was written again. */
export function controlScrubbed(step: ServerStep): void {
  step.state.scrubControlCount -= 1;
  endScrub(step);
}
