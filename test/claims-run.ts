/**
 * One run of a claim's scenario with everything that its hosts handed to the network and told, in the order of the calls.
 *
 * The observer stands between the simulator and the real core and changes nothing: a run with it has the same digest.
 */
import { readFile } from "node:fs/promises";
import { assert } from "vitest";
import type { Segment } from "../src/core/checkpoint/image.ts";
import type { CheckpointKey } from "../src/core/checkpoint/key.ts";
import type { Environment } from "../src/core/protocol/environment.ts";
import type { Message } from "../src/core/protocol/messages.ts";
import type { Note } from "../src/core/protocol/notes.ts";
import { loadScenario } from "../src/scenario/load.ts";
import type { RunPlan } from "../src/scenario/plan.ts";
import type { Scenario } from "../src/scenario/scenario.ts";
import type { RunHistory } from "../src/sim/history.ts";
import type { HostProgram } from "../src/sim/host-program.ts";
import { prepareEngines, prepareRun, type RunOptions } from "../src/verify/run.ts";

const CLAIM_FOLDER: URL = new URL("../scenarios/claims/", import.meta.url);

export type Observed = { readonly host: number } & (
  | { readonly kind: "handed-over"; readonly segments: readonly Segment[] }
  | { readonly kind: "sent"; readonly to: number; readonly message: Message }
  | { readonly kind: "told"; readonly note: Note }
);

export interface ClaimRun {
  readonly plan: RunPlan;
  readonly history: RunHistory;
  readonly observed: readonly Observed[];
}

export interface ClaimScenario {
  readonly scenario: Scenario;
  readonly files: readonly Segment[];
}

export function claimFile(claim: number): string {
  return `claim-${String(claim).padStart(2, "0")}.yaml`;
}

export async function loadClaim(claim: number): Promise<ClaimScenario> {
  const url = new URL(claimFile(claim), CLAIM_FOLDER);
  const loaded = loadScenario(await readFile(url, "utf8"), claimFile(claim));
  if (!loaded.ok) throw new Error(`${loaded.error.field}: ${loaded.error.message}`);
  const { scenario } = loaded;
  const paths = scenario.workload.kind === "files" ? scenario.workload.paths : [];
  const files = await Promise.all(
    paths.map(async (name) => ({ name, bytes: new Uint8Array(await readFile(new URL(name, url))) })),
  );
  return { scenario, files };
}

export async function observeRun(claim: ClaimScenario, options: RunOptions = {}): Promise<ClaimRun> {
  const { scenario, files } = claim;
  const observed: Observed[] = [];
  const { plan, world } = prepareRun(scenario, await prepareEngines(scenario), {
    ...options,
    files,
    plant: (configuration, program) =>
      observing(options.plant?.(configuration, program) ?? program, observed),
  });
  const history = world.run();
  return { plan, history, observed };
}

function observing(program: HostProgram, observed: Observed[]): HostProgram {
  const watched = (env: Environment): Environment => ({
    self: env.self,
    storage: env.storage,
    send(to, message) {
      observed.push({ host: env.self, kind: "sent", to, message });
      env.send(to, message);
    },
    note(note) {
      observed.push({ host: env.self, kind: "told", note });
      env.note(note);
    },
    setTimer: (name, delayNs) => env.setTimer(name, delayNs),
    cancelTimer: (name) => env.cancelTimer(name),
    random: () => env.random(),
    charge: (work, bytes) => env.charge(work, bytes),
    software: (event) => env.software(event),
  });
  return {
    create: (host) => program.create(host),
    start: (state, env, mode) => program.start(state, watched(env), mode),
    message: (state, env, from, message) => program.message(state, watched(env), from, message),
    timer: (state, env, name) => program.timer(state, watched(env), name),
    storage: (state, env, completion) => program.storage(state, watched(env), completion),
    checkpoint(state, env, segments) {
      observed.push({ host: env.self, kind: "handed-over", segments });
      return program.checkpoint(state, watched(env), segments);
    },
    incarnation: (state) => program.incarnation(state),
  };
}

/** A member of a group as it was supplied to a server. */
export interface SuppliedPiece {
  readonly from: number;
  readonly to: number;
  readonly slot: number;
  readonly group: number;
  readonly member: number;
  readonly bytes: Uint8Array;
}

/** The first key that was declared durable. */
export function firstDurable(run: ClaimRun): CheckpointKey {
  for (const each of run.observed) {
    if (each.kind === "told" && each.note.kind === "known-durable") return each.note.key;
  }
  assert.fail("no checkpoint became durable");
}

/** What was supplied for one attempt, by group and member; a piece that was sent again counts once. */
export function piecesOf(run: ClaimRun, key: CheckpointKey): readonly SuppliedPiece[] {
  const pieces = new Map<string, SuppliedPiece>();
  for (const each of run.observed) {
    if (each.kind !== "sent" || each.message.type !== "piece" || !isSameKey(each.message.key, key)) continue;
    const { slot, group, member, bytes } = each.message;
    pieces.set(`${group}/${member}`, { from: each.host, to: each.to, slot, group, member, bytes });
  }
  return [...pieces.values()].toSorted((a, b) => a.group - b.group || a.member - b.member);
}

export function isSameKey(a: CheckpointKey, b: CheckpointKey): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The simulator's own copy of the image that this key stands for. */
export function imageOf(run: ClaimRun, key: CheckpointKey): Uint8Array {
  for (const event of run.history.events) {
    if (event.kind !== "image-taken" || event.sequence !== key.sequence) continue;
    if (JSON.stringify(event.ballot) === JSON.stringify(key.ballot)) return event.image;
  }
  assert.fail("no image was taken under this key");
}

/** The image in pieces of the stated length, the last one filled up with zeros: cut here, not by the core. */
export function cutImage(image: Uint8Array, subsegmentBytes: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < image.length; offset += subsegmentBytes) {
    const piece = new Uint8Array(subsegmentBytes);
    piece.set(image.subarray(offset, offset + subsegmentBytes));
    pieces.push(piece);
  }
  return pieces;
}
