/**
 * A backup server starts: from nothing by `init`, or on the disk that it finds (R1, R8).
 *
 * The newest control record is the truth: files that it does not name are removed, manifests that it names and that
 * cannot be read are rot. Without a record that is certainly the newest one the disk counts as lost: a new life begins.
 */
import { keyText, parseKeyText, type CheckpointKey } from "../checkpoint/key.ts";
import { decodeManifest } from "../checkpoint/manifest.ts";
import { greet, startLife } from "./server-rejoin.ts";
import { restartWatch } from "./server-promise.ts";
import { queueRepair, startRepairs } from "./server-repair.ts";
import { restartScrub } from "./server-scrub.ts";
import { persistThen, tokenFor } from "./server-storage.ts";
import { decodeControl } from "./server-control.ts";
import { filesOf, manifestFile, type ServerStep } from "./server-state.ts";

export function initServer(step: ServerStep): void {
  const { state } = step;
  state.control.joined = true;
  state.control.complete = true;
  state.phase = "working";
  persistThen(step, []);
  restartWatch(step);
  restartScrub(step);
}

export function loadServer(step: ServerStep): void {
  step.state.phase = "loading";
  step.env.storage.list(tokenFor(step, { kind: "listed" }));
}

export function listed(step: ServerStep, files: readonly string[]): void {
  const { state, env } = step;
  state.listedFiles = files;
  state.loadingCount = 2;
  for (const copy of [0, 1]) env.storage.read(`c/${copy}`, tokenFor(step, { kind: "load-control", copy }));
}

export function loadedControl(step: ServerStep, copy: number, bytes: Uint8Array | undefined): void {
  const { state, env, cluster } = step;
  state.loadedControls[copy] = bytes;
  state.loadingCount -= 1;
  if (state.loadingCount > 0) return;
  const records = state.loadedControls.map((each, index) =>
    decodeControl(each, state.listedFiles.includes(`c/${index}`), cluster.digests),
  );
  const numbers = records.map((record) => (record.kind === "whole" ? record.number : 0));
  const newestCopy = (numbers[1] ?? 0) > (numbers[0] ?? 0) ? 1 : 0;
  const newest = records[newestCopy];
  if (newest?.kind !== "whole" || records.some(({ kind }) => kind === "rotten")) {
    // Nothing on this disk can be trusted to be the newest of its life. An older record would deny what was promised and
    // held since, and speak as a complete server.
    for (const file of state.listedFiles) env.storage.remove(file);
    state.listedFiles = [];
    restartScrub(step);
    return startLife(step);
  }
  state.control = newest.control;
  state.controlNumber = newest.number;
  state.controlWholeCopy = newestCopy;
  for (const text of newest.control.held) {
    const key = parseKeyText(text);
    if (key === undefined) continue; // cannot be: the record's digest holds
    state.held[text] = { key, manifestBytes: undefined, manifest: undefined };
    state.loadingCount += 1;
    env.storage.read(manifestFile(key), tokenFor(step, { kind: "load-manifest", key }));
  }
  if (state.loadingCount === 0) loaded(step);
}

export function loadedManifest(step: ServerStep, key: CheckpointKey, bytes: Uint8Array | undefined): void {
  const { state, env, cluster } = step;
  const held = state.held[keyText(key)];
  const decoded = bytes === undefined ? undefined : decodeManifest(bytes, cluster.digests);
  if (held !== undefined && decoded?.ok === true && keyText(decoded.manifest.key) === keyText(key)) {
    held.manifestBytes = bytes;
    held.manifest = decoded.manifest;
  } else {
    env.note({ kind: "rot-found", slot: state.slot, key, group: -1, member: 0 });
    queueRepair(step, { key, group: -1, member: 0 });
  }
  state.loadingCount -= 1;
  if (state.loadingCount === 0) loaded(step);
}

function loaded(step: ServerStep): void {
  const { state, env } = step;
  const { control } = state;
  removeGarbage(step);
  state.phase = control.joined ? "working" : "greeting";
  restartScrub(step);
  greet(step);
  if (control.joined) restartWatch(step);
  startRepairs(step);
  env.note({ kind: "started", slot: state.slot, life: control.life, joined: control.joined });
}

/** Unfinished stores, half-dropped checkpoints. Members of a checkpoint whose manifest is rotten are kept. */
function removeGarbage({ state, env }: ServerStep): void {
  const named = new Set<string>(["c/0", "c/1"]);
  const keptPrefixes: string[] = [];
  for (const held of Object.values(state.held)) {
    for (const file of filesOf(state, held)) named.add(file);
    if (held.manifest === undefined) keptPrefixes.push(`m/${keyText(held.key)}/`);
  }
  for (const file of state.listedFiles) {
    if (!named.has(file) && !keptPrefixes.some((prefix) => file.startsWith(prefix))) env.storage.remove(file);
  }
  state.listedFiles = [];
}
