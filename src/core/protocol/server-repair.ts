/**
 * A backup server rebuilds its own members from its peers: all of them after its disk was lost (R9), single ones that
 * rot was found in. One member at a time, the fewest reads that do.
 *
 * Invariants: what is written was decoded from members that match the manifest and matches it itself; a key that is
 * being rebuilt is held only when all its members and its manifest are flushed. Doing it twice does no harm, and a crash
 * at any point leaves nothing worse than before.
 *
 * Not covered: finding rot (server-scrub.ts); deciding what a blank server needs (server-rejoin.ts).
 */
import { assert } from "../assertion.ts";
import { compareKeys, keyText, type CheckpointKey } from "../checkpoint/key.ts";
import { decodeManifest, layoutOfManifest, type Manifest } from "../checkpoint/manifest.ts";
import { verifyMember } from "../checkpoint/reassemble.ts";
import { rebuildMember } from "../redundancy/code.ts";
import { dataCountOfGroup, memberExists, positionOfMember } from "../redundancy/layout.ts";
import { readSetFor } from "../redundancy/read-set.ts";
import type { MembersMessage } from "./messages.ts";
import { flushThen, persistThen, tokenFor } from "./server-storage.ts";
import {
  manifestFile,
  memberFile,
  ownMembers,
  type ActiveRepair,
  type HeldCheckpoint,
  type RepairTask,
  type ServerStep,
} from "./server-state.ts";

export const SERVER_REPAIR = "server.repair";

function isSameTask(a: RepairTask, b: RepairTask): boolean {
  return a.group === b.group && a.member === b.member && compareKeys(a.key, b.key) === 0;
}

export function queueRepair({ state }: ServerStep, task: RepairTask): void {
  const isKnown =
    state.repairs.some((each) => isSameTask(each, task)) ||
    state.stalledRepairs.some((each) => isSameTask(each, task)) ||
    (state.activeRepair !== undefined && isSameTask(state.activeRepair.task, task));
  if (!isKnown) state.repairs.push(task);
}

function recordOf({ state }: ServerStep, key: CheckpointKey): HeldCheckpoint | undefined {
  const text = keyText(key);
  return state.held[text] ?? state.rebuilding[text];
}

/** Takes the next task when none is active. Tasks of checkpoints that were retired meanwhile fall away. */
export function startRepairs(step: ServerStep): void {
  const { state, env, cluster } = step;
  while (state.activeRepair === undefined) {
    const task = state.repairs.shift();
    if (task === undefined) break;
    const record = recordOf(step, task.key);
    if (record === undefined) continue;
    const memberCount =
      record.manifest === undefined ? cluster.slotHosts.length : memberCountOf(record.manifest);
    state.activeRepair = {
      task,
      members: new Array<Uint8Array | undefined>(memberCount).fill(undefined),
      asked: new Array<boolean>(memberCount).fill(false),
      failed: new Array<boolean>(memberCount).fill(false),
      silentTicks: 0,
    };
    proceed(step, state.activeRepair);
  }
  if (state.activeRepair === undefined && state.stalledRepairs.length === 0) return;
  // A timer that runs is left alone: starting it anew at every message would put it off for ever.
  if (!state.isRepairTimerSet) env.setTimer(SERVER_REPAIR, cluster.times.retryNs);
  state.isRepairTimerSet = true;
}

function memberCountOf(manifest: Manifest): number {
  const { scheme } = layoutOfManifest(manifest);
  return scheme.k + scheme.m;
}

/** Asks for what is still needed, or finishes, or sets the task aside. */
function proceed(step: ServerStep, active: ActiveRepair): void {
  const { task } = active;
  const record = recordOf(step, task.key);
  if (record === undefined) return endTask(step);
  if (task.group < 0) return proceedManifest(step, active, record);
  const { manifest } = record;
  assert(manifest !== undefined, "members are repaired by their manifest");
  const layout = layoutOfManifest(manifest);
  const dataCount = dataCountOfGroup(layout, task.group);
  const available = active.failed.map(
    (failed, member) => !failed && member !== task.member && memberExists(layout, task.group, member),
  );
  const needed = readSetFor(layout.scheme, dataCount, available, [task.member]);
  if (needed === undefined) return stall(step, active);
  if (needed.every((member) => active.members[member] !== undefined)) return rebuild(step, active, manifest);
  for (const member of needed) {
    if (active.asked[member] === true) continue;
    active.asked[member] = true;
    const placed = manifest.placement[positionOfMember(layout, task.group, member)];
    assert(placed !== undefined, "positions lie within the placement");
    askPeer(step, placed.slot, task.key, task.group, member);
  }
}

function askPeer(step: ServerStep, slot: number, key: CheckpointKey, group: number, member: number): void {
  const host = step.cluster.slotHosts[slot];
  assert(host !== undefined, "slots have hosts");
  step.env.send(host, {
    to: "server",
    type: "fetch",
    asker: "repair",
    ballot: undefined,
    key,
    group,
    member,
  });
}

/** A manifest comes whole from any peer of the placement; `member` is the peer's slot here. */
function proceedManifest(step: ServerStep, active: ActiveRepair, record: HeldCheckpoint): void {
  const { state, env } = step;
  const { key } = active.task;
  if (record.manifestBytes !== undefined) {
    const token = tokenFor(step, { kind: "ignore" });
    env.storage.write(manifestFile(key), record.manifestBytes, token);
    return taskDone(step, active);
  }
  if (active.asked.every((_, slot) => slot === state.slot || active.failed[slot] === true))
    return stall(step, active);
  active.asked.forEach((asked, slot) => {
    if (asked || slot === state.slot) return;
    active.asked[slot] = true;
    askPeer(step, slot, key, -1, slot);
  });
}

