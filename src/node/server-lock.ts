/**
 * The lock of a server's directory: one protect or repair at a time.
 *
 * The lock file appears with its contents at once (a link to a finished file), so a killed run leaves a whole lock or none.
 * A lock whose process is gone is taken over; one of another machine, or one that cannot be read, is respected.
 * Taking over is safe among several that try: what is moved away is looked at again, and `stillHeld` is asked before
 * anything is published.
 * Does not cover: what run-identity.ts cannot tell (the lock is then respected, and the message says which file to remove).
 */

import path from "node:path";
import { FileFailure, type FileLayer, isAbsence, readWhole } from "./file-layer.ts";
import { beginRun, endRun, isRunning, type RunIdentity } from "./run-identity.ts";
import { removeTree } from "./server-directory.ts";
import { INCOMING_PREFIX, LOCK_FILE, RETIRED_PREFIX } from "./server-paths.ts";
import { StoreFailure } from "./store-error.ts";

export interface ServerLock {
  readonly directory: string;
  /** False when somebody took the lock away. */
  stillHeld(): Promise<boolean>;
  /** Removes the lock file if it is still ours. */
  release(): Promise<void>;
}

const LOCK_BYTES_MAX = 4096;
/** Stale locks found one after another; more means that others are at work. */
const TAKEOVERS_MAX = 5;

/** Errors: `server-locked`. */
async function lockServer(layer: FileLayer, directory: string): Promise<ServerLock> {
  const lockPath = path.join(directory, LOCK_FILE);
  // Running before anybody can see the lock, so that a second run in this thread respects it at once.
  const holder = beginRun();
  const { token } = holder;
  const proposal = path.join(directory, `${INCOMING_PREFIX}lock-${token}`);
  try {
    await writeProposal(layer, proposal, holder);
    for (let takeovers = 0; ; takeovers += 1) {
      if (await tryLink(layer, proposal, lockPath)) break;
      const current = await readHolder(layer, lockPath);
      if (current === "gone") continue;
      if (takeovers >= TAKEOVERS_MAX || current === "unreadable" || isRunning(current)) {
        throw lockedFailure(lockPath, current);
      }
      await moveStaleAway(layer, directory, lockPath, current.token, token);
    }
    await layer.removeFile(proposal);
  } catch (error) {
    endRun(holder);
    await removeTree(layer, proposal);
    throw error;
  }
  return {
    directory,
    async stillHeld() {
      const current = await readHolder(layer, lockPath);
      return typeof current === "object" && current.token === token;
    },
    async release() {
      endRun(holder);
      const current = await readHolder(layer, lockPath);
      if (typeof current === "object" && current.token === token) await layer.removeFile(lockPath);
    },
  };
}

async function writeProposal(layer: FileLayer, proposal: string, holder: RunIdentity): Promise<void> {
  const handle = await layer.create(proposal);
  try {
    await handle.write([Buffer.from(JSON.stringify(holder))]);
    // A lock that a power cut left empty would name nobody, and be respected for ever.
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function tryLink(layer: FileLayer, proposal: string, lockPath: string): Promise<boolean> {
  try {
    await layer.link(proposal, lockPath);
    return true;
  } catch (error) {
    if (error instanceof FileFailure && error.systemCode === "EEXIST") return false;
    // The holder sweeps the directory; a proposal that is gone means that somebody holds the lock.
    if (isAbsence(error)) throw lockedFailure(lockPath, "unreadable");
    throw error;
  }
}

async function readHolder(layer: FileLayer, lockPath: string): Promise<RunIdentity | "gone" | "unreadable"> {
  try {
    const bytes = await readWhole(layer, lockPath, LOCK_BYTES_MAX);
    const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<RunIdentity> | null;
    const isHolder =
      Number.isSafeInteger(value?.pid) &&
      Number.isSafeInteger(value?.thread) &&
      typeof value?.host === "string" &&
      typeof value.token === "string";
    return isHolder ? (value as RunIdentity) : "unreadable";
  } catch (error) {
    if (isAbsence(error)) return "gone";
    if (error instanceof SyntaxError) return "unreadable";
    throw error;
  }
}

/** Between reading and moving, another run may have taken over: then its lock is put back. */
async function moveStaleAway(
  layer: FileLayer,
  directory: string,
  lockPath: string,
  staleToken: string,
  ownToken: string,
): Promise<void> {
  const aside = path.join(directory, `${RETIRED_PREFIX}lock-${ownToken}`);
  try {
    await layer.rename(lockPath, aside);
  } catch (error) {
    if (isAbsence(error)) return;
    throw error;
  }
  const moved = await readHolder(layer, aside);
  if (typeof moved === "object" && moved.token !== staleToken) await tryLink(layer, aside, lockPath);
  await layer.removeFile(aside);
}

function lockedFailure(lockPath: string, holder: RunIdentity | "unreadable"): StoreFailure {
  const who = holder === "unreadable" ? "another run" : `process ${holder.pid} on ${holder.host}`;
  return new StoreFailure({
    kind: "interference",
    code: "server-locked",
    path: path.dirname(lockPath),
    message: `The directory "${path.dirname(lockPath)}" is in use by ${who}; if nothing runs there, remove "${lockPath}".`,
  });
}

/** Locks all, or none. The order is that of the paths, so that two runs with the same directories collide at the first. */
export async function lockServers(layer: FileLayer, directories: readonly string[]): Promise<ServerLock[]> {
  const locks: ServerLock[] = [];
  try {
    for (const directory of directories.toSorted()) locks.push(await lockServer(layer, directory));
  } catch (error) {
    await releaseServers(locks);
    throw error;
  }
  return locks;
}

/** Releases every one of them, also when one cannot be; the first failure is thrown afterwards. */
export async function releaseServers(locks: readonly ServerLock[]): Promise<void> {
  const outcomes = await Promise.allSettled(locks.map((lock) => lock.release()));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/** Errors: `lock-lost`. */
export async function checkStillHeld(locks: readonly ServerLock[]): Promise<void> {
  for (const lock of locks) {
    if (await lock.stillHeld()) continue;
    throw new StoreFailure({
      kind: "interference",
      code: "lock-lost",
      path: lock.directory,
      message: `The lock of "${lock.directory}" was taken away while this run was using it; nothing was published.`,
    });
  }
}
