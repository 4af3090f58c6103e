/**
 * The engines that the corpus runs on, and how each is come by.
 *
 * This Node is there. Other Nodes, Bun and Deno are packages of the npm registry with one binary in them, of exact versions;
 * npm fetches them into a folder of the user's cache, checks their integrity, and runs none of their scripts. Chromium is
 * used where the system has it. What cannot be had is told with its reason, and skipped.
 *
 * Does not cover: platforms that the registry has no binaries for, and Chromium as a package.
 */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { findChromium } from "../../tools/chromium.mjs";

export interface EngineSource {
  readonly id: string;
  /** undefined: not for this platform. */
  readonly package: string | undefined;
  readonly version: string;
  /** Path of the program inside the package. */
  readonly binary: string;
}

export type EngineRuntime = "node" | "bun" | "deno" | "chromium";

export interface Engine {
  readonly id: string;
  readonly runtime: EngineRuntime;
  readonly program: string;
}

export type EngineResult =
  | { readonly ok: true; readonly engine: Engine }
  | { readonly ok: false; readonly id: string; readonly reason: string };

const FETCH_MS_MAX = 180_000;

const { platform, arch } = process;
const isX64 = arch === "x64";
const bunArch = isX64 ? "x64-baseline" : "aarch64";

/** Undefined where the registry has no such package. */
function packageFor(platforms: readonly string[], name: string): string | undefined {
  return platforms.includes(`${platform}-${arch}`) ? name : undefined;
}

const NODE_PACKAGE = packageFor(
  ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"],
  `node-${platform}-${arch}`,
);
const UNIX = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

export const ENGINE_SOURCES: readonly EngineSource[] = [
  { id: "node-20", package: NODE_PACKAGE, version: "20.20.2", binary: "bin/node" },
  { id: "node-22", package: NODE_PACKAGE, version: "22.23.3", binary: "bin/node" },
  { id: "node-24", package: NODE_PACKAGE, version: "24.21.0", binary: "bin/node" },
  { id: "node-26", package: NODE_PACKAGE, version: "26.10.0", binary: "bin/node" },
  {
    id: "bun",
    package: packageFor(UNIX, `@oven/bun-${platform}-${bunArch}`),
    version: "1.4.5",
    binary: "bin/bun",
  },
  {
    id: "deno",
    package: packageFor(UNIX, `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`),
    version: "2.9.6",
    binary: "deno",
  },
];

/** The engine that everything else is compared with: the one that runs this. */
export function thisEngine(): Engine {
  const [major = ""] = process.versions.node.split(".");
  return { id: `node-${major}`, runtime: "node", program: process.execPath };
}

/** In the order in which they are told of. */
export const ENGINE_IDS: readonly string[] = [...ENGINE_SOURCES.map(({ id }) => id), "chromium"];

/** Where fetched engines lie: CKPTLAB_ENGINES, or the user's cache. Never in the repository. */
export function enginesFolder(): string {
  const named = process.env["CKPTLAB_ENGINES"];
  if (named !== undefined && named !== "") return path.resolve(named);
  const cache = process.env["XDG_CACHE_HOME"];
  return path.join(
    cache === undefined || cache === "" ? path.join(homedir(), ".cache") : cache,
    "ckptlab-engines",
  );
}

/** Finds the engine, or fetches it unless `isOffline`. Never rejects for what can be expected. */
export async function engineOf(id: string, isOffline: boolean): Promise<EngineResult> {
  const own = thisEngine();
  if (id === own.id) return { ok: true, engine: own };
  if (id === "chromium") {
    const program = findChromium();
    if (program === undefined) return { ok: false, id, reason: "no Chromium is installed" };
    return { ok: true, engine: { id, runtime: "chromium", program } };
  }
  const source = ENGINE_SOURCES.find((each) => each.id === id);
  if (source === undefined) return { ok: false, id, reason: "there is no such engine" };
  if (source.package === undefined)
    return { ok: false, id, reason: `the registry has none for ${platform}-${arch}` };
  const program = path.join(enginesFolder(), `${id}-${source.version}`);
  if (!existsSync(program)) {
    if (isOffline) return { ok: false, id, reason: "it was not fetched before, and nothing may be fetched" };
    const problem = await fetchEngine(source.package, source, program);
    if (problem !== undefined) return { ok: false, id, reason: problem };
  }
  const [runtime = ""] = id.split("-");
  return { ok: true, engine: { id, runtime: runtime as EngineRuntime, program } };
}

/** What went wrong, or undefined. The program appears under its name only when it is complete. */
async function fetchEngine(
  name: string,
  { version, binary }: EngineSource,
  program: string,
): Promise<string | undefined> {
  const folder = path.dirname(program);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    return `${folder} cannot be made: ${(error as Error).message}`;
  }
  const staging = mkdtempSync(path.join(folder, "fetch-"));
  try {
    const problem = await npmInstall(`${name}@${version}`, staging);
    if (problem !== undefined) return problem;
    const fetched = path.join(staging, "node_modules", name, binary);
    if (!existsSync(fetched)) return `${name}@${version} holds no ${binary}`;
    chmodSync(fetched, 0o755);
    renameSync(fetched, program);
    return undefined;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function npmInstall(what: string, prefix: string): Promise<string | undefined> {
  const options = [
    "--no-save",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel",
    "error",
    "--fetch-retries",
    "1",
    "--fetch-retry-mintimeout",
    "1000",
  ];
  return new Promise((resolve) => {
    const child = spawn("npm", ["install", "--prefix", prefix, ...options, what], {
      cwd: prefix,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: FETCH_MS_MAX,
    });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.on("error", (error) => resolve(`npm cannot be started: ${error.message}`));
    child.on("close", (code) => {
      if (code === 0) return resolve(undefined);
      const words = errors
        .split("\n")
        .filter((line) => line.startsWith("npm error "))
        .map((line) => line.replace(/^npm error (?:code )?/, ""));
      resolve(`${what} cannot be fetched: ${words.slice(0, 2).join(", ") || "npm gave no reason"}`);
    });
  });
}
