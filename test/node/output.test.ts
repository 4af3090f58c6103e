/** What stands at the output already, and what killed runs left beside it. */
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { protect } from "../../src/node/protect.ts";
import { reassemble } from "../../src/node/reassemble.ts";
import { expectOk, protectContent, TIMEOUT_MS } from "./protected-cases.ts";
import { contentOf, filesUnder, flipBitOf, ServerSet } from "./server-set.ts";
import { unflushedFiles } from "./unflushed-files.ts";

const CONTENT = contentOf(900, 1);

async function codeOf(set: ServerSet, mayReplace: boolean, out: string = set.out): Promise<string> {
  const result = await reassemble({ servers: set.servers, out, mayReplace, layer: unflushedFiles });
  return result.ok ? "ok" : result.error.code;
}

describe("an output that exists", { timeout: TIMEOUT_MS }, () => {
  it("is refused as a file, and replaced on request by a verified one alone", async () => {
    await ServerSet.use(2, async (set) => {
      await protectContent(set, "stripe:2", CONTENT);
      await writeFile(set.out, "before");
      expect(await codeOf(set, false)).toBe("out-exists");
      expect(await readFile(set.out, "utf8")).toBe("before");
      const members = (await filesUnder(set.server(0))).find((file) =>
        file.endsWith("members.bin"),
      ) as string;
      await flipBitOf(members, 9);
      expect(await codeOf(set, true)).toBe("beyond-tolerance");
      expect(await readFile(set.out, "utf8")).toBe("before");
      await flipBitOf(members, 9);
      expect(await codeOf(set, true)).toBe("ok");
      expect(Buffer.compare((await set.output()) as Buffer, CONTENT)).toBe(0);
      expect(await set.stagingPlaces()).toEqual([]);
    });
  });

  it("is never replaced when it is a directory or no regular file", async () => {
    await ServerSet.use(2, async (set) => {
      await protectContent(set, "mirror:2", CONTENT);
      await mkdir(set.at("directory"));
      expect(await codeOf(set, true, set.at("directory"))).toBe("out-is-directory");
      if (process.platform === "win32") return;
      await symlink("/dev/null", set.at("device"));
      expect(await codeOf(set, true, set.at("device"))).toBe("out-not-replaceable");
    });
  });

  it("is replaced as a directory only when everything in it comes back", async () => {
    await ServerSet.use(2, async (set) => {
      const files = [await set.write("in/a", CONTENT), await set.write("in/b/c", contentOf(10, 2))];
      expectOk(await protect({ files, scheme: "mirror:2", servers: set.servers, layer: unflushedFiles }));
      expect(await codeOf(set, false)).toBe("ok");
      await set.write("out/a", contentOf(5, 3));
      expect(await codeOf(set, false)).toBe("out-exists");
      const letter = await set.write("out/b/letter", contentOf(5, 4));
      const refused = await reassemble({ servers: set.servers, out: set.out, mayReplace: true });
      expect(refused).toMatchObject({ ok: false, error: { code: "out-not-replaceable", path: set.out } });
      if (!refused.ok) expect(refused.error.message).toContain('"b/letter"');
      expect(await readFile(letter)).toHaveLength(5);
      await set.write("other/a", contentOf(5, 3));
      expect(await codeOf(set, true, set.at("other"))).toBe("ok");
      expect(await filesUnder(set.at("other"))).toEqual([set.at("other/a"), set.at("other/b/c")]);
      expect(Buffer.compare(await readFile(set.at("other/a")), CONTENT)).toBe(0);
      expect(await set.stagingPlaces()).toEqual([]);
    });
  });
});

describe("staging places beside the output", { timeout: TIMEOUT_MS }, () => {
  it("go with the next run when their process is gone, and stay while it runs or lives elsewhere", async () => {
    await ServerSet.use(2, async (set) => {
      await protectContent(set, "mirror:2", CONTENT);
      const here = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
      const elsewhere = here === "00000000" ? "11111111" : "00000000";
      const dead = 2 ** 30;
      const gone = [`.out.ckptlab-new-${here}.${dead}.0.ab12`, `.out.ckptlab-old-${here}.${dead}.0.ab12`];
      const kept = [
        `.out.ckptlab-new-${here}.${process.ppid}.0.ab12`,
        `.out.ckptlab-new-${elsewhere}.${dead}.0.ab12`,
        `.out.ckptlab-new-notes`,
        `.outer.ckptlab-new-${here}.${dead}.0.ab12`,
        `.other`,
      ];
      for (const name of [...gone, ...kept]) await set.write(`${name}/file`, contentOf(3, 1));
      expect(await codeOf(set, false)).toBe("ok");
      expect((await set.stagingPlaces()).toSorted()).toEqual(kept.toSorted());
      expect(await readdir(set.at(kept[0] as string))).toEqual(["file"]);
    });
  });

  it("of outputs that were moved aside stay until a new output is in place", async () => {
    await ServerSet.use(2, async (set) => {
      await protectContent(set, "stripe:2", CONTENT);
      const here = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
      const aside = `.out.ckptlab-old-${here}.${2 ** 30}.0.ab12`;
      await set.write(`${aside}/file`, contentOf(3, 1));
      const members = (await filesUnder(set.server(0))).find((file) =>
        file.endsWith("members.bin"),
      ) as string;
      await flipBitOf(members, 9);
      expect(await codeOf(set, false)).toBe("beyond-tolerance");
      expect(await set.stagingPlaces()).toEqual([aside]);
      await flipBitOf(members, 9);
      expect(await codeOf(set, false)).toBe("ok");
      expect(await set.stagingPlaces()).toEqual([]);
    });
  });
});
