/**
 * A small program for hosts of a simulated world: it beats, stores copies, and starts the software again from one.
 *
 * It is a program of its own, far simpler than the protocol and without its promises: every slot's host holds a whole copy
 * of each checkpoint, and the host of slot 0 takes over when the beats stop. It uses every part of the environment.
 */
import type { Ballot, CheckpointKey } from "../../src/core/checkpoint/key.ts";
import { keyText } from "../../src/core/checkpoint/key.ts";
import type { ClusterConfiguration } from "../../src/core/protocol/cluster.ts";
import type { Environment, HostId } from "../../src/core/protocol/environment.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { HostProgram, ProgramState } from "../../src/sim/index.ts";

const BEAT_NS = 5_000_000;
const SILENCE_NS = 40_000_000;
const LIFE = { number: 1, nonce: 0 };
const SEGMENT = "counter";

interface StoreState {
  readonly host: HostId;
  ballot: Ballot | undefined;
  sequence: number;
  /** Slots that have not acknowledged the checkpoint under way. */
  awaited: Set<number>;
  newestKey: CheckpointKey | undefined;
  /** The beat's ballot that was heard last. */
  heard: Ballot | undefined;
}

export function storeProgram(configuration: ClusterConfiguration): HostProgram {
  const { slotHosts, productionHost } = configuration;
  const slotOf = (host: HostId): number => slotHosts.indexOf(host);

  function produce(state: StoreState, env: Environment, ballot: Ballot): void {
    state.ballot = ballot;
    state.sequence = 0;
    state.awaited = new Set();
    env.note({ kind: "incarnation-started", ballot });
    env.setTimer("beat", BEAT_NS);
  }

  function stored(state: StoreState, env: Environment, key: CheckpointKey, slot: number): void {
    if (state.ballot === undefined || key.sequence !== state.sequence) return;
    state.awaited.delete(slot);
    if (state.awaited.size > 0) return;
    env.note({ kind: "known-durable", key });
    env.software({ kind: "durable", sequence: key.sequence });
  }

  function receive(state: StoreState, env: Environment, from: HostId, message: Message): void {
    switch (message.type) {
      case "beat":
        state.heard = message.ballot;
        env.setTimer("silence", SILENCE_NS);
        break;
      case "piece":
        env.charge("digest", message.bytes.length);
        env.storage.write(`m/${keyText(message.key)}/0/${message.member}`, message.bytes, "member");
        break;
      case "store":
        state.newestKey = message.key;
        env.storage.write(`f/${keyText(message.key)}`, message.manifest, "manifest");
        env.storage.flush(`stored ${from}`);
        break;
      case "stored":
        stored(state, env, message.key, message.slot);
        break;
      default:
        break;
    }
  }

  return {
    create: (host): ProgramState => {
      const state: StoreState = {
        host,
        ballot: undefined,
        sequence: 0,
        awaited: new Set(),
        newestKey: undefined,
        heard: undefined,
      };
      return state;
    },
    start(program, env, mode) {
      const state = program as StoreState;
      if (mode === "restart") env.storage.list("files");
      else if (state.host === productionHost) {
        produce(state, env, { epoch: 0, number: 1, restorer: state.host, nonce: env.random() });
      }
    },
    message: (program, env, from, message) => receive(program as StoreState, env, from, message),
    timer(program, env, name) {
      const state = program as StoreState;
      if (name === "beat" && state.ballot !== undefined) {
        for (const host of slotHosts) {
          env.send(host, { to: "server", type: "beat", ballot: state.ballot, restoring: false, hears: true });
        }
        env.setTimer("beat", BEAT_NS);
      }
      if (name === "silence" && state.newestKey !== undefined && slotOf(state.host) === 0) {
        env.storage.read(`m/${keyText(state.newestKey)}/0/0`, "restore");
      }
    },
    storage(program, env, completion) {
      const state = program as StoreState;
      const key = state.newestKey;
      if (completion.kind === "flushed" && key !== undefined) {
        const slot = slotOf(state.host);
        env.note({ kind: "stored", slot, life: LIFE, key });
        const to = Number(completion.token.split(" ")[1]);
        env.send(to, { to: "former", type: "stored", key, slot, life: LIFE });
      }
      if (completion.kind === "listed") {
        env.note({ kind: "scrubbed", slot: slotOf(state.host), memberCount: completion.files.length });
      }
      if (completion.kind === "read" && completion.bytes !== undefined && key !== undefined) {
        env.charge("decode", completion.bytes.length);
        const ballot = { ...key.ballot, number: key.ballot.number + 1, restorer: state.host };
        produce(state, env, ballot);
        env.note({ kind: "verdict", ballot, verdict: { kind: "restored", key, flags: [] } });
        const segments = [{ name: SEGMENT, bytes: completion.bytes }];
        env.software({ kind: "start", ballot, key, segments });
      }
    },
    checkpoint(program, env, segments) {
      const state = program as StoreState;
      const [segment] = segments;
      if (state.ballot === undefined || segment === undefined || state.awaited.size > 0) return undefined;
      state.sequence += 1;
      const key = { ballot: state.ballot, sequence: state.sequence, attempt: 1 };
      env.charge("encode", segment.bytes.length);
      state.awaited = new Set(slotHosts.keys());
      for (const [slot, host] of slotHosts.entries()) {
        const { bytes } = segment;
        env.send(host, { to: "server", type: "piece", key, slot, group: 0, member: slot, digest: "", bytes });
        env.send(host, { to: "server", type: "store", key, slot, manifest: new Uint8Array(100) });
      }
      return state.sequence;
    },
    incarnation: (program) => (program as StoreState).ballot,
  };
}
