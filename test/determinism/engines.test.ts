import { existsSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { removeFolder, scratchFolder } from "../scratch-folder.ts";
import { ROOT } from "./engine-case.ts";
import { ENGINE_IDS, ENGINE_SOURCES, engineOf, enginesFolder, thisEngine } from "./engines.ts";
import { determinism } from "./main.ts";

const folders: string[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) removeFolder(folder);
});

function emptyCache(): string {
  const folder = scratchFolder(ROOT, "determinism-test");
  folders.push(folder);
  vi.stubEnv("CKPTLAB_ENGINES", folder);
  return folder;
}

const [other] = ENGINE_SOURCES.filter(({ id }) => id !== thisEngine().id);

describe("the engines", () => {
  it("are four Nodes, Bun, Deno and Chromium, the fetched ones in exact versions", () => {
    expect(ENGINE_IDS).toEqual(["node-20", "node-22", "node-24", "node-26", "bun", "deno", "chromium"]);
    for (const { version } of ENGINE_SOURCES) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    for (const { id, version } of ENGINE_SOURCES.slice(0, 4)) expect(`node-${version}`).toContain(`${id}.`);
  });

  it("lie in a cache outside the project", () => {
    vi.stubEnv("CKPTLAB_ENGINES", "");
    expect(path.relative(ROOT, enginesFolder())).toMatch(/^\.\./);
    vi.stubEnv("XDG_CACHE_HOME", "/somewhere");
    expect(enginesFolder()).toBe(path.join("/somewhere", "ckptlab-engines"));
  });
});

describe("an engine", () => {
  it("that runs this is there", async () => {
    expect(await engineOf(thisEngine().id, true)).toEqual({ ok: true, engine: thisEngine() });
  });

  it("that was not fetched is named as skipped, with the reason", async () => {
    emptyCache();
    const result = await engineOf(other?.id ?? "", true);
    expect(result).toMatchObject({ ok: false, id: other?.id, reason: expect.stringMatching(/not fetched/) });
  });

  it("that cannot be fetched is named as skipped, with npm's reason, and leaves nothing behind", async () => {
    const folder = emptyCache();
    // Nobody listens there.
    vi.stubEnv("npm_config_registry", "http://127.0.0.1:9/");
    vi.stubEnv("npm_config_prefer_offline", "false");
    vi.stubEnv("npm_config_cache", path.join(folder, "npm"));
    const result = await engineOf(other?.id ?? "", false);
    expect(result).toMatchObject({ ok: false, reason: expect.stringMatching(/cannot be fetched: E?[A-Z]+/) });
    expect(existsSync(path.join(folder, `${other?.id}-${other?.version}`))).toBe(false);
  }, 120_000);

  it("that there is none of is refused", async () => {
    expect(await engineOf("netscape", true)).toMatchObject({ ok: false });
  });
});

describe("the command", () => {
  async function refused(args: readonly string[]): Promise<string> {
    const lines: string[] = [];
    expect(await determinism(ROOT, args, (line) => lines.push(line))).toBe(64);
    return lines.join("\n");
  }

  it("refuses an update without a reason, a reason without an update, and an update of a part", async () => {
    expect(await refused(["--update"])).toMatch(/needs --because/);
    expect(await refused(["--because", "a reason for it"])).toMatch(/goes with --update/);
    expect(await refused(["--update", "--because", "a reason for it", "--only", "x"])).toMatch(
      /whole corpus/,
    );
  });

  it("refuses an engine and a case that do not exist", async () => {
    expect(await refused(["--engines", "node-20,netscape"])).toMatch(/no engine "netscape"/);
    expect(await refused(["--only", "no such case"])).toMatch(/no case of the corpus/);
  });

  it("goes on without an engine that is not there, and says so", async () => {
    emptyCache();
    const lines: string[] = [];
    const args = ["--engines", other?.id ?? "", "--only", "empty-image/1", "--offline"];
    expect(await determinism(ROOT, args, (line) => lines.push(line))).toBe(0);
    const counts = JSON.parse(lines.at(-1) ?? "") as {
      readonly skipped: readonly { readonly name: string }[];
    };
    expect(counts.skipped.map(({ name }) => name)).toEqual([other?.id, "two engines"]);
  }, 120_000);
});
