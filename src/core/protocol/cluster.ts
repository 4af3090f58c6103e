/**
 * What every role of a cluster is configured with, and the quorum arithmetic of docs/protocol.md.
 *
 * Configuration never changes during a life of the cluster and is not part of any role's state.
 */
import type { Scheme } from "../redundancy/scheme.ts";
import type { Digests } from "../checkpoint/digests.ts";
import type { ClusterPlacement } from "./attempt-placement.ts";
import type { HostId } from "./environment.ts";

export type FormerPlace = "production" | "backup" | "dedicated";

/** All times are relative, integers of nanoseconds. */
export interface ProtocolTimes {
  /** Period of the production server's heartbeats. */
  readonly heartbeatNs: number;
  /** A server that hears no heartbeat for this long (plus its slot times `takeoverStaggerNs`) starts a restorer. */
  readonly takeoverNs: number;
  readonly takeoverStaggerNs: number;
  /** Period at which former, restorer and repair send again what was not answered. */
  readonly retryNs: number;
  /** Ticks of `retryNs` without progress after which a server is left out of an attempt, or a fetch goes elsewhere. */
  readonly silentTicksMax: number;
  /** Period of a scrub pass; 0 switches scrubbing off. */
  readonly scrubNs: number;
  /** R13: a slot of the newest durable checkpoint silent for this long calls for a fresh checkpoint. */
  readonly refreshNs: number;
}

export interface ClusterConfiguration {
  /** slotHosts[slot] is the host of that slot; its length is N. */
  readonly slotHosts: readonly HostId[];
  /** The host that `init` starts the software on. */
  readonly productionHost: HostId;
  readonly formerPlace: FormerPlace;
  /** The host of the former: the production host, a slot's host, or a host of its own. */
  readonly formerHost: HostId;
  readonly scheme: Scheme;
  /** Placement width D, k + m <= D <= N. */
  readonly width: number;
  /** Left out: rotated, whatever failure domains there are. */
  readonly placement?: ClusterPlacement | undefined;
  readonly subsegmentBytes: number;
  /** Durable checkpoints to keep, at least 1. */
  readonly retentionCount: number;
  /** Groups that may be on their way at once in one attempt or restore. */
  readonly windowGroups: number;
  /** Attempts of one checkpoint before it fails. */
  readonly attemptCountMax: number;
  readonly times: ProtocolTimes;
  readonly digests: Digests;
}

/** N, f, q and the thresholds of R3 and R8. Source: docs/protocol.md, "Quorum arithmetic". */
export interface Quorum {
  readonly slotCount: number;
  /** Control tolerance f = min(tolerance of the scheme, floor((N - 1) / 2)). */
  readonly tolerance: number;
  /** Promises that a restorer needs: q = max(N - f, f + 1). */
  readonly promiseCount: number;
  /** Complete slots among them: N - f. */
  readonly completeCount: number;
  /** Welcomes from complete other slots that a blank server needs: N - f (N = 2 with mirroring: 1). */
  readonly welcomeCount: number;
}

export function quorumOf(slotCount: number, schemeTolerance: number): Quorum {
  const tolerance = Math.min(schemeTolerance, Math.floor((slotCount - 1) / 2));
  // Two slots with mirroring: both must promise, one of them complete; one welcome joins a blank server.
  if (slotCount === 2 && schemeTolerance >= 1) {
    return { slotCount, tolerance: 1, promiseCount: 2, completeCount: 1, welcomeCount: 1 };
  }
  const completeCount = slotCount - tolerance;
  return {
    slotCount,
    tolerance,
    promiseCount: Math.max(completeCount, tolerance + 1),
    completeCount,
    welcomeCount: completeCount,
  };
}
