/**
 * What a backup server forgets when a flush failed.
 *
 * A flush that failed may have thrown away all that it should have made durable, also what it was not issued for: the next
 * flush then succeeds without storing any of it (so do common kernels: Rebello et al., "Can Applications Recover from fsync
 * Failures?", ATC 2020). So nothing that was written and is not durable counts as written any more, and a flush that was
 * issued before the failure proves nothing about what was written before it (`failedFlushCount`).
 *
 * Invariant: what is held was flushed well, and is not touched. Not covered: the control record, which is written anew
 * (server-storage.ts); single repairs, each of which waits for a flush of its own.
 */
import { manifestFile, type ServerStep } from "./server-state.ts";
import { queueRebuild } from "./server-repair.ts";
import { dropIncoming } from "./server-store.ts";

export function forgetUnflushed(step: ServerStep): void {
  const { state, env } = step;
  state.failedFlushCount += 1;
  // The former hears nothing more of these attempts from here: it leaves this server out, or begins anew.
  for (const incoming of Object.values(state.incoming)) {
    if (incoming.isStoring) env.storage.remove(manifestFile(incoming.key));
    dropIncoming(step, incoming);
  }
  for (const { key } of Object.values(state.rebuilding)) queueRebuild(step, key);
}
