/** What follows from a backup server's state alone: the names of its files, and what it says of itself when it refuses. */
import { describe, expect, it } from "vitest";
import { SERVER_WATCH } from "../../../src/core/protocol/server-promise.ts";
import { SERVER_HELLO } from "../../../src/core/protocol/server-rejoin.ts";
import { SERVER_SCRUB } from "../../../src/core/protocol/server-scrub.ts";
import {
  createServer,
  keyOfFile,
  manifestFile,
  memberFile,
} from "../../../src/core/protocol/server-state.ts";
import { serverMessage, serverTimer } from "../../../src/core/protocol/server.ts";
import { ballotOf, checkpointOf, clusterOf, keyOf, lifeOf } from "./cluster-case.ts";
import { Recorder } from "./recorder.ts";
import { ServerBench } from "./server-bench.ts";

const cluster = clusterOf();
const checkpoint = checkpointOf(cluster, keyOf(2));
const { key, text } = checkpoint;

describe("the name of a file", () => {
  it("of a manifest or a member tells its key; other names tell none", () => {
    expect(keyOfFile(manifestFile(key))).toEqual(key);
    expect(keyOfFile(memberFile(key, 3, 1))).toEqual(key);
    for (const foreign of ["c/0", `c/${text}`, `x/${text}`, text, "f", "m", "", "f/elsewhere", `/${text}`])
      expect(keyOfFile(foreign), foreign).toBeUndefined();
  });
});

describe("a server", () => {
  it("that was not started has nothing under way, and asks and answers nothing", () => {
    const state = createServer(cluster, 0);
    const env = new Recorder(1);
    expect(state).toMatchObject({
      control: { joined: false, complete: false, held: [] },
      isControlChanged: false,
      controlWaiting: [],
      listedFiles: [],
      scrubPlaces: [],
      isScrubReading: false,
    });
    const ballot = ballotOf(3);
    const hear = (message: Parameters<typeof serverMessage>[4]): void =>
      serverMessage(cluster, state, env, 2, message);
    hear({ to: "server", type: "ask", ballot, operator: undefined });
    hear({ to: "server", type: "ask", ballot, operator: { lostSlots: [] } });
    hear({ to: "server", type: "beat", ballot, restoring: false, hears: true });
    hear({ to: "server", type: "fetch", asker: "repair", ballot: undefined, key, group: 0, member: 0 });
    hear({ to: "server", type: "hello", slot: 1, life: lifeOf(2) });
    hear({ to: "server", type: "superseded", lives: [lifeOf(2), lifeOf(2), lifeOf(2)] });
    for (const timer of [SERVER_WATCH, SERVER_HELLO, SERVER_SCRUB]) serverTimer(cluster, state, env, timer);
    expect([env.sent, env.operations]).toEqual([[], []]);
  });

  it("starts from nothing with one record, which is flushed", () => {
    const server = ServerBench.init(cluster);
    expect(server.state.controlNumber).toBe(1);
    expect([...server.env.diskAfterCrash().keys()]).toEqual(["c/0"]);
  });

  it("says that it is not joined while it still reads its disk, though its record says that it is", () => {
    const before = ServerBench.init(cluster);
    before.store(checkpoint);
    const server = ServerBench.restart(cluster, before.env.diskAfterCrash(), 0, false);
    for (let step = 0; step < 3; step += 1) server.step();
    expect(server.state).toMatchObject({ phase: "loading", control: { joined: true } });
    server.supplyManifest(checkpoint);
    expect(server.env.messages("store-refused")).toMatchObject([{ refusal: { slot: 0, joined: false } }]);
    server.settle();
    server.supplyManifest(checkpointOf(cluster, keyOf(1)));
    expect(server.env.messages("store-refused").at(-1)).toMatchObject({ refusal: { joined: true } });
  });
});
