/** Which checkpoint is given back when there are several, and which servers take part. */
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { protect } from "../../src/node/protect.ts";
import { reassemble } from "../../src/node/reassemble.ts";
import { expectOk, protectContent, TIMEOUT_MS } from "./protected-cases.ts";
import { contentOf, filesUnder, ServerSet } from "./server-set.ts";

describe("the newest checkpoint", { timeout: TIMEOUT_MS }, () => {
  /** Two checkpoints side by side, as a kill before the retiring leaves them. Returns the key of the newer one. */
  async function protectTwice(set: ServerSet, older: Uint8Array, newer: Uint8Array): Promise<string> {
    await protectContent(set, "parity:2+1", older);
    for (const [index, server] of set.servers.entries()) {
      await cp(path.join(server, "checkpoints"), set.at(`older/${index}`), { recursive: true });
    }
    await protectContent(set, "parity:2+1", newer);
    const [key = ""] = await readdir(path.join(set.server(0), "checkpoints"));
    for (const [index, server] of set.servers.entries()) {
      await cp(set.at(`older/${index}`), path.join(server, "checkpoints"), { recursive: true });
    }
    return key;
  }

  const OLDER = contentOf(500, 1);
  const NEWER = contentOf(600, 2);

  it("is given back while it can be, also when one server was not reached by it", async () => {
    await ServerSet.use(3, async (set) => {
      const key = await protectTwice(set, OLDER, NEWER);
      await rm(path.join(set.server(1), "checkpoints", key), { recursive: true });
      const result = expectOk(await reassemble({ servers: set.servers, out: set.out }));
      expect(result).toMatchObject({ checkpoint: key, warnings: [{ code: "checkpoint-absent", slot: 1 }] });
      expect(Buffer.compare((await set.output()) as Buffer, NEWER)).toBe(0);
    });
  });

  it("is passed over when it is refuted and cannot be given back", async () => {
    await ServerSet.use(3, async (set) => {
      const key = await protectTwice(set, OLDER, NEWER);
      for (const index of [1, 2])
        await rm(path.join(set.server(index), "checkpoints", key), { recursive: true });
      const result = expectOk(await reassemble({ servers: set.servers, out: set.out }));
      expect(result.skipped).toEqual([key]);
      expect(Buffer.compare((await set.output()) as Buffer, OLDER)).toBe(0);
    });
  });

  it("is refused, not replaced by an older one, when it may have been durable and is lost", async () => {
    await ServerSet.use(3, async (set) => {
      const key = await protectTwice(set, OLDER, NEWER);
      for (const index of [1, 2]) await rm(path.join(set.server(index), "checkpoints", key, "members.bin"));
      const result = await reassemble({ servers: set.servers, out: set.out });
      expect(result).toMatchObject({ ok: false, error: { kind: "loss", checkpoint: key } });
      expect(await set.output()).toBeUndefined();
      expect(await set.stagingPlaces()).toEqual([]);
    });
  });
});

describe("servers beyond the width", { timeout: TIMEOUT_MS }, () => {
  it("hold nothing and may be lost; all given take part when no width is given", async () => {
    await ServerSet.use(5, async (set) => {
      const content = contentOf(2000, 4);
      const file = await set.write("input", content);
      const options = { files: [file], scheme: "mirror:2", servers: set.servers, subsegmentBytes: 64 };
      const narrow = expectOk(await protect({ ...options, width: 3 }));
      expect(narrow.servers.map(({ slot }) => slot)).toEqual([0, 1, 2]);
      for (const index of [3, 4]) expect(await filesUnder(set.server(index))).toHaveLength(1);
      for (const index of [1, 3, 4]) await set.lose(index);
      expectOk(await reassemble({ servers: set.servers, out: set.out }));
      expect(Buffer.compare((await set.output()) as Buffer, content)).toBe(0);
      for (const index of [1, 3, 4]) await mkdir(set.server(index));
      const wide = expectOk(await protect(options));
      expect(wide.servers.map(({ memberBytes }) => memberBytes > 0)).toEqual([true, true, true, true, true]);
      expect(wide.retired).toEqual([narrow.checkpoint]);
    });
  });
});
