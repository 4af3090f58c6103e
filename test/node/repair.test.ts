/** What a repair brings back, and when it is made. */
import { mkdir, rm, truncate } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reassemble } from "../../src/node/reassemble.ts";
import { caseArbitrary, expectOk, protectContent, TIMEOUT_MS } from "./protected-cases.ts";
import { contentOf, filesUnder, flipBit, ServerSet } from "./server-set.ts";

describe("repairs", { timeout: TIMEOUT_MS }, () => {
  it("bring back full tolerance: afterwards any other directory can be lost", async () => {
    await fc.assert(
      fc.asyncProperty(
        caseArbitrary,
        fc.constantFrom("empty", "flip", "record", "checkpoint"),
        async ({ scheme: [text, count], imageBytes, seed, victim, where }, how) => {
          await ServerSet.use(count, async (set) => {
            const content = contentOf(imageBytes, seed);
            await protectContent(set, text, content);
            const slot = victim % count;
            if (how === "empty") await set.empty(slot);
            if (how === "flip") await flipBit(set.server(slot), where);
            if (how === "record") await truncate(path.join(set.server(slot), "ckptlab-server.json"), 20);
            if (how === "checkpoint")
              await rm(path.join(set.server(slot), "checkpoints"), { recursive: true });
            if (how === "checkpoint") await mkdir(path.join(set.server(slot), "checkpoints"));
            const options = { servers: set.servers, out: set.out };
            const repaired = expectOk(await reassemble({ ...options, writeRepairs: true }));
            expect(repaired.repairError).toBeUndefined();
            expect(repaired.repaired.map((server) => server.path)).toEqual([set.server(slot)]);
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
