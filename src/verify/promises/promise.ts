/**
 * A promise as a value: what is claimed, what its checker looks at, and the checker itself.
 *
 * A checker is a pure function of a run's history. Facts (seen by the simulator) outrank claims (notes of roles). It never
 * looks into roles and shares no arithmetic with the core. `checkedCount` 0 means that the run gave it nothing to judge.
 */
import type { ClusterPlacement } from "../../core/protocol/attempt-placement.ts";
import type { FormerPlace } from "../../core/protocol/cluster.ts";
import type { RunHistory } from "../../sim/history.ts";
import type { PromiseId } from "../result.ts";

/** What a checker is told of the run besides its history: the scenario's settings, none of them taken from roles. */
export interface RunContext {
  /** slotHosts[slot] is the host of that slot. */
  readonly slotHosts: readonly number[];
  readonly hostNames: readonly string[];
  readonly productionHost: number;
  readonly formerPlace: FormerPlace;
  readonly formerHost: number;
  /** N, the control tolerance f, and q of docs/protocol.md. */
  readonly quorum: { readonly slotCount: number; readonly tolerance: number; readonly promiseCount: number };
  /** `text` is the scheme's canonical text. */
  readonly scheme: {
    readonly text: string;
    readonly k: number;
    readonly m: number;
    readonly tolerance: number;
  };
  readonly width: number;
  /** Left out: rotated, whatever failure domains there are. */
  readonly placement?: ClusterPlacement | undefined;
  readonly subsegmentBytes: number;
  readonly retentionCount: number;
  readonly budget: "within" | "beyond";
  /** No fault is planned and the network loses nothing: byte counts must be exact. */
  readonly faultFree: boolean;
  /** Of a million messages the network loses so many all the time: above none, silence proves nothing about a server. */
  readonly lossPpm: number;
  /** Period at which what was not answered is asked again. */
  readonly retryNs: number;
  /** No operation of a disk or a processor that is not slowed takes longer. */
  readonly operationNsMax: number;
  /** Servers look for rot by themselves. */
  readonly scrubs: boolean;
  /** When all trouble was over, in a run that has such a phase. */
  readonly healNs?: number;
  /** Until then the software surely changes and wants checkpoints; left out: for ever. */
  readonly changesUntilNs?: number;
  /** Bounds of virtual time, integers of nanoseconds. */
  readonly bounds: {
    /** From the loss of the running software to the start of a restore. */
    readonly detectNs: number;
    /** How long a role may go on believing what was true before. */
    readonly settleNs: number;
    /** From a restore's start, or from the return of those it waits for, to its verdict; and from "restored" to the start. */
    readonly restoreNs: number;
    /** From the end of the last disturbance to full tolerance. */
    readonly redundancyNs: number;
  };
  readonly limits: {
    readonly queueDepthMax: number;
    readonly eventCountMax: number;
    /** Messages: of a run of this length by itself, and besides for each attempt, rebuilt checkpoint and restore. */
    readonly messageCountRun: number;
    readonly messageCountEach: number;
    /** Attempts at one checkpoint. */
    readonly attemptCountMax: number;
    readonly restoreCountMax: number;
  };
}

export interface PromiseJudgement {
  readonly checkedCount: number;
  /** One sentence each. */
  readonly violations: readonly string[];
}

export interface PromiseChecker {
  readonly id: PromiseId;
  /** One sentence. */
  readonly claim: string;
  readonly checks: readonly string[];
  readonly doesNotCheck: readonly string[];
  check(history: RunHistory, context: RunContext): PromiseJudgement;
  /** What is demanded of a run beyond the budget, where that is less than `check` and not nothing. */
  checkBeyond?(history: RunHistory, context: RunContext): PromiseJudgement;
}
