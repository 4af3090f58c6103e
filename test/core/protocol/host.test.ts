/** A host: which role hears what, and that a finished restore starts production and software in one step. */
import { describe, expect, it } from "vitest";
import { BALLOT_ZERO } from "../../../src/core/checkpoint/key.ts";
import type { Message } from "../../../src/core/protocol/messages.ts";
import {
  createHost,
  hostCheckpoint,
  hostIncarnation,
  hostMessage,
  hostStart,
  hostStorage,
  hostTimer,
  type HostState,
} from "../../../src/core/protocol/host.ts";
import { PRODUCTION_BEAT } from "../../../src/core/protocol/production-attempt.ts";
import { RESTORER_TICK } from "../../../src/core/protocol/restorer.ts";
import { ballotOf, checkpointOf, clusterOf, FIRST_LIFE, keyOf } from "./cluster-case.ts";
import { memberAnswer } from "./peers.ts";
import { Recorder } from "./recorder.ts";

/** Three promises are enough, so that all members can be had when the first ones are asked for. */
const cluster = clusterOf("parity:2+1", 4);
const checkpoint = checkpointOf(cluster, keyOf(1, 5));
const NO_OPERATOR = undefined;

interface Host {
  readonly state: HostState;
  readonly env: Recorder;
  readonly hear: (message: Message, from?: number) => void;
}

function started(host: number, mode: "init" | "restart" = "init"): Host {
  const state = createHost(cluster, host);
  const env = new Recorder(host);
  hostStart(cluster, state, env, mode);
  return { state, env, hear: (message, from = 2) => hostMessage(cluster, state, env, from, message) };
}

function restoreCommand(operator?: {
  readonly lostSlots: readonly number[];
  readonly acceptOlder: boolean;
}): Message {
  return { to: "restorer", type: "restore", above: BALLOT_ZERO, lives: [], operator };
}

/** Promises of the slots of the placement, and every member that is asked for but the last one; gives that. */
function allButTheLastMember({ state, env, hear }: Host): Message {
  for (const slot of [0, 1, 2]) {
    hear({
      to: "restorer",
      type: "promise",
      ballot: state.restorer.ballot,
      slot,
      life: FIRST_LIFE,
      lives: [FIRST_LIFE, FIRST_LIFE, FIRST_LIFE, FIRST_LIFE],
      complete: true,
      floor: undefined,
      manifests: [checkpoint.bytes],
      damaged: [],
    });
  }
  for (let index = 0; ; index += 1) {
    const fetch = env.messages("fetch")[index];
    if (fetch === undefined) throw new Error("the restore ended too early");
    const answer = { ...memberAnswer(checkpoint, fetch), to: "restorer" } as const;
    const isLast = state.restorer.fetching?.nextGroup === 3 && index === 5;
    if (isLast) return answer;
    hear(answer);
  }
}

describe("a start", () => {
  it("by init runs the software on the production host alone, under a ballot of its own", () => {
    expect(hostIncarnation(started(0).state)).toMatchObject({ epoch: 0, number: 1, restorer: 0 });
    expect(hostIncarnation(started(1).state)).toBeUndefined();
  });

  it("by restart runs no software anywhere (R1)", () => {
    const { state, env } = started(0, "restart");
    expect(hostIncarnation(state)).toBeUndefined();
    expect(hostCheckpoint(cluster, state, env, [])).toBeUndefined();
    expect(env.sent).toEqual([]);
  });

  it("gives a server to hosts of slots alone", () => {
    expect(started(0).state.server).toBeUndefined();
    expect(started(3).state.server?.slot).toBe(2);
  });
});

