/**
 * What the simulator asks of the software that is checkpointed, and of the clients outside the cluster.
 *
 * The layer src/workload implements these. The simulator hands in virtual time and random streams; an implementation
 * uses no other clock and no other randomness. Software dies with its host; clients live as long as the run.
 */
import type { Segment } from "../core/checkpoint/image.ts";
import type { CheckpointFailure } from "../core/protocol/software.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { StateHash } from "./state-hash.ts";

/** Common to software and clients. */
export interface ProcessEnvironment {
  readonly self: HostId;
  /** Virtual time of this host, integer nanoseconds. */
  nowNs(): number;
  /** Uniform integer 0 .. 2^32 - 1 from a stream of this process's own. */
  random(): number;
  /** Sends an application message over the simulated network. */
  send(to: HostId, payload: unknown, payloadBytes: number): void;
  setTimer(name: string, delayNs: number): void;
  cancelTimer(name: string): void;
}

export interface SoftwareEnvironment extends ProcessEnvironment {
  /**
   * Takes a checkpoint of `segments` now. Returns its sequence, or undefined when one is still under way.
   * The segments' bytes must not change afterwards.
   */
  checkpoint(segments: readonly Segment[]): number | undefined;
  /** Tells the history that an output left; `sequence` is the checkpoint it had to wait for. */
  released(sequence: number, outputText: string): void;
}

/** One running instance of the software. */
export interface Software {
  start(env: SoftwareEnvironment): void;
  message(env: SoftwareEnvironment, from: HostId, payload: unknown): void;
  timer(env: SoftwareEnvironment, name: string): void;
  /** The checkpoint with this sequence is known durable: outputs that depend on it may leave. */
  durable(env: SoftwareEnvironment, sequence: number): void;
  failed(env: SoftwareEnvironment, sequence: number, reason: CheckpointFailure): void;
  /** The protocol wants a checkpoint soon. */
  wanted(env: SoftwareEnvironment): void;
  /** Fenced, crashed, or the run ended: free what is held. Nothing may be sent any more. */
  stop(): void;
  /** An independent copy in the same state, which belongs to `run`, the fork of the run that this one belongs to. */
  fork(run: WorkloadRun): Software;
  /** Takes in everything that decides what this instance will do. Without it, no world with it has a state hash. */
  addTo?(hash: StateHash): void;
}

/** A client outside the cluster; it never crashes. */
export interface Client {
  start(env: ProcessEnvironment): void;
  message(env: ProcessEnvironment, from: HostId, payload: unknown): void;
  timer(env: ProcessEnvironment, name: string): void;
  fork(): Client;
  /** As for software. */
  addTo?(hash: StateHash): void;
}

/** What a workload found wrong at the end of a run, by its own independent means. */
export interface WorkloadViolation {
  readonly promise: "integrity" | "output-commit" | "continuation";
  readonly message: string;
}

export interface WorkloadJudgement {
  readonly violations: readonly WorkloadViolation[];
  /** How much was compared, so that an empty check can be told from a passed one, e.g. { transfersChecked: 120 }. */
  readonly checkedCounts: Readonly<Record<string, number>>;
  /** Instances that were started from a checkpoint, still ran at the end, and were compared with an independent account. */
  readonly continuationCount: number;
}

/** Everything of one workload in one run. */
export interface WorkloadRun {
  readonly clients: readonly Client[];
  /** Software from nothing. */
  create(): Software;
  /** Software from the segments of a checkpoint; refuses bytes that it cannot start on. */
  restart(
    segments: readonly Segment[],
  ): { readonly ok: true; readonly software: Software } | { readonly ok: false; readonly reason: string };
  /**
   * Compares the end of the run with an independent account: `running` are the instances that still run, older ballots first. Called once,
   * after the last event and before `stop`.
   */
  judge(running: readonly Software[]): WorkloadJudgement;
  fork(): WorkloadRun;
}
