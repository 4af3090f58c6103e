/** What a repair brings back, and when it is made. */
import { mkdir, readdir, rm, truncate } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { protect } from "../../src/node/protect.ts";
import { reassemble } from "../../src/node/reassemble.ts";
import { caseArbitrary, expectOk, protectContent, TIMEOUT_MS } from "./protected-cases.ts";
import { contentOf, filesUnder, flipBit, ServerSet } from "./server-set.ts";

describe("repairs", { timeout: TIMEOUT_MS }, () => {
  it("bring back full tolerance: afterwards any other directory can be lost", async () => {
    await fc.assert(
      fc.asyncProperty(
        caseArbitrary,
        fc.constantFrom("absent", "empty", "flip", "record", "checkpoint"),
        async ({ scheme: [text, count], imageBytes, seed, victim, where }, how) => {
          await ServerSet.use(count, async (set) => {
            const content = contentOf(imageBytes, seed);
            await protectContent(set, text, content);
            const slot = victim % count;
            if (how === "absent") await set.lose(slot);
            if (how === "empty") await set.empty(slot);
            if (how === "flip") await flipBit(set.server(slot), where);
            if (how === "record") await truncate(path.join(set.server(slot), "ckptlab-server.json"), 20);
            if (how === "checkpoint")
              await rm(path.join(set.server(slot), "checkpoints"), { recursive: true });
            if (how === "checkpoint") await mkdir(path.join(set.server(slot), "checkpoints"));
            const options = { servers: set.servers, out: set.out, mayReplace: true };
            const repaired = expectOk(await reassemble({ ...options, writeRepairs: true }));
            expect(repaired.repairError).toBeUndefined();
            expect(repaired.repaired).toMatchObject([
              { path: set.server(slot), isCreated: how === "absent" },
            ]);
            expect(repaired.unrepaired).toEqual([]);
            const clean = expectOk(await reassemble(options));
            expect(clean).toMatchObject({ damagedCount: 0, warnings: [] });
            await set.lose((slot + 1) % count);
            await rm(set.out);
            expectOk(await reassemble(options));
            expect(Buffer.compare((await set.output()) as Buffer, content)).toBe(0);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it("say which slots stay as they are: no directory was given, or there is no place to make it", async () => {
    await ServerSet.use(4, async (set) => {
      await protectContent(set, "mirror:4", contentOf(1000, 1));
      for (const index of [1, 2, 3]) await set.lose(index);
      const gone = path.join(set.at("no-disk"), "server");
      const given = [set.server(0), set.server(1), gone];
      const result = expectOk(await reassemble({ servers: given, out: set.out, writeRepairs: true }));
      expect(result.repairError).toBeUndefined();
      expect(result.repaired).toMatchObject([{ path: set.server(1), slot: 1, isCreated: true }]);
      expect(result.unrepaired).toMatchObject([
        { slot: 2, path: set.server(2), message: expect.stringContaining("no directory was given") },
        { slot: 3, path: set.server(3), message: expect.stringContaining("no directory was given") },
      ]);
    });
  });

  it("cannot make a directory whose disk is not there, and say so", async () => {
    await ServerSet.use(1, async (set) => {
      const disks = [set.at("disk-a"), set.at("disk-b")];
      const servers = disks.map((disk) => path.join(disk, "server"));
      for (const server of servers) await mkdir(server, { recursive: true });
      const file = await set.write("input", contentOf(1000, 1));
      expectOk(await protect({ files: [file], scheme: "mirror:2", servers }));
      await rm(disks[1] as string, { recursive: true });
      const result = expectOk(await reassemble({ servers, out: set.out, writeRepairs: true }));
      expect(result.repaired).toEqual([]);
      expect(result.unrepaired).toEqual([
        { slot: 1, path: servers[1], message: expect.stringContaining(`"${disks[1]}" is not there`) },
      ]);
      expect(await readdir(set.root)).not.toContain("disk-b");
    });
  });

  it("are not made unless asked for", async () => {
    await ServerSet.use(3, async (set) => {
      await protectContent(set, "parity:2+1", contentOf(1000, 1));
      await set.empty(2);
      const result = expectOk(await reassemble({ servers: set.servers, out: set.out }));
      expect(result.repaired).toEqual([]);
      expect(await filesUnder(set.server(2))).toEqual([]);
    });
  });
});
