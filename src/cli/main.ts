#!/usr/bin/env node
/**
 * The process: argv in, exit code out. A bug ends with exit code 70 and its stack on stderr.
 */
import { EXIT_INTERNAL } from "./exit-code.ts";
import { runProgram } from "./program.ts";

function fail(error: unknown): void {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`internal error: ${words}\n`);
  process.exitCode = EXIT_INTERNAL;
}

// Node would end with 1, which is the code of a broken promise.
process.on("uncaughtException", (error) => {
  fail(error);
  process.exit(EXIT_INTERNAL);
});

try {
  const { stdout, stderr, env } = process;
  // Not process.exit: what is still in the pipes has to get out.
  process.exitCode = await runProgram(process.argv.slice(2), { stdout, stderr, environment: env });
} catch (error) {
  fail(error);
}
