/**
 * What every host of a world runs, as the simulator sees it: a state of plain data, and handlers.
 *
 * The default is the core's host. Tests of the simulator run programs of their own.
 */
import type { Ballot } from "../core/checkpoint/key.ts";
import type { Segment } from "../core/checkpoint/image.ts";
import type { ClusterConfiguration } from "../core/protocol/cluster.ts";
import type { Environment, HostId, StorageCompletion } from "../core/protocol/environment.ts";
import {
  createHost,
  hostCheckpoint,
  hostIncarnation,
  hostMessage,
  type HostState,
  hostStart,
  hostStorage,
  hostTimer,
} from "../core/protocol/host.ts";
import type { Message } from "../core/protocol/messages.ts";

/** Plain data; only the program looks into it. */
export type ProgramState = object;

export interface HostProgram {
  create(host: HostId): ProgramState;
  start(state: ProgramState, env: Environment, mode: "init" | "restart"): void;
  message(state: ProgramState, env: Environment, from: HostId, message: Message): void;
  timer(state: ProgramState, env: Environment, name: string): void;
  storage(state: ProgramState, env: Environment, completion: StorageCompletion): void;
  checkpoint(state: ProgramState, env: Environment, segments: readonly Segment[]): number | undefined;
  incarnation(state: ProgramState): Ballot | undefined;
}

/** The core's host functions, bound to one configuration. */
export function coreHostProgram(configuration: ClusterConfiguration): HostProgram {
  return {
    create: (host) => createHost(configuration, host),
    start: (state, env, mode) => hostStart(configuration, state as HostState, env, mode),
    message: (state, env, from, message) =>
      hostMessage(configuration, state as HostState, env, from, message),
    timer: (state, env, name) => hostTimer(configuration, state as HostState, env, name),
    storage: (state, env, completion) => hostStorage(configuration, state as HostState, env, completion),
    checkpoint: (state, env, segments) => hostCheckpoint(configuration, state as HostState, env, segments),
    incarnation: (state) => hostIncarnation(state as HostState),
  };
}
