/**
 * A host: the protocol roles that share one machine, and the dispatch of its events to them.
 *
 * The whole state is plain data. Every function below is one step: it changes `state` and acts through `env`, at once
 * and without waiting. A crash throws the state away; `hostStart` with mode "restart" finds what the disk still holds.
 * The one thing that roles of a host do together, besides sending each other messages: a finished restore starts the
 * production role and then the software, in one step.
 */
import type { Segment } from "../checkpoint/image.ts";
import type { Ballot } from "../checkpoint/key.ts";
import type { ClusterConfiguration } from "./cluster.ts";
import type { Environment, HostId, StorageCompletion } from "./environment.ts";
import { FORMER_TICK, formerMessage, formerTick, startFormer } from "./former.ts";
import { createFormer, type FormerState } from "./former-state.ts";
import type { Message } from "./messages.ts";
import { productionBeat, productionMessage, startProduction, takeCheckpoint } from "./production.ts";
import { PRODUCTION_BEAT, PRODUCTION_TICK, productionTick } from "./production-attempt.ts";
import { createProduction, type ProductionState } from "./production-state.ts";
import { RESTORER_BEAT, RESTORER_TICK, restorerBeat, restorerMessage, restorerTick } from "./restorer.ts";
import { createRestorer, type RestorerState } from "./restorer-state.ts";
import { createServer, INITIAL_LIFE, type ServerState } from "./server-state.ts";
import { serverMembers, serverMessage, serverStorage, serverTimer, startServer } from "./server.ts";

export interface HostState {
  readonly host: HostId;
  /** undefined where this host fills no slot. */
  readonly server: ServerState | undefined;
  readonly former: FormerState;
  readonly production: ProductionState;
  readonly restorer: RestorerState;
}

export function createHost(cluster: ClusterConfiguration, host: HostId): HostState {
  const slot = cluster.slotHosts.indexOf(host);
  return {
    host,
    server: slot < 0 ? undefined : createServer(cluster, slot),
    former: createFormer(),
    production: createProduction(),
    restorer: createRestorer(cluster),
  };
}

/** "init": the cluster starts from nothing (R1). "restart": the machine came up again, with or without its disk. */
export function hostStart(
  cluster: ClusterConfiguration,
  state: HostState,
  env: Environment,
  mode: "init" | "restart",
): void {
  startFormer(state.former, env);
  if (state.server !== undefined) startServer(cluster, state.server, env, mode);
  if (mode === "init" && state.host === cluster.productionHost) {
    startProduction(cluster, state.production, env, {
      ballot: { epoch: 0, number: 1, restorer: state.host, nonce: env.random() },
      sequence: 0,
      lives: cluster.slotHosts.map(() => INITIAL_LIFE),
      joinedSlots: cluster.slotHosts.map((_, slot) => slot),
    });
  }
}

export function hostMessage(
  cluster: ClusterConfiguration,
  state: HostState,
  env: Environment,
  from: HostId,
  message: Message,
): void {
  switch (message.to) {
    case "server":
      if (state.server !== undefined) serverMessage(cluster, state.server, env, from, message);
      return;
    case "repair":
      if (state.server !== undefined) serverMembers(cluster, state.server, env, message);
      return;
    case "former":
      return formerMessage(cluster, state.former, env, from, message);
    case "production":
      return productionMessage(cluster, state.production, env, from, message);
    case "restorer":
      // A host whose software runs has nothing to restore; an operator may want it all the same.
      if (
        message.type === "restore" &&
        state.production.ballot !== undefined &&
        message.operator === undefined
      )
        return;
      restorerMessage(cluster, state.restorer, env, message);
      return handOver(cluster, state, env);
    case "software":
      return; // the environment's, not the protocol's
    default:
      return message satisfies never;
  }
}

export function hostTimer(
  cluster: ClusterConfiguration,
  state: HostState,
  env: Environment,
  name: string,
): void {
  switch (name) {
    case FORMER_TICK:
      return formerTick(cluster, state.former, env);
    case PRODUCTION_BEAT:
      return productionBeat(cluster, state.production, env);
    case PRODUCTION_TICK:
      return productionTick(cluster, state.production, env);
    case RESTORER_BEAT:
      return restorerBeat(cluster, state.restorer, env);
    case RESTORER_TICK:
      restorerTick(cluster, state.restorer, env);
      return handOver(cluster, state, env);
    default:
      if (state.server !== undefined) serverTimer(cluster, state.server, env, name);
  }
}

export function hostStorage(
  cluster: ClusterConfiguration,
  state: HostState,
  env: Environment,
  completion: StorageCompletion,
): void {
  if (state.server !== undefined) serverStorage(cluster, state.server, env, completion);
}

/** A finished restore: this host is the production server now. */
function handOver(cluster: ClusterConfiguration, state: HostState, env: Environment): void {
  const { restored } = state.restorer;
  if (restored === undefined) return;
  state.restorer.restored = undefined;
  const { ballot, key, segments, lives, joinedSlots } = restored;
  if (state.production.ballot !== undefined) env.software({ kind: "fenced" }); // an operator's restore on a running host
  // Said first: the production role asks the software for a checkpoint at once.
  env.software({ kind: "start", ballot, key, segments });
  startProduction(cluster, state.production, env, { ballot, sequence: key.sequence, lives, joinedSlots });
}

/**
 * The software asks for a checkpoint of these segments (views that never change afterwards). Returns its sequence, or
 * undefined when this host does not produce, or a checkpoint is still under way.
 */
export function hostCheckpoint(
  cluster: ClusterConfiguration,
  state: HostState,
  env: Environment,
  segments: readonly Segment[],
): number | undefined {
  return takeCheckpoint(cluster, state.production, env, segments);
}

/** The ballot under which this host's software runs; undefined when it runs none (any more). */
export function hostIncarnation(state: HostState): Ballot | undefined {
  return state.production.ballot;
}
