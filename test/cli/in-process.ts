/**
 * Runs the command line in the test's own process, from the sources: many times faster than a process of its own, and
 * enough where neither worker threads nor the process's folder matter.
 */
import { PassThrough } from "node:stream";
import { runProgram } from "../../src/cli/program.ts";
import type { Reply } from "./command-line.ts";

export async function inProcess(argv: readonly string[]): Promise<Reply> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const exitCode = await runProgram(argv, { stdout, stderr, environment: {} });
  return { exitCode, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}
