/** Others at work: a run that was killed, two at once, files that change while they are read. */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { protect } from "../../src/node/protect.ts";
import { reassemble } from "../../src/node/reassemble.ts";
import { contentOf, filesUnder, ServerSet } from "./server-set.ts";

const TIMEOUT_MS = 120_000;
const OLD = contentOf(3_000_000, 1);
const NEW = contentOf(3_000_000, 2);
const KILLS = 12;

/** A program of its own that protects what its arguments say. */
async function buildProtectProgram(set: ServerSet): Promise<string> {
  const program = set.at("protect-program.mjs");
  await build({
    stdin: {
      contents: `
        import { protect } from "./src/node/protect.ts";
        const [file, ...servers] = process.argv.slice(2);
        process.stdout.write("started");
        const result = await protect({ files: [file], scheme: "parity:2+1", servers, subsegmentBytes: 4096, mayReplace: true });
        process.exitCode = result.ok ? 0 : 1;`,
      resolveDir: path.resolve(fileURLToPath(import.meta.url), "../../.."),
      loader: "ts",
    },
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
  });
  return program;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("close", resolve));
}

describe("a protection killed by the system", { timeout: TIMEOUT_MS }, () => {
  it("leaves the earlier checkpoint whole or the new one, and locks that the next run takes over", async () => {
    await ServerSet.use(3, async (set) => {
      const program = await buildProtectProgram(set);
      const oldFile = await set.write("old", OLD);
      const newFile = await set.write("new", NEW);
      const start = async (): Promise<{ child: ChildProcess; startedAt: number }> => {
        const child = spawn(process.execPath, [program, newFile, ...set.servers], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        await new Promise((resolve) => child.stdout?.once("data", resolve));
        return { child, startedAt: performance.now() };
      };
      // How long a whole run takes here, so that the kills are spread over it.
      const whole = await start();
      expect(await ended(whole.child)).toBe(0);
      const wholeMs = performance.now() - whole.startedAt;
      let killedCount = 0;
      for (let round = 0; round < KILLS; round += 1) {
        const options = { scheme: "parity:2+1", servers: set.servers, mayReplace: true };
        const before = await protect({ ...options, files: [oldFile] });
        expect(before).toMatchObject({ ok: true });
        const { child } = await start();
        const end = ended(child);
        await new Promise((resolve) => setTimeout(resolve, (wholeMs * round) / KILLS));
        child.kill("SIGKILL");
        if ((await end) === null) killedCount += 1;
        const result = await reassemble({ servers: set.servers, out: set.out, mayReplace: true });
        expect(result).toMatchObject({ ok: true });
        const output = (await set.output()) as Buffer;
        expect(Buffer.compare(output, OLD) === 0 || Buffer.compare(output, NEW) === 0).toBe(true);
      }
      expect(killedCount).toBeGreaterThan(0);
      const last = await protect({
        files: [newFile],
        scheme: "parity:2+1",
        servers: set.servers,
        mayReplace: true,
      });
      expect(last).toMatchObject({ ok: true });
      for (const server of set.servers) {
        expect((await readdir(server)).toSorted()).toEqual(["checkpoints", "ckptlab-server.json"]);
        expect(await filesUnder(server)).toHaveLength(3);
      }
    });
  });
});

describe("two protections at once", { timeout: TIMEOUT_MS }, () => {
  it("do not mix: one is refused or they run one after the other", async () => {
    await ServerSet.use(3, async (set) => {
      const files = [await set.write("old", OLD), await set.write("new", NEW)];
      const results = await Promise.all(
        files.map((file, index) =>
          protect({
            files: [file],
            scheme: "parity:2+1",
            servers: index === 0 ? set.servers : set.servers.toReversed(),
            mayReplace: true,
          }),
        ),
      );
      const succeeded = results.filter(({ ok }) => ok);
      expect(succeeded.length).toBeGreaterThan(0);
      for (const result of results) {
        if (result.ok) continue;
        expect(result.error).toMatchObject({ kind: "interference", code: "server-locked" });
        expect(set.servers).toContain(result.error.path);
      }
      expect(await reassemble({ servers: set.servers, out: set.out })).toMatchObject({ ok: true });
      const output = (await set.output()) as Buffer;
      const winners = results.map(
        ({ ok }, index) => ok && Buffer.compare(output, index === 0 ? OLD : NEW) === 0,
      );
      expect(winners).toContain(true);
    });
  });

  it("respect a lock of another machine, a lock of a process that runs, and one that cannot be read", async () => {
    await ServerSet.use(2, async (set) => {
      const file = await set.write("input", contentOf(100, 1));
      const lock = path.join(set.server(1), "ckptlab.lock");
      const parentPid = process.ppid;
      for (const content of [
        JSON.stringify({ pid: 1, thread: 0, host: `not-${hostname()}`, token: "a" }),
        JSON.stringify({ pid: parentPid, thread: 0, host: hostname(), token: "a" }),
        "half a lo",
      ]) {
        await writeFile(lock, content);
        const result = await protect({ files: [file], scheme: "mirror:2", servers: set.servers });
        expect(result).toMatchObject({
          ok: false,
          error: { code: "server-locked", path: set.server(1) },
        });
        if (!result.ok) expect(result.error.message).toContain(lock);
        expect(await readdir(set.server(0))).toEqual([]);
        expect(await readdir(set.server(1))).toEqual(["ckptlab.lock"]);
      }
    });
  });
});

describe("a file that changes while it is read", { timeout: TIMEOUT_MS }, () => {
  it("gives no checkpoint, and the earlier one stays", async () => {
    await ServerSet.use(2, async (set) => {
      const old = await set.write("old", contentOf(1000, 1));
      expect(await protect({ files: [old], scheme: "mirror:2", servers: set.servers })).toMatchObject({
        ok: true,
      });
      const growing = await set.write("growing", new Uint8Array(20_000_000));
      let hasGrown = false;
      const result = await protect({
        files: [growing],
        scheme: "mirror:2",
        servers: set.servers,
        mayReplace: true,
        onProgress: () => {
          if (!hasGrown) appendFileSync(growing, "more");
          hasGrown = true;
        },
      });
      expect(result).toMatchObject({ ok: false, error: { code: "input-changed", path: growing } });
      for (const server of set.servers) {
        expect((await readdir(server)).toSorted()).toEqual(["checkpoints", "ckptlab-server.json"]);
      }
      const back = await reassemble({ servers: set.servers, out: set.out });
      expect(back).toMatchObject({ ok: true, damagedCount: 0 });
      expect(Buffer.compare((await set.output()) as Buffer, contentOf(1000, 1))).toBe(0);
    });
  });
});
