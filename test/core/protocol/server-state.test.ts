/** What follows from a backup server's state alone: the names of its files, and what it says of itself when it refuses. */
import { describe, expect, it } from "vitest";
import { keyOfFile, manifestFile, memberFile } from "../../../src/core/protocol/server-state.ts";
import { checkpointOf, clusterOf, keyOf } from "./cluster-case.ts";
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
