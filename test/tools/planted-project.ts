/**
 * A small project in a temporary folder, with violations planted in it, for the tests of the tools: each check is
 * shown to fail on what it is there to find. It uses the real configurations and the installed packages.
 */
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { inheritedEnvironment } from "./inherited-environment.ts";

const repository: string = path.resolve(fileURLToPath(import.meta.url), "../../..");
const CONFIGURATIONS = [
  "tsconfig.json",
  "tsconfig.core.json",
  ".dependency-cruiser.cjs",
  "tools/layers.json",
];

export interface PlantedProject {
  readonly root: string;
  readonly remove: () => Promise<void>;
}

/** `files` maps paths to contents. */
export async function plantProject(files: Readonly<Record<string, string>>): Promise<PlantedProject> {
  const root = await mkdtemp(path.join(tmpdir(), "ckptlab-planted-"));
  await symlink(path.join(repository, "node_modules"), path.join(root, "node_modules"));
  for (const name of CONFIGURATIONS) await cp(path.join(repository, name), path.join(root, name));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

export interface ToolRun {
  readonly exitCode: number | null;
  readonly lines: readonly string[];
}

/** Runs tools/NAME; `lines` is what it printed on stdout and stderr. */
export function runTool(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ToolRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(repository, "tools", name), ...args], {
      env: { ...inheritedEnvironment(), NO_COLOR: "1", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, lines: output.trimEnd().split("\n") }));
  });
}
