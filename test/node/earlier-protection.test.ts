/** A protection never takes an earlier one away by mistake: neither with a part of its servers nor with other files. */
import { mkdir, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { protect, type ProtectResult } from "../../src/node/protect.ts";
import { reassemble } from "../../src/node/reassemble.ts";
import { expectOk, TIMEOUT_MS } from "./protected-cases.ts";
import { contentOf, filesUnder, ServerSet } from "./server-set.ts";
import { unflushedFiles } from "./unflushed-files.ts";

const FIRST = contentOf(1000, 1);
const SECOND = contentOf(700, 2);

/** Protects one file of the given name. */
async function protectFile(
  set: ServerSet,
  name: string,
  content: Uint8Array,
  scheme: string,
  servers: readonly string[],
  mayReplace: boolean = false,
): Promise<ProtectResult> {
  const file = await set.write(`in/${name}`, content);
  return protect({ files: [file], scheme, servers, mayReplace, layer: unflushedFiles });
}

async function givenBack(set: ServerSet, servers: readonly string[]): Promise<Buffer> {
  await rm(set.out, { force: true });
  expectOk(await reassemble({ servers, out: set.out, layer: unflushedFiles }));
  return (await set.output()) as Buffer;
}

/** Five directories; the first four hold FIRST under parity:3+1. */
async function withFour(body: (set: ServerSet, four: string[]) => Promise<void>): Promise<void> {
  await ServerSet.use(5, async (set) => {
    const four = set.servers.slice(0, 4);
    expectOk(await protectFile(set, "first", FIRST, "parity:3+1", four));
    await body(set, four);
  });
}

describe("a part of the servers of a protection", { timeout: TIMEOUT_MS }, () => {
  it("is refused with the whole set named, whatever the files, and nothing is written", async () => {
    await withFour(async (set, four) => {
      const [, b, c, , e] = set.servers as [string, string, string, string, string];
      const before = await filesUnder(set.root);
      for (const servers of [[b, e], [e, b], [b, c], four.slice(0, 3)]) {
        for (const [name, mayReplace] of [
          ["first", false],
          ["other", true],
        ] as const) {
          const result = await protectFile(set, name, SECOND, "mirror:2", servers, mayReplace);
          const first = servers.find((server) => server !== e) as string;
          expect(result).toMatchObject({
            ok: false,
            error: { kind: "input", code: "set-incomplete", path: first },
          });
          if (result.ok) continue;
          expect(result.error.message).toContain(`"${first}" belongs to a protection on 4 servers: `);
          for (const server of four) expect(result.error.message).toContain(`"${server}"`);
          await rm(set.at("in/other"), { force: true });
          expect(await filesUnder(set.root)).toEqual(before);
        }
      }
      expect(Buffer.compare(await givenBack(set, four.slice(1)), FIRST)).toBe(0);
    });
  });

  it("may have a blank directory in place of a lost one, but not of one that is still there", async () => {
    await withFour(async (set, four) => {
      const moved = [...four.slice(0, 3), set.server(4)];
      const refused = await protectFile(set, "first", SECOND, "parity:3+1", moved);
      expect(refused).toMatchObject({ ok: false, error: { code: "set-incomplete" } });
      if (!refused.ok) expect(refused.error.message).toContain(`"${set.server(3)}" is still one of them`);
      expect(await filesUnder(set.server(4))).toEqual([]);
      await set.lose(3);
      const replaced = expectOk(await protectFile(set, "first", SECOND, "parity:3+1", moved));
      expect(replaced.servers.map(({ slot }) => slot)).toEqual([0, 1, 2, 3]);
      expect(Buffer.compare(await givenBack(set, moved.slice(1)), SECOND)).toBe(0);
    });
  });

  it("is no part when the directories were moved, or when the set grows", async () => {
    await withFour(async (set, four) => {
      const elsewhere = four.map((_, index) => set.at(`moved-${index}`));
      for (const [index, server] of four.entries()) await rename(server, elsewhere[index] as string);
      expectOk(await protectFile(set, "first", SECOND, "parity:3+1", elsewhere));
      const grown = [...elsewhere, set.server(4)];
      expect(expectOk(await protectFile(set, "first", FIRST, "parity:4+1", grown)).width).toBe(5);
      expect(await protectFile(set, "first", FIRST, "parity:3+1", elsewhere)).toMatchObject({
        ok: false,
        error: { code: "set-incomplete" },
      });
      expect(Buffer.compare(await givenBack(set, grown.slice(1)), FIRST)).toBe(0);
    });
  });
});

describe("other files on the same servers", { timeout: TIMEOUT_MS }, () => {
  it("are refused with the names that would be lost, and let go when that is asked for", async () => {
    await withFour(async (set, four) => {
      const before = await filesUnder(set.servers[0] as string);
      const refused = await protectFile(set, "second", SECOND, "mirror:2", four);
      expect(refused).toMatchObject({
        ok: false,
        error: { kind: "input", code: "files-would-be-lost", files: ["first"] },
      });
      if (!refused.ok) expect(refused.error.message).toContain('"first"');
      expect(await filesUnder(set.servers[0] as string)).toEqual(before);
      expect(Buffer.compare(await givenBack(set, four), FIRST)).toBe(0);
      const forced = expectOk(await protectFile(set, "second", SECOND, "mirror:2", four, true));
      expect(forced.filesLetGo).toEqual(["first"]);
      expect(forced.retired).toHaveLength(1);
      expect(Buffer.compare(await givenBack(set, four), SECOND)).toBe(0);
    });
  });

  it("are fine when the earlier files are among them; one that is left out is named", async () => {
    await withFour(async (set, four) => {
      const both = [await set.write("in/first", SECOND), await set.write("in/more", FIRST)];
      const options = { scheme: "parity:3+1", servers: four, layer: unflushedFiles };
      const update = expectOk(await protect({ ...options, files: both }));
      expect(update).toMatchObject({ filesLetGo: [], retired: [expect.any(String)] });
      expect(await protect({ ...options, files: [both[0] as string] })).toMatchObject({
        ok: false,
        error: { code: "files-would-be-lost", files: ["more"] },
      });
    });
  });

  it("are refused too when no manifest can say which files there are", async () => {
    await withFour(async (set, four) => {
      for (const server of four) {
        const manifest = (await filesUnder(server)).find((file) => file.endsWith("manifest")) as string;
        await truncate(manifest, 50);
      }
      const refused = await protectFile(set, "first", SECOND, "parity:3+1", four);
      expect(refused).toMatchObject({ ok: false, error: { code: "files-would-be-lost", files: [] } });
      if (!refused.ok) expect(refused.error.message).toContain("whose manifest cannot be read");
      expectOk(await protectFile(set, "first", SECOND, "parity:3+1", four, true));
      expect(Buffer.compare(await givenBack(set, four), SECOND)).toBe(0);
    });
  });
});

describe("what a killed protection left", { timeout: TIMEOUT_MS }, () => {
  it("is cleaned by the next one: locks, proposals, second copies, things half removed", async () => {
    await withFour(async (set, four) => {
      const [first] = four as [string];
      const [key = ""] = await readdir(path.join(first, "checkpoints"));
      expectOk(await protectFile(set, "first", SECOND, "parity:3+1", four));
      // An older checkpoint that was not retired any more, and everything a killed run can leave besides.
      const [newer = ""] = await readdir(path.join(first, "checkpoints"));
      const older = path.join(first, "checkpoints", key);
      await mkdir(older);
      for (const file of ["manifest", "members.bin"]) await writeFile(path.join(older, file), FIRST);
      const dead = JSON.stringify({ pid: 2 ** 30, thread: 0, host: hostname(), token: "ab" });
      await writeFile(path.join(first, "ckptlab.lock"), dead);
      await writeFile(path.join(first, ".incoming-lock-ab"), dead);
      await mkdir(path.join(first, `.incoming-${newer}`));
      await writeFile(path.join(first, `.incoming-${newer}`, "members.bin"), FIRST);
      await mkdir(path.join(first, `.retired-${key}`));
      expectOk(await protectFile(set, "first", FIRST, "parity:3+1", four));
      for (const server of four) {
        expect((await readdir(server)).toSorted()).toEqual(["checkpoints", "ckptlab-server.json"]);
        expect(await readdir(path.join(server, "checkpoints"))).toHaveLength(1);
      }
      expect(Buffer.compare(await givenBack(set, four), FIRST)).toBe(0);
    });
  });
});
