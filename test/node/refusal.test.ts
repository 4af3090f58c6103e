/** Bad input: one typed error that names the path, and nothing written. */
import { cp, mkdir, readdir, symlink, truncate } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Ballot } from "../../src/core/checkpoint/key.ts";
import { checkOutput } from "../../src/node/output-files.ts";
import { systemFiles } from "../../src/node/file-layer.ts";
import { protect, type ProtectOptions } from "../../src/node/protect.ts";
import { reassemble } from "../../src/node/reassemble.ts";
import { decodeRecord, encodeRecord, type ServerRecord } from "../../src/node/server-record.ts";
import { type InputErrorCode, StoreFailure } from "../../src/node/store-error.ts";
import { createDigests } from "../../src/sim/digests.ts";
import { contentOf, filesUnder, flipBitOf, ServerSet } from "./server-set.ts";

const TIMEOUT_MS = 60_000;

async function expectRefused(
  set: ServerSet,
  options: Partial<ProtectOptions>,
  code: InputErrorCode,
  refusedPath: string,
): Promise<void> {
  const before = await filesUnder(set.root);
  const result = await protect({
    files: [set.at("input")],
    scheme: "parity:2+1",
    servers: set.servers,
    ...options,
  });
  expect(result).toMatchObject({ ok: false, error: { kind: "input", code, path: refusedPath } });
  if (!result.ok) expect(result.error.message).toMatch(/^[A-Z"].*\.$/s);
  expect(await filesUnder(set.root)).toEqual(before);
}

async function withInput(count: number, body: (set: ServerSet) => Promise<void>): Promise<void> {
  await ServerSet.use(count, async (set) => {
    await set.write("input", contentOf(1000, 1));
    await body(set);
  });
}

describe("protect refuses", { timeout: TIMEOUT_MS }, () => {
  it("schemes that are unknown, malformed or out of range", async () => {
    await withInput(3, async (set) => {
      await expectRefused(set, { scheme: "raid:5" }, "unknown-scheme", "");
      await expectRefused(set, { scheme: "parity:x+1" }, "scheme-malformed", "");
      await expectRefused(set, { scheme: "stripe:0" }, "scheme-out-of-range", "");
      await expectRefused(set, { scheme: "rs:4+17" }, "scheme-out-of-range", "");
      await expectRefused(set, { scheme: "lrc:5,2,2" }, "scheme-out-of-range", "");
    });
  });

  it("too few servers and widths that do not fit", async () => {
    await withInput(3, async (set) => {
      await expectRefused(set, { scheme: "parity:3+1" }, "too-few-servers", "");
      await expectRefused(set, { servers: [] }, "too-few-servers", "");
      for (const width of [2, 4, 2.5, -1, Number.NaN]) {
        await expectRefused(set, { width }, "width-out-of-range", "");
      }
    });
  });

  it("racks that are not one a server, and racks that a lost one would take too much with", async () => {
    await withInput(4, async (set) => {
      const scheme = "parity:3+1";
      await expectRefused(set, { scheme, racks: ["a", "b"] }, "racks-not-one-a-server", "");
      await expectRefused(set, { scheme, racks: ["a", "b", "c", "c"] }, "too-few-domains", "");
      await expectRefused(set, { scheme: "mirror:2", racks: ["a", "b", "a", "a"] }, "domain-too-large", "");
    });
  });

  it("sizes that are no sizes, and those that do not fit with one that does", async () => {
    await withInput(3, async (set) => {
      for (const subsegmentBytes of [0, -1, 1.5, 2 ** 53, Number.NaN]) {
        await expectRefused(set, { subsegmentBytes }, "subsegment-bytes-out-of-range", "");
      }
      await truncate(set.at("input"), 3_000_000);
      const options = { files: [set.at("input")], scheme: "parity:2+1", servers: set.servers };
      for (const [asked, code] of [
        [1, "too-many-groups"],
        [2 ** 30, "group-too-large"],
      ] as const) {
        const refused = await protect({ ...options, subsegmentBytes: asked });
        if (refused.ok || refused.error.kind !== "input") throw new Error("should be refused");
        expect(refused.error.code).toBe(code);
        const suggested = refused.error.suggestedSubsegmentBytes as number;
        expect(refused.error.message).toContain(String(suggested));
        expect(await protect({ ...options, subsegmentBytes: suggested })).toMatchObject({ ok: true });
      }
    });
  });

  it("server directories that are absent, files, foreign, damaged, duplicated or full of something else", async () => {
    await withInput(3, async (set) => {
      const [a, b, c] = set.servers as [string, string, string];
      const absent = set.at("absent");
      await expectRefused(set, { servers: [a, b, absent] }, "server-absent", absent);
      await expectRefused(
        set,
        { servers: [a, b, set.at("input")] },
        "server-not-a-directory",
        set.at("input"),
      );
      await expectRefused(set, { servers: [a, b, `${a}/.`] }, "server-duplicated", `${a}/.`);
      await symlink(a, set.at("link"));
      await expectRefused(set, { servers: [a, b, set.at("link")] }, "server-duplicated", set.at("link"));
      const occupied = set.at("occupied");
      await set.write("occupied/letter", contentOf(5, 1));
      await expectRefused(set, { servers: [a, b, occupied] }, "server-not-blank", occupied);
      const input = [set.at("input")];
      expect(await protect({ files: input, scheme: "mirror:2", servers: [a, b] })).toMatchObject({
        ok: true,
      });
      expect(await protect({ files: input, scheme: "stripe:1", servers: [c] })).toMatchObject({ ok: true });
      await expectRefused(set, {}, "servers-of-different-sets", c);
      const copy = set.at("copy");
      await cp(a, copy, { recursive: true });
      await expectRefused(set, { servers: [a, b, copy] }, "slot-claimed-twice", copy);
      await flipBitOf(path.join(b, "ckptlab-server.json"), 300);
      await expectRefused(set, { scheme: "mirror:2", servers: [a, b] }, "server-record-damaged", b);
    });
  });

  it("a disk that another one took over from", async () => {
    await withInput(2, async (set) => {
      const options = { files: [set.at("input")], scheme: "mirror:2", servers: set.servers };
      expect(await protect(options)).toMatchObject({ ok: true });
      const restore = await set.save(1);
      await set.empty(1);
      expect(await protect(options)).toMatchObject({ ok: true, servers: [{ slot: 0 }, { slot: 1 }] });
      await restore();
      await expectRefused(set, { scheme: "mirror:2" }, "server-superseded", set.server(1));
      const read = await reassemble({ servers: set.servers, out: set.out });
      expect(read).toMatchObject({
        ok: true,
        warnings: [{ code: "superseded" }, { code: "not-given", slot: 1 }],
      });
    });
  });

  it("input files that are absent, directories, or given twice", async () => {
    await withInput(3, async (set) => {
      const file = set.at("input");
      await expectRefused(set, { files: [] }, "input-none", "");
      await expectRefused(set, { files: [file, set.at("no")] }, "input-absent", set.at("no"));
      await expectRefused(set, { files: [set.root] }, "input-is-directory", set.root);
      await expectRefused(set, { files: [file, file] }, "input-duplicated", file);
      if (process.platform !== "win32") {
        await expectRefused(set, { files: ["/dev/null"] }, "input-not-a-file", "/dev/null");
      }
    });
  });

  it("input files that lie in a server directory, by whatever path", async () => {
    await withInput(2, async (set) => {
      const options = { files: [set.at("input")], scheme: "mirror:2", servers: set.servers };
      expect(await protect(options)).toMatchObject({ ok: true });
      const members = (await filesUnder(set.server(1))).find((file) =>
        file.endsWith("members.bin"),
      ) as string;
      await symlink(set.server(1), set.at("way-in"));
      await symlink(members, set.at("link-to-file"));
      for (const file of [
        members,
        set.at(`way-in/${path.relative(set.server(1), members)}`),
        set.at("link-to-file"),
      ]) {
        await expectRefused(set, { files: [file], scheme: "mirror:2" }, "input-inside-server", file);
      }
    });
  });

  it("a width in words that fit: one number where there is no choice", async () => {
    await withInput(4, async (set) => {
      const options = { files: [set.at("input")], servers: set.servers };
      const messageOf = async (scheme: string, width: number): Promise<string> => {
        const result = await protect({ ...options, scheme, width });
        return result.ok ? "ok" : result.error.message;
      };
      expect(await messageOf("parity:3+1", 5)).toBe("The width 5 must be 4 for parity:3+1 on 4 servers.");
      expect(await messageOf("parity:2+1", 5)).toContain("must be an integer 3..4");
    });
  });
});

describe("reassemble refuses", { timeout: TIMEOUT_MS }, () => {
  it("directories without a checkpoint, duplicated ones, and sets without a majority", async () => {
    await withInput(4, async (set) => {
      const [a, b, c, d] = set.servers as [string, string, string, string];
      const { out } = set;
      const codeOf = async (servers: string[]): Promise<unknown> => {
        const result = await reassemble({ servers, out });
        return result.ok ? "ok" : [result.error.code, result.error.path];
      };
      expect(await codeOf([])).toEqual(["too-few-servers", ""]);
      expect(await codeOf([a, b])).toEqual(["no-checkpoint", a]);
      expect(await codeOf([set.at("absent")])).toEqual(["no-checkpoint", set.at("absent")]);
      for (const servers of [
        [a, b],
        [c, d],
      ]) {
        const taken = await protect({ files: [set.at("input")], scheme: "mirror:2", servers });
        expect(taken.ok).toBe(true);
      }
      expect(await codeOf([a, a])).toEqual(["server-duplicated", a]);
      expect(await codeOf([a, b, c, d])).toEqual(["servers-of-different-sets", c]);
      expect(await codeOf([a, c, d])).toBe("ok");
    });
  });

  it("outputs that would overwrite a directory, lie in a server or have no place", async () => {
    await withInput(2, async (set) => {
      const options = { servers: set.servers };
      const one = await protect({ files: [set.at("input")], scheme: "mirror:2", servers: set.servers });
      expect(one.ok).toBe(true);
      const codeOf = async (out: string): Promise<unknown> => {
        const result = await reassemble({ ...options, out });
        return result.ok ? "ok" : [result.error.code, result.error.path];
      };
      await mkdir(set.at("directory"));
      expect(await codeOf(set.at("directory"))).toEqual(["out-is-directory", set.at("directory")]);
      expect(await codeOf(set.at("no/out"))).toEqual(["out-parent-absent", set.at("no/out")]);
      const inside = path.join(set.server(0), "out");
      expect(await codeOf(inside)).toEqual(["out-inside-server", inside]);
      expect(await codeOf(set.server(0))).toEqual(["out-inside-server", set.server(0)]);
      await symlink(set.server(0), set.at("way-in"));
      expect(await codeOf(set.at("way-in/checkpoints/out"))).toEqual([
        "out-inside-server",
        set.at("way-in/checkpoints/out"),
      ]);
      const restore = await set.save(1);
      await set.lose(1);
      expect(await codeOf(set.server(1))).toEqual(["out-inside-server", set.server(1)]);
      expect(await codeOf(`${set.root}/x/../server-1`)).toEqual([
        "out-inside-server",
        `${set.root}/x/../server-1`,
      ]);
      await restore();
      const two = await set.write("second", contentOf(10, 2));
      const both = { files: [set.at("input"), two], scheme: "mirror:2", servers: set.servers };
      expect(await protect(both)).toMatchObject({ ok: true });
      expect(await codeOf("-")).toEqual(["stdout-needs-one-file", "-"]);
      expect(await codeOf(set.at("input"))).toEqual(["out-exists", set.at("input")]);
      expect(await readdir(set.at("directory"))).toEqual([]);
    });
  });

  it("names that lead out of the output directory", async () => {
    await withInput(1, async (set) => {
      for (const name of ["../x", "/x", "a/../../x", "a//b", "./x", "", "a/..", "x\0y"]) {
        const segments = [
          { name: "fine", bytes: 0 },
          { name, bytes: 0 },
        ];
        const refusal = checkOutput(systemFiles, set.out, segments, set.servers);
        await expect(refusal).rejects.toMatchObject({ error: { code: "segment-name-unsafe", path: name } });
        await expect(refusal).rejects.toBeInstanceOf(StoreFailure);
      }
      const plain = [
        { name: "a/b..c/..d", bytes: 0 },
        { name: "x", bytes: 0 },
      ];
      await checkOutput(systemFiles, set.out, plain, set.servers);
    });
  });
});

describe("a server record", () => {
  it("is found out wherever a bit of it is flipped, or where it ends early", async () => {
    const digests = await createDigests();
    const life: Pick<Ballot, "number" | "nonce"> = { number: 2, nonce: 77 };
    const record: ServerRecord = {
      set: "0123456789abcdef0123456789abcdef",
      slot: 1,
      life,
      lives: [{ slot: 1, life, directory: "/somewhere/ö" }],
    };
    const bytes = encodeRecord(record, digests);
    expect(decodeRecord(bytes, digests)).toMatchObject(record);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const altered = Uint8Array.from(bytes);
      altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(decodeRecord(altered, digests)).toBeUndefined();
    }
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeRecord(bytes.subarray(0, length), digests)).toBeUndefined();
    }
  });
});
