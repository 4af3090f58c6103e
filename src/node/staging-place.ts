/**
 * Names for what stands beside an output while it is made, and the removal of what killed runs left there.
 *
 * A name carries who made it, so that only places of runs that are over are removed:
 * `.NAME.ckptlab-KIND-HOST.PID.THREAD.TOKEN`, where HOST is a digest of the host's name.
 * Does not cover: what run-identity.ts cannot tell; such places stay.
 */

import { createHash } from "node:crypto";
import { hostname } from "node:os";
import path from "node:path";
import { FileFailure, type FileLayer } from "./file-layer.ts";
import { isRunning, type RunIdentity } from "./run-identity.ts";
import { removeTree } from "./server-directory.ts";

/** `new`: being made. `old`: what stood there before, moved aside while the new one takes its place. */
type StagingKind = "new" | "old";

const IDENTITY_PATTERN = /^([0-9a-f]{8})\.(\d{1,15})\.(\d{1,15})\.([0-9a-f]+)$/;

/** `name` is that of the output; "" when it has none. */
export function stagingPath(
  directory: string,
  name: string,
  kind: StagingKind,
  { pid, thread, host, token }: RunIdentity,
): string {
  return path.join(directory, `${prefixOf(name, kind)}${digestOf(host)}.${pid}.${thread}.${token}`);
}

/** Removes the places of this output whose runs are over. What cannot be removed stays: it is in nobody's way. */
export async function sweepStaging(
  layer: FileLayer,
  directory: string,
  name: string,
  kind: StagingKind,
): Promise<void> {
  const prefix = prefixOf(name, kind);
  try {
    for (const entry of await layer.list(directory)) {
      if (!entry.startsWith(prefix)) continue;
      const identity = identityIn(entry.slice(prefix.length));
      if (identity === undefined || isRunning(identity)) continue;
      await removeTree(layer, path.join(directory, entry));
    }
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
  }
}

function prefixOf(name: string, kind: StagingKind): string {
  return `${name === "" ? "" : `.${name}`}.ckptlab-${kind}-`;
}

function identityIn(text: string): RunIdentity | undefined {
  const [, digest, pid, thread, token] = IDENTITY_PATTERN.exec(text) ?? [];
  // Of another host nothing is known but that it is another.
  if (token === undefined || digest !== digestOf(hostname())) return undefined;
  return { pid: Number(pid), thread: Number(thread), host: hostname(), token };
}

function digestOf(host: string): string {
  return createHash("sha256").update(host).digest("hex").slice(0, 8);
}
