import { readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLayout, storedMemberBytes } from "../../src/core/redundancy/layout.ts";
import { parseScheme } from "../../src/core/redundancy/scheme.ts";
import type { FileLayer } from "../../src/node/file-layer.ts";
import { protect } from "../../src/node/protect.ts";
import { reassemble, type ReassembleResult } from "../../src/node/reassemble.ts";
import {
  caseArbitrary,
  expectOk,
  fractionArbitrary,
  PROTECTED,
  protectContent,
  SUBSEGMENT_BYTES,
  TIMEOUT_MS,
} from "./protected-cases.ts";
import { contentOf, filesUnder, flipBit, ServerSet } from "./server-set.ts";
import { unflushedFiles } from "./unflushed-files.ts";

describe("protect and reassemble", { timeout: TIMEOUT_MS }, () => {
  it("give back the exact bytes, and store exactly the closed form", async () => {
    await fc.assert(
      fc.asyncProperty(caseArbitrary, async ({ scheme: [text, count], imageBytes, seed }) => {
        await ServerSet.use(count, async (set) => {
          const content = contentOf(imageBytes, seed);
          const file = await set.write("input", content);
          const options = { files: [file], scheme: text, servers: set.servers };
          const taken = expectOk(await protect({ ...options, subsegmentBytes: SUBSEGMENT_BYTES }));
          const parsed = parseScheme(text);
          if (!parsed.ok) throw new Error(parsed.error.message);
          const created = createLayout({
            scheme: parsed.scheme,
            imageBytes,
            subsegmentBytes: SUBSEGMENT_BYTES,
            width: count,
          });
          if (!created.ok) throw new Error(created.error.message);
          let stored = 0;
          for (const server of set.servers) {
            for (const name of await filesUnder(server)) {
              if (name.endsWith("members.bin")) stored += (await stat(name)).size;
            }
          }
          expect(stored).toBe(storedMemberBytes(created.layout));
          expect(taken.memberBytes).toBe(stored);
          const result = expectOk(await reassemble({ servers: set.servers.toReversed(), out: set.out }));
          expect(Buffer.compare((await set.output()) as Buffer, content)).toBe(0);
          expect(result).toMatchObject({ damagedCount: 0, rebuiltCount: 0, warnings: [], skipped: [] });
          expect(await set.stagingPlaces()).toEqual([]);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("survive the loss of any one directory and name the members rebuilt", async () => {
    await fc.assert(
      fc.asyncProperty(
        caseArbitrary,
        fc.constantFrom("absent", "empty", "foreign"),
        async ({ scheme: [text, count], imageBytes, seed, victim }, how) => {
          await ServerSet.use(count, async (set) => {
            const content = contentOf(imageBytes, seed);
            await protectContent(set, text, content);
            const slot = victim % count;
            if (how === "absent") await set.lose(slot);
            else await set.empty(slot);
            // A directory of another set takes the place; two of them would be no minority of a pair.
            const isForeign = how === "foreign" && count > 2;
            if (isForeign) {
              const other = await set.write("other", contentOf(10, 1));
              expectOk(await protect({ files: [other], scheme: "stripe:1", servers: [set.server(slot)] }));
            }
            const result = expectOk(await reassemble({ servers: set.servers, out: set.out }));
            expect(Buffer.compare((await set.output()) as Buffer, content)).toBe(0);
            expect(result.warnings.map(({ path: directory }) => directory)).toContain(set.server(slot));
            for (const member of result.damaged) expect(member.slot).toBe(slot);
            // With as many groups as servers each one holds data, a copy counting as such.
            if (result.groupCount >= count && text.startsWith("parity")) {
              expect(result.rebuiltCount).toBeGreaterThan(0);
            }
            const listed = result.damaged.filter(({ isRebuilt }) => isRebuilt);
            expect(listed).toHaveLength(result.rebuiltCount);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("find a flipped bit anywhere in any one directory", async () => {
    const hurt = new Set<string>();
    await fc.assert(
      fc.asyncProperty(caseArbitrary, async ({ scheme: [text, count], imageBytes, seed, victim, where }) => {
        await ServerSet.use(count, async (set) => {
          const content = contentOf(imageBytes, seed);
          await protectContent(set, text, content);
          const server = set.server(victim % count);
          const file = await flipBit(server, where);
          hurt.add(path.basename(file));
          const result = expectOk(await reassemble({ servers: set.servers, out: set.out }));
          expect(Buffer.compare((await set.output()) as Buffer, content)).toBe(0);
          expect(result.warnings).toEqual([expect.objectContaining({ path: server })]);
          if (file.endsWith("members.bin")) {
            expect(result.damaged).toEqual([expect.objectContaining({ path: server, cause: "corrupt" })]);
          }
        });
      }),
      { numRuns: 80 },
    );
    expect([...hurt].toSorted()).toEqual(["ckptlab-server.json", "manifest", "members.bin"]);
  });

  it("refuse a flipped bit that nothing can repair, and leave no output", async () => {
    const hurt = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3000 }), fractionArbitrary, async (imageBytes, where) => {
        await ServerSet.use(2, async (set) => {
          await protectContent(set, "stripe:2", contentOf(imageBytes, 7));
          const file = await flipBit(set.server(0), where);
          hurt.add(path.basename(file));
          await writeFile(set.out, "before");
          const result = await reassemble({ servers: set.servers, out: set.out, mayReplace: true });
          // Copies of the manifest are redundant even here.
          if (file.endsWith("manifest")) {
            expectOk(result);
            return;
          }
          expect(result).toMatchObject({ ok: false, error: { kind: "loss", code: "beyond-tolerance" } });
          expect(await readFile(set.out, "utf8")).toBe("before");
          expect(await set.stagingPlaces()).toEqual([]);
        });
      }),
      { numRuns: 60 },
    );
    expect([...hurt].toSorted()).toEqual(["ckptlab-server.json", "manifest", "members.bin"]);
  });

  it("refuse the loss of more directories than tolerated, naming groups and servers", async () => {
    for (const [text, count] of [...PROTECTED, ["stripe:3", 3] as const]) {
      const parsed = parseScheme(text);
      if (!parsed.ok) throw new Error(parsed.error.message);
      // One loss more than this leaves fewer members than data, under every scheme.
      const tolerance = parsed.scheme.m;
      await ServerSet.use(count, async (set) => {
        await protectContent(set, text, contentOf(SUBSEGMENT_BYTES * count * 3, 3));
        for (let lost = 0; lost <= tolerance && lost < count - 1; lost += 1) await set.lose(lost);
        const result = await reassemble({ servers: set.servers, out: set.out });
        if (count - 1 <= tolerance) {
          expectOk(result);
          return;
        }
        if (result.ok || result.error.kind !== "loss") throw new Error(`${text} should be lost`);
        const { lostGroupCount, lostGroups, servers, path: first } = result.error;
        expect(lostGroupCount).toBeGreaterThan(0);
        expect(lostGroups).toHaveLength(lostGroupCount);
        for (const group of lostGroups) {
          expect(group.have).toBeLessThan(group.need);
          expect(group.missingSlots.length).toBeGreaterThan(0);
          expect(group.missingSlots.every((slot) => slot <= tolerance)).toBe(true);
        }
        const expected = Array.from({ length: tolerance + 1 }, (_, slot) => ({
          code: "absent",
          slot,
          path: set.server(slot),
        }));
        expect(servers.map(({ code, slot, path: directory }) => ({ code, slot, path: directory }))).toEqual(
          expected,
        );
        expect(first).toBe(set.server(0));
        expect(await set.output()).toBeUndefined();
        expect(await set.stagingPlaces()).toEqual([]);
      });
    }
  });

  it("survive the loss of any whole rack, when told of racks, rotated and declustered", async () => {
    const racks = ["x", "x", "x", "y", "y", "y"];
    for (const [scheme, placement] of [
      ["mirror:2", "rotated"],
      ["mirror:2", "declustered"],
      ["rs:2+2", "declustered"],
      ["rs:3+3", "rotated"],
    ] as const) {
      for (const rack of ["x", "y"]) {
        await ServerSet.use(6, async (set) => {
          const content = contentOf(SUBSEGMENT_BYTES * 40 + 3, 5);
          const files = [await set.write("input", content)];
          const { servers } = set;
          expectOk(
            await protect({
              files,
              scheme,
              servers,
              racks,
              placement,
              subsegmentBytes: SUBSEGMENT_BYTES,
              layer: unflushedFiles,
            }),
          );
          for (const [server, name] of racks.entries()) if (name === rack) await set.lose(server);
          expectOk(await reassemble({ servers, out: set.out }));
          expect(Buffer.compare((await set.output()) as Buffer, content)).toBe(0);
        });
      }
    }
  });

  it("keep batches apart when writing is slower than reading", async () => {
    const slowWrites: FileLayer = {
      ...unflushedFiles,
      async create(target) {
        const handle = await unflushedFiles.create(target);
        return {
          ...handle,
          async write(views) {
            await new Promise((resolve) => setTimeout(resolve, 4));
            await handle.write(views);
          },
        };
      },
    };
    await ServerSet.use(3, async (set) => {
      // A dozen batches: a batch has at most 256 groups.
      const content = contentOf(400_000, 6);
      const file = await set.write("input", content);
      const options = { files: [file], scheme: "parity:2+1", servers: set.servers, subsegmentBytes: 64 };
      expectOk(await protect({ ...options, layer: slowWrites }));
      const result = expectOk(await reassemble({ servers: set.servers, out: set.out, layer: slowWrites }));
      expect(result.damagedCount).toBe(0);
      expect(Buffer.compare((await set.output()) as Buffer, content)).toBe(0);
    });
  });

  it("survive members cut short, and members or manifest gone", async () => {
    for (const hurt of ["members-length-wrong", "members-absent", "manifest-damaged", "checkpoint-absent"]) {
      await ServerSet.use(3, async (set) => {
        const content = contentOf(1000, 5);
        await protectContent(set, "parity:2+1", content);
        const files = await filesUnder(set.server(1));
        const members = files.find((file) => file.endsWith("members.bin")) as string;
        if (hurt === "members-length-wrong") await truncate(members, 100);
        if (hurt === "members-absent") await rm(members);
        if (hurt === "manifest-damaged") await truncate(path.join(path.dirname(members), "manifest"), 80);
        if (hurt === "checkpoint-absent") await rm(path.dirname(members), { recursive: true });
        const result = expectOk(await reassemble({ servers: set.servers, out: set.out }));
        expect(Buffer.compare((await set.output()) as Buffer, content)).toBe(0);
        expect(result.warnings).toEqual([
          expect.objectContaining({ code: hurt, slot: 1, path: set.server(1) }),
        ]);
      });
    }
  });

  it("refuse when every copy of the manifest is damaged", async () => {
    await ServerSet.use(2, async (set) => {
      await protectContent(set, "mirror:2", contentOf(1000, 5));
      for (const server of set.servers) {
        for (const file of await filesUnder(server)) if (file.endsWith("manifest")) await truncate(file, 90);
      }
      const result = await reassemble({ servers: set.servers, out: set.out });
      expect(result).toMatchObject({ ok: false, error: { kind: "loss", code: "manifest-unreadable" } });
      expect(await set.output()).toBeUndefined();
    });
  });
});

describe("several files", { timeout: TIMEOUT_MS }, () => {
  it("come back under their names, with files of 0 bytes, whatever directory they share", async () => {
    await ServerSet.use(3, async (set) => {
      const contents = new Map([
        ["a/one", contentOf(700, 1)],
        ["a/b/one", contentOf(0, 2)],
        ["c/two", contentOf(65, 3)],
        ["zero", contentOf(0, 4)],
      ]);
      const files: string[] = [];
      for (const [name, content] of contents) files.push(await set.write(`in/${name}`, content));
      expectOk(
        await protect({
          files,
          scheme: "parity:2+1",
          servers: set.servers,
          subsegmentBytes: SUBSEGMENT_BYTES,
        }),
      );
      await set.lose(1);
      const result = expectOk(await reassemble({ servers: set.servers, out: set.out }));
      expect(result.files.map(({ name }) => name)).toEqual([...contents.keys()]);
      expect(await filesUnder(set.out)).toEqual(
        [...contents.keys()].map((name) => path.join(set.out, name)).toSorted(),
      );
      for (const [name, content] of contents) {
        expect(Buffer.compare(await readFile(path.join(set.out, name)), content)).toBe(0);
      }
      const again = await reassemble({ servers: set.servers, out: set.out });
      expect(again).toMatchObject({ ok: false, error: { code: "out-exists", path: set.out } });
    });
  });
});

describe("standard output", { timeout: TIMEOUT_MS }, () => {
  it("gets exactly the bytes of one file, and nothing of one that is lost", async () => {
    await ServerSet.use(2, async (set) => {
      const content = contentOf(3_000_000, 9);
      const file = await set.write("input", content);
      expectOk(await protect({ files: [file], scheme: "stripe:2", servers: set.servers }));
      const collect = async (): Promise<{ result: ReassembleResult; bytes: Buffer }> => {
        const stream = new PassThrough();
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        const result = await reassemble({ servers: set.servers, out: "-", stream });
        return { result, bytes: Buffer.concat(chunks) };
      };
      const whole = await collect();
      expectOk(whole.result);
      expect(Buffer.compare(whole.bytes, content)).toBe(0);
      const members = (await filesUnder(set.server(1))).find((name) =>
        name.endsWith("members.bin"),
      ) as string;
      const bytes = await readFile(members);
      bytes[bytes.length - 70_000] = (bytes[bytes.length - 70_000] as number) ^ 1;
      await writeFile(members, bytes);
      const rotten = await collect();
      expect(rotten.result.ok).toBe(false);
      expect(rotten.bytes).toHaveLength(0);
    });
  });
});
