/**
 * Who made a lock or a staging place, and whether that run still goes on.
 *
 * A run of another machine cannot be asked and counts as going on. Within one process the tokens tell the runs apart: the
 * process id of a killed run may be ours now.
 * Does not cover: machines that share a directory and a host name, and process ids used again by a long-lived process.
 */

import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import process from "node:process";
import { threadId } from "node:worker_threads";

export interface RunIdentity {
  readonly pid: number;
  readonly thread: number;
  readonly host: string;
  /** Lower-case hexadecimal; no two runs have the same. */
  readonly token: string;
}

/** Tokens of the runs that go on in this thread. */
const currentTokens: Set<string> = new Set();

/** A run that begins here; it goes on until `endRun`. */
export function beginRun(): RunIdentity {
  const token = randomBytes(12).toString("hex");
  currentTokens.add(token);
  return { pid: process.pid, thread: threadId, host: hostname(), token };
}

export function endRun(identity: RunIdentity): void {
  currentTokens.delete(identity.token);
}

export function isRunning(identity: RunIdentity): boolean {
  if (identity.host !== hostname()) return true;
  if (identity.pid === process.pid) {
    return identity.thread !== threadId || currentTokens.has(identity.token);
  }
  try {
    process.kill(identity.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