describe("a finished restore", () => {
  it("starts production and software in one step, under the restore's ballot and from its sequence", () => {
    const host = started(1);
    host.hear(restoreCommand());
    const last = allButTheLastMember(host);
    const { ballot } = host.state.restorer;
    expect(host.env.upCalls).toEqual([]);
    expect(hostIncarnation(host.state)).toBeUndefined();
    host.hear(last);
    expect(hostIncarnation(host.state)).toEqual(ballot);
    const [start] = host.env.upCalls.filter(({ kind }) => kind === "start");
    expect(start).toMatchObject({ kind: "start", ballot, key: checkpoint.key });
    expect(start?.kind === "start" ? start.segments.flatMap(({ bytes }) => [...bytes]) : []).toEqual([
      ...checkpoint.image,
    ]);
    expect(host.env.timers[PRODUCTION_BEAT]).toBeDefined();
    expect(host.env.timers[RESTORER_TICK]).toBeUndefined();
    expect(host.state.restorer.restored).toBeUndefined();
    expect(hostCheckpoint(cluster, host.state, host.env, checkpoint.segments)).toBe(6);
  });

  it("retires nothing and counts nothing as durable: the restored checkpoint is not its own", () => {
    const host = started(1);
    host.hear(restoreCommand());
    host.hear(allButTheLastMember(host));
    for (let beat = 0; beat < 5; beat += 1) hostTimer(cluster, host.state, host.env, PRODUCTION_BEAT);
    expect(host.env.messages("retire")).toEqual([]);
    expect(host.state.production.durable).toEqual([]);
    expect(host.env.upCalls.some(({ kind }) => kind === "durable")).toBe(false);
  });

  it("is handed over once", () => {
    const host = started(1);
    host.hear(restoreCommand());
    const last = allButTheLastMember(host);
    host.hear(last);
    host.hear(last);
    hostTimer(cluster, host.state, host.env, RESTORER_TICK);
    expect(host.env.upCalls.filter(({ kind }) => kind === "start")).toHaveLength(1);
  });
});

describe("a host whose software runs", () => {
  it("ignores the word to restore, unless it is an operator's", () => {
    const host = started(0);
    host.env.forget();
    host.hear(restoreCommand(NO_OPERATOR));
    expect(host.env.sent).toEqual([]);
    host.hear(restoreCommand({ lostSlots: [], acceptOlder: false }));
    expect(host.env.receivers("ask")).toEqual([1, 2, 3, 4]);
  });

  it("stops it before an operator's restore starts it again", () => {
    const host = started(0);
    host.hear(restoreCommand({ lostSlots: [3], acceptOlder: false }));
    host.env.upCalls = [];
    host.hear(allButTheLastMember(host));
    expect(host.env.upCalls.map(({ kind }) => kind).filter((kind) => kind !== "wanted")).toEqual([
      "fenced",
      "start",
    ]);
    expect(hostIncarnation(host.state)?.epoch).toBe(1);
  });

  it("may restore again once it is fenced", () => {
    const host = started(0);
    const alive = { life: FIRST_LIFE, joined: true, complete: true, promised: ballotOf(9), floor: undefined };
    host.hear({ to: "production", type: "alive", ballot: ballotOf(1), slot: 1, ...alive });
    expect(host.env.upCalls.at(-1)).toEqual({ kind: "fenced" });
    host.hear(restoreCommand());
    expect(host.state.restorer.phase).toBe("asking");
  });
});

describe("a host without a server", () => {
  it("ignores what is meant for one", () => {
    const host = started(0);
    host.env.forget();
    host.hear({ to: "server", type: "ask", ballot: ballotOf(9), operator: undefined });
    host.hear({
      to: "repair",
      type: "members",
      slot: 1,
      key: keyOf(1),
      group: 0,
      member: 0,
      bytes: undefined,
    });
    host.hear({ to: "software", type: "application", payload: 1, payloadBytes: 1 });
    hostTimer(cluster, host.state, host.env, "server.watch");
    hostStorage(cluster, host.state, host.env, { kind: "flushed", token: "server.1", ok: true });
    expect(host.env.sent).toEqual([]);
    expect(host.env.operations).toEqual([]);
  });
});
