/**
 * Laws that the roles once broke, each with the shortest run that showed it: restores that hung, up-calls out of order,
 * failures of the disk that were taken for success or that nobody made good.
 */
import { describe, expect, it } from "vitest";
import { BALLOT_ZERO } from "../../../src/core/checkpoint/key.ts";
import { createHost, hostMessage } from "../../../src/core/protocol/host.ts";
import { checkpointOf, clusterOf, FIRST_LIFE, keyOf } from "./cluster-case.ts";
import { answerRepairs, welcomeOf } from "./peers.ts";
import { Recorder } from "./recorder.ts";
import { RestorerBench } from "./restorer-bench.ts";
import { ServerBench } from "./server-bench.ts";

const cluster = clusterOf("parity:2+1", 4);

describe("a restore whose members are all with silent servers", () => {
  it.each([
    { scheme: "parity:2+1", silentSlots: [1, 2] },
    { scheme: "mirror:3", silentSlots: [0, 1, 2] },
  ])("tells that it waits: $scheme", ({ scheme, silentSlots }) => {
    const among = clusterOf(scheme, 4);
    const checkpoint = checkpointOf(among, keyOf(1), { byteCount: 4 * among.scheme.k });
    const restorer = new RestorerBench(among);
    for (const slot of [0, 1, 2]) restorer.promise(slot, [checkpoint]);
    for (let round = 0; round < 100; round += 1) {
      restorer.answerFetches(checkpoint, silentSlots);
      restorer.tick();
    }
    expect(restorer.verdicts).toEqual([{ kind: "waiting", key: checkpoint.key, slots: silentSlots }]);
  });
});

describe("a finished restore", () => {
  it("starts the software before it asks it for a checkpoint", () => {
    const empty = checkpointOf(cluster, keyOf(1), { byteCount: 0 });
    const state = createHost(cluster, 1);
    const env = new Recorder(1);
    const hear = (message: Parameters<typeof hostMessage>[4]): void =>
      hostMessage(cluster, state, env, 2, message);
    hear({ to: "restorer", type: "restore", above: BALLOT_ZERO, lives: [], operator: undefined });
    const lives = cluster.slotHosts.map(() => FIRST_LIFE);
    const promise = {
      life: FIRST_LIFE,
      lives,
      complete: true,
      floor: undefined,
      manifests: [empty.bytes],
      damaged: [],
    };
    for (const slot of [0, 1, 2])
      hear({ to: "restorer", type: "promise", ballot: state.restorer.ballot, slot, ...promise });
    expect(env.upCalls.map(({ kind }) => kind)).toEqual(["start", "wanted"]);
  });
});

describe("a disk operation that fails", () => {
  it("does not keep a blank server from greeting for ever", () => {
    const server = ServerBench.restart(cluster, new Map(), 0, false);
    for (let step = 0; step < 4; step += 1) server.step(); // list, both copies, the record's write
    server.step(false); // its flush
    server.settle();
    expect(Object.keys(server.env.timers)).not.toEqual([]);
  });

  it("does not keep a server from being rebuilt for ever", () => {
    const checkpoint = checkpointOf(cluster, keyOf(2));
    const server = ServerBench.restart(cluster, new Map());
    const manifests = [checkpoint.bytes];
    for (const slot of [1, 2, 3])
      server.hear(welcomeOf(server, slot, slot < 3 ? { manifests } : {}), slot + 1);
    server.settle();
    let isFailed = false;
    const complete = server.step.bind(server);
    server.step = (): boolean => {
      const isFlush = !isFailed && server.env.operations[0]?.kind === "flush";
      isFailed ||= isFlush;
      return complete(!isFlush);
    };
    answerRepairs(server, checkpoint);
    expect(isFailed).toBe(true);
    for (let round = 0; round < 20; round += 1) {
      for (const timer of Object.keys(server.env.timers)) server.fire(timer);
      for (const slot of [1, 2, 3])
        server.hear(welcomeOf(server, slot, slot < 3 ? { manifests } : {}), slot + 1);
      answerRepairs(server, checkpoint);
      server.settle();
    }
    expect(server.state.control.complete).toBe(true);
  });

  it("is not taken for done: a record whose write failed is no promise", () => {
    const server = ServerBench.init(cluster);
    server.hear({ to: "server", type: "ask", ballot: keyOf(3).ballot, operator: undefined }, 2);
    server.step(false); // the record's write
    server.settle(); // its flush
    const isPromised = server.env.messages("promise").length > 0;
    expect(isPromised && server.recordOn(server.env.diskAfterCrash())?.promised.number !== 3).toBe(false);
  });
});
