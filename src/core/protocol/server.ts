/**
 * The backup server role: stores members of redundancy groups, promises ballots, welcomes, repairs and scrubs.
 *
 * This file is the dispatch: messages, timers and storage completions to the parts of the role (server-*.ts).
 * Invariant: nothing is answered that depends on state which is not flushed (AfterFlush in server-state.ts).
 */
import type { ClusterConfiguration } from "./cluster.ts";
import type { Environment, HostId, StorageCompletion } from "./environment.ts";
import type { MembersMessage, Message } from "./messages.ts";
import { initServer, listed, loadedControl, loadedManifest, loadServer } from "./server-load.ts";
import { givePromise, hearAsk, hearBeat, SERVER_WATCH, watchFired } from "./server-promise.ts";
import {
  checkComplete,
  completed,
  giveWelcome,
  greet,
  hearHello,
  hearSuperseded,
  hearWelcome,
  joined,
  SERVER_HELLO,
} from "./server-rejoin.ts";
import {
  hearMembers,
  queueRepair,
  rebuilt,
  queueRebuild,
  repairTick,
  SERVER_REPAIR,
  startRepairs,
} from "./server-repair.ts";
import {
  fetch,
  fetched,
  controlScrubbed,
  scrubbedControl,
  scrubbedManifest,
  scrubbedMember,
  SERVER_SCRUB,
  startScrub,
} from "./server-scrub.ts";
import type { AfterFlush, ServerState, ServerStep } from "./server-state.ts";
import {
  continuationOf,
  controlFlushed,
  persistThen,
  retryControl,
  SERVER_CONTROL,
} from "./server-storage.ts";
import { forgetUnflushed } from "./server-unflushed.ts";
import {
  acknowledge,
  holdStored,
  pieceWritten,
  retire,
  storeFailed,
  takeManifest,
  takePiece,
} from "./server-store.ts";

export function startServer(
  cluster: ClusterConfiguration,
  state: ServerState,
  env: Environment,
  mode: "init" | "restart",
): void {
  const step: ServerStep = { cluster, state, env };
  if (mode === "init") initServer(step);
  else loadServer(step);
}

export function serverMessage(
  cluster: ClusterConfiguration,
  state: ServerState,
  env: Environment,
  from: HostId,
  message: Message & { readonly to: "server" },
): void {
  const step: ServerStep = { cluster, state, env };
  switch (message.type) {
    case "beat":
      return hearBeat(step, from, message);
    case "piece":
      return takePiece(step, from, message);
    case "store":
      return takeManifest(step, from, message);
    case "retire":
      retire(step, message);
      return checkComplete(step);
    case "ask":
      return hearAsk(step, from, message);
    case "fetch":
      return fetch(step, from, message);
    case "hello":
      return hearHello(step, from, message);
    case "welcome":
      return hearWelcome(step, message);
    case "superseded":
      return hearSuperseded(step, message);
    default:
      return message satisfies never;
  }
}

/** Members that a peer sent for a repair. */
export function serverMembers(
  cluster: ClusterConfiguration,
  state: ServerState,
  env: Environment,
  message: MembersMessage,
): void {
  hearMembers({ cluster, state, env }, message);
}

export function serverTimer(
  cluster: ClusterConfiguration,
  state: ServerState,
  env: Environment,
  name: string,
): void {
  const step: ServerStep = { cluster, state, env };
  switch (name) {
    case SERVER_WATCH:
      return watchFired(step);
    case SERVER_HELLO:
      return greet(step);
    case SERVER_REPAIR:
      return repairTick(step);
    case SERVER_SCRUB:
      return startScrub(step);
    case SERVER_CONTROL:
      return retryControl(step);
    default:
      return;
  }
}

export function serverStorage(
  cluster: ClusterConfiguration,
  state: ServerState,
  env: Environment,
  completion: StorageCompletion,
): void {
  const step: ServerStep = { cluster, state, env };
  const continuation = continuationOf(step, completion.token);
  if (continuation === undefined) return;
  const bytes = completion.kind === "read" ? completion.bytes : undefined;
  switch (continuation.kind) {
    case "ignore":
      if (completion.kind === "written" && !completion.ok) state.hasFailedWrite = true;
      return;
    case "piece-written":
      return pieceWritten(step, completion.kind === "written" && completion.ok, continuation);
    case "flushed": {
      // Operations complete in order: a write that failed belongs to the flush that completes next.
      const isOk =
        completion.kind === "flushed" &&
        completion.ok &&
        !state.hasFailedWrite &&
        continuation.failedFlushCount === state.failedFlushCount;
      state.hasFailedWrite = false;
      if (completion.kind === "flushed" && !completion.ok) forgetUnflushed(step);

      if (continuation.hasControl) controlFlushed(step, isOk, continuation.next);
      if (isOk) for (const each of continuation.next) afterFlush(step, each);
      else flushFailed(step, continuation.hasControl ? [] : continuation.next);
      return;
    }
    case "fetched":
      return fetched(step, continuation, bytes);
    case "scrub-member":
      return scrubbedMember(step, continuation, bytes);
    case "scrub-manifest":
      return scrubbedManifest(step, continuation.key, bytes);
    case "scrub-control":
      return scrubbedControl(step, continuation.copy, bytes);
    case "listed":
      return listed(step, completion.kind === "listed" ? completion.files : []);
    case "load-control":
      return loadedControl(step, continuation.copy, bytes);
    case "load-manifest":
      return loadedManifest(step, continuation.key, bytes);
    default:
      return continuation satisfies never;
  }
}

/** A flush that failed promises nothing: what waited for it is done again, or asked for again. */
function flushFailed(step: ServerStep, next: readonly AfterFlush[]): void {
  step.env.note({ kind: "storage-failed", slot: step.state.slot });
  for (const each of next) {
    if (each.do === "hold") storeFailed(step, each.key);
    else if (each.do === "repaired") queueRepair(step, each);
    else if (each.do === "rebuilt") queueRebuild(step, each.key);
  }
  startRepairs(step);
}

function afterFlush(step: ServerStep, next: AfterFlush): void {
  const { state, env } = step;
  switch (next.do) {
    case "hold":
      return holdStored(step, next.key, next.manifest, next.from);
    case "acknowledge":
      return acknowledge(step, next.key, next.from);
    case "promise":
      return givePromise(step, next.ballot, next.from);
    case "welcome":
      return giveWelcome(step, next.slot, next.life, next.from);
    case "persist":
      return persistThen(step, [next.next]);
    case "control-scrubbed":
      return controlScrubbed(step);
    case "greet":
      return greet(step);
    case "joined":
      return joined(step);
    case "completed":
      return completed(step);
    case "drop":
      for (const file of next.files) env.storage.remove(file);
      return env.note({ kind: "retired", slot: state.slot, floor: next.floor });
    case "repaired":
      return env.note({
        kind: "repaired",
        slot: state.slot,
        key: next.key,
        group: next.group,
        member: next.member,
      });
    case "rebuilt":
      rebuilt(step, next.key);
      return checkComplete(step);
    default:
      return next satisfies never;
  }
}