/** Too few members at present: noted, and tried again later. */
function stall(step: ServerStep, active: ActiveRepair): void {
  const { state, env } = step;
  env.note({ kind: "repair-waiting", slot: state.slot, key: active.task.key });
  state.stalledRepairs.push(active.task);
  endTask(step);
}

/** The caller goes on to the next task by `startRepairs`: a loop there, no recursion here. */
function endTask({ state }: ServerStep): void {
  state.activeRepair = undefined;
}

function rebuild(step: ServerStep, active: ActiveRepair, manifest: Manifest): void {
  const { cluster, env } = step;
  const { key, group, member } = active.task;
  const layout = layoutOfManifest(manifest);
  const dataCount = dataCountOfGroup(layout, group);
  const rebuilt = rebuildMember(layout.scheme, dataCount, active.members, member);
  if (layout.scheme.k > 1) env.charge("decode", layout.subsegmentBytes * dataCount);
  env.charge("digest", layout.subsegmentBytes);
  if (!rebuilt.ok || !verifyMember(manifest, cluster.digests, group, member, rebuilt.bytes))
    return stall(step, active);
  env.storage.write(memberFile(key, group, member), rebuilt.bytes, tokenFor(step, { kind: "ignore" }));
  taskDone(step, active);
}

/** The member is written. The last one of a checkpoint that a blank server rebuilds makes it held, after a flush. */
function taskDone(step: ServerStep, active: ActiveRepair): void {
  const { state, env } = step;
  const { key, group, member } = active.task;
  const rebuilding = state.rebuilding[keyText(key)];
  if (rebuilding === undefined) {
    flushThen(step, [{ do: "repaired", key, group, member }]);
    return endTask(step);
  }
  const isSameKey = (task: RepairTask): boolean => compareKeys(task.key, key) === 0;
  if (!state.repairs.some(isSameKey) && !state.stalledRepairs.some(isSameKey)) {
    assert(rebuilding.manifestBytes !== undefined, "a rebuilt checkpoint came with its manifest");
    env.storage.write(manifestFile(key), rebuilding.manifestBytes, tokenFor(step, { kind: "ignore" }));
    flushThen(step, [{ do: "rebuilt", key }]);
  }
  endTask(step);
}

/** Every own member of a checkpoint that is being rebuilt is due; where there is none, its manifest is. */
export function queueRebuild(step: ServerStep, key: CheckpointKey): void {
  const { state } = step;
  const rebuilding = state.rebuilding[keyText(key)];
  if (rebuilding === undefined) return; // retired meanwhile
  const own = ownMembers(state, rebuilding.manifest);
  for (const { group, member } of own) queueRepair(step, { key, group, member });
  if (own.length === 0) queueRepair(step, { key, group: -1, member: 0 });
}

/** Everything of this checkpoint is flushed: it is held from now on. */
export function rebuilt(step: ServerStep, key: CheckpointKey): void {
  const { state, env } = step;
  const text = keyText(key);
  const rebuilding = state.rebuilding[text];
  if (rebuilding === undefined) return; // retired meanwhile
  delete state.rebuilding[text];
  state.held[text] = rebuilding;
  state.control.held.push(text);
  env.note({ kind: "repaired", slot: state.slot, key, group: -1, member: -1 });
  persistThen(step, []);
}

export function hearMembers(step: ServerStep, message: MembersMessage): void {
  const { state, cluster, env } = step;
  const active = state.activeRepair;
  if (active === undefined || compareKeys(active.task.key, message.key) !== 0) return;
  if (active.task.group !== message.group || active.asked[message.member] !== true) return;
  active.silentTicks = 0;
  const record = recordOf(step, message.key);
  if (message.group < 0) {
    const decoded = message.bytes === undefined ? undefined : decodeManifest(message.bytes, cluster.digests);
    if (decoded?.ok !== true || compareKeys(decoded.manifest.key, message.key) !== 0) {
      active.failed[message.member] = true;
    } else if (record !== undefined && record.manifest === undefined) {
      record.manifestBytes = message.bytes;
      record.manifest = decoded.manifest;
    }
    proceed(step, active);
    return startRepairs(step);
  }
  if (message.bytes !== undefined) env.charge("digest", message.bytes.length);
  const isGood =
    message.bytes !== undefined &&
    record?.manifest !== undefined &&
    verifyMember(record.manifest, cluster.digests, message.group, message.member, message.bytes);
  if (isGood) active.members[message.member] = message.bytes;
  else active.failed[message.member] = true;
  proceed(step, active);
  startRepairs(step);
}

/** Asks again; counts silent peers out; gives stalled tasks another chance. */
export function repairTick(step: ServerStep): void {
  const { state, cluster } = step;
  state.isRepairTimerSet = false;
  state.repairs.push(...state.stalledRepairs);
  state.stalledRepairs = [];
  const active = state.activeRepair;
  if (active !== undefined) {
    active.silentTicks += 1;
    active.asked.forEach((asked, member) => {
      if (!asked || active.members[member] !== undefined) return;
      if (active.silentTicks > cluster.times.silentTicksMax) active.failed[member] = true;
      else active.asked[member] = false; // its question or answer was lost: proceed asks again
    });
    proceed(step, active);
  }
  startRepairs(step);
}
