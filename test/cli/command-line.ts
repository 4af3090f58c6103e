/**
 * Runs the built command line as a process of its own, as its users do.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = path.resolve(fileURLToPath(import.meta.url), "../../..");
const COMMAND = path.join(ROOT, "dist/cli/main.js");

export interface Reply {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The gate builds before it tests; by hand, `npm run build` comes first. A job's page is not written to. */
export async function ckptlab(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  workingFolder: string = ROOT,
): Promise<Reply> {
  if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is missing: run "npm run build" first`);
  const child = spawn(process.execPath, [COMMAND, ...argv], {
    cwd: workingFolder,
    env: { ...process.env, GITHUB_ACTIONS: "", GITHUB_STEP_SUMMARY: "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { exitCode, stdout, stderr };
}

/** A folder of one test's own. */
export class Workplace {
  readonly folder: string = mkdtempSync(path.join(tmpdir(), "ckptlab-cli-"));

  path(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    const file = this.path(name);
    writeFileSync(file, content);
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
