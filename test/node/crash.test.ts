/**
 * Every operation on the file system is a moment to die at: all of them are tried, for small protections, repairs and
 * reassemblies. What must hold afterwards: the old bytes or the new ones, whole, and the next run goes on without help.
 */
import { cp, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { protect } from "../../src/node/protect.ts";
import { reassemble } from "../../src/node/reassemble.ts";
import { clear, crashes } from "./crash-layer.ts";
import { contentOf, filesUnder, flipBitOf, ServerSet } from "./server-set.ts";
import { unflushedFiles } from "./unflushed-files.ts";

const TIMEOUT_MS = 240_000;
const SERVERS = 3;
const SCHEME = "parity:2+1";
const OLD = contentOf(700, 1);
const NEW = contentOf(900, 2);
const NEXT = contentOf(300, 3);

async function protectBytes(set: ServerSet, bytes: Uint8Array): Promise<void> {
  const file = await set.write("input", bytes);
  const result = await protect({
    files: [file],
    scheme: SCHEME,
    servers: set.servers,
    subsegmentBytes: 64,
    layer: unflushedFiles,
  });
  if (!result.ok) throw new Error(result.error.message);
  expect(result.warnings).toEqual([]);
}

async function saveAll(set: ServerSet): Promise<() => Promise<void>> {
  for (const [index, server] of set.servers.entries())
    await cp(server, set.at(`start/${index}`), { recursive: true });
  return async () => {
    for (const [index, server] of set.servers.entries()) {
      await clear(server);
      await cp(set.at(`start/${index}`), server, { recursive: true });
    }
    await clear(set.out);
  };
}

async function reassembled(
  set: ServerSet,
  servers: readonly string[] = set.servers,
): Promise<Buffer | string> {
  await clear(set.out);
  const result = await reassemble({ servers, out: set.out, layer: unflushedFiles });
  return result.ok ? ((await set.output()) as Buffer) : result.error.code;
}

async function membersOf(server: string): Promise<string> {
  return (await filesUnder(server)).find((file) => file.endsWith("members.bin")) as string;
}

function nameOf(bytes: Buffer | string | undefined): string {
  if (typeof bytes === "string" || bytes === undefined) return bytes ?? "nothing";
  const known = { OLD, NEW, NEXT };
  for (const [name, content] of Object.entries(known)) if (Buffer.compare(bytes, content) === 0) return name;
  return "bytes of nobody";
}

describe.each(["kill", "power"] as const)("%s at every operation", (mode) => {
  it(
    "of a protection leaves the earlier checkpoint whole, or the new one, also with a server less",
    async () => {
      await ServerSet.use(SERVERS, async (set) => {
        await protectBytes(set, OLD);
        const restore = await saveAll(set);
        const seen = new Set<string>();
        let crashAt = 1;
        for (; ; crashAt += 1) {
          await restore();
          const file = await set.write("input", NEW);
          const crashed = await crashes(crashAt, mode, (layer) =>
            protect({ files: [file], scheme: SCHEME, servers: set.servers, subsegmentBytes: 64, layer }),
          );
          const name = nameOf(await reassembled(set));
          seen.add(name);
          if (!crashed) {
            expect(name).toBe("NEW");
            break;
          }
          expect(["OLD", "NEW"], `operation ${crashAt}`).toContain(name);
          const survivors = set.servers.filter((_, index) => index !== crashAt % SERVERS);
          expect(["OLD", "NEW"], `operation ${crashAt}, a server less`).toContain(
            nameOf(await reassembled(set, survivors)),
          );
          await protectBytes(set, NEXT);
          expect(nameOf(await reassembled(set))).toBe("NEXT");
          for (const server of set.servers) {
            expect((await readdir(server)).toSorted()).toEqual(["checkpoints", "ckptlab-server.json"]);
            expect(await filesUnder(server)).toHaveLength(3);
          }
        }
        expect(crashAt).toBeGreaterThan(50);
        expect([...seen].toSorted()).toEqual(["NEW", "OLD"]);
      });
    },
    TIMEOUT_MS,
  );

  it(
    "of a first protection leaves nothing or the whole checkpoint, and directories that the next run can use",
    async () => {
      await ServerSet.use(SERVERS, async (set) => {
        const restore = await saveAll(set);
        for (let crashAt = 1; ; crashAt += 1) {
          await restore();
          const file = await set.write("input", NEW);
          const crashed = await crashes(crashAt, mode, (layer) =>
            protect({ files: [file], scheme: SCHEME, servers: set.servers, subsegmentBytes: 64, layer }),
          );
          const name = nameOf(await reassembled(set));
          if (!crashed) break;
          // A first checkpoint of which some servers know nothing yet is refused, not guessed.
          expect(["NEW", "no-checkpoint", "beyond-tolerance"], `operation ${crashAt}`).toContain(name);
          await protectBytes(set, NEXT);
          expect(nameOf(await reassembled(set))).toBe("NEXT");
        }
      });
    },
    TIMEOUT_MS,
  );

  it(
    "of a reassembly leaves the output as it was, or whole",
    async () => {
      await ServerSet.use(SERVERS, async (set) => {
        await protectBytes(set, NEW);
        await set.lose(1);
        for (let crashAt = 1; ; crashAt += 1) {
          await writeFile(set.out, OLD);
          const crashed = await crashes(crashAt, mode, (layer) =>
            reassemble({ servers: set.servers, out: set.out, mayReplace: true, layer }),
          );
          const name = nameOf(await readFile(set.out));
          if (!crashed) {
            expect(name).toBe("NEW");
            break;
          }
          expect(["OLD", "NEW"], `operation ${crashAt}`).toContain(name);
        }
        expect(await set.stagingPlaces()).toEqual([]);
      });
    },
    TIMEOUT_MS,
  );

  it(
    "of a reassembly of several files over earlier ones leaves the earlier ones somewhere, or the new ones in place",
    async () => {
      await ServerSet.use(SERVERS, async (set) => {
        const files = [await set.write("in/a", NEW), await set.write("in/b", NEXT)];
        const options = { files, scheme: SCHEME, servers: set.servers, layer: unflushedFiles };
        expect(await protect(options)).toMatchObject({ ok: true });
        for (let crashAt = 1; ; crashAt += 1) {
          await clear(set.out);
          await set.write("out/a", OLD);
          const crashed = await crashes(crashAt, mode, (layer) =>
            reassemble({ servers: set.servers, out: set.out, mayReplace: true, layer }),
          );
          const places = [set.out, ...(await set.stagingPlaces()).map((name) => set.at(name))];
          const found = await Promise.all(
            places.map(async (place) => nameOf(await readFile(`${place}/a`).catch(() => undefined))),
          );
          if (!crashed) {
            expect(found).toEqual(["NEW"]);
            break;
          }
          const isInPlace = found[0] === "OLD" || found[0] === "NEW";
          expect(isInPlace || found.includes("OLD"), `operation ${crashAt}: ${found.join()}`).toBe(true);
        }
      });
    },
    TIMEOUT_MS,
  );

  it.each(["empty", "rot", "record"])(
    "of the repair of a server (%s) leaves nothing worse than before, and the next repair ends it",
    async (how) => {
      await ServerSet.use(SERVERS, async (set) => {
        await protectBytes(set, NEW);
        if (how === "empty") await set.empty(1);
        else if (how === "rot") await flipBitOf(await membersOf(set.server(1)), 5);
        else await truncate((await filesUnder(set.server(1))).at(-1) as string, 10);
        const restore = await saveAll(set);
        for (let crashAt = 1; ; crashAt += 1) {
          await restore();
          const options = { servers: set.servers, out: set.out, writeRepairs: true };
          const crashed = await crashes(crashAt, mode, (layer) => reassemble({ ...options, layer }));
          expect(nameOf(await reassembled(set)), `operation ${crashAt}`).toBe("NEW");
          // The servers that were whole still are: without the hurt one everything is there.
          expect(nameOf(await reassembled(set, [set.server(0), set.server(2)]))).toBe("NEW");
          if (how === "rot") {
            // What is good on the hurt server must stay there all along: another server may rot in another group.
            const members = await membersOf(set.server(0));
            const lastBit = (await stat(members)).size * 8 - 1;
            await flipBitOf(members, lastBit);
            expect(nameOf(await reassembled(set)), `operation ${crashAt}`).toBe("NEW");
            await flipBitOf(members, lastBit);
          }
          if (!crashed) break;
          await clear(set.out);
          const again = await reassemble({ ...options, layer: unflushedFiles });
          expect(again).toMatchObject({ ok: true });
          expect(again).not.toHaveProperty("repairError");
          expect(nameOf(await reassembled(set, [set.server(1), set.server(2)]))).toBe("NEW");
        }
      });
    },
    TIMEOUT_MS,
  );
});
