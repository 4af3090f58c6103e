/**
 * What one step of the gate reports, and how its commands are run.
 *
 * @typedef {{ name: string, reason: string }} Skipped
 * @typedef {{ passed: number, failed: number, skipped: Skipped[], output: string }} StepResult
 *   `output` is what a reader needs when something failed.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/**
 * Runs a Node script and collects what it prints; never rejects.
 * @param {string[]} args the script and its arguments
 * @param {{ cwd: string, env?: Record<string, string> }} options
 * @returns {Promise<{ exitCode: number, output: string, stdout: string }>} `output` is stdout and stderr together
 */
export function runNode(args, { cwd, env }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.on("error", (error) => resolve({ exitCode: 70, output: String(error), stdout: "" }));
    child.on("close", (code, signal) => {
      if (signal !== null) output += `\nended by ${signal}\n`;
      resolve({ exitCode: code ?? 70, output, stdout });
    });
  });
}

/**
 * Checks that hold or not, told by the exit code: each command counts as one.
 * @param {string} cwd
 * @param {string[][]} commands
 * @returns {Promise<StepResult>}
 */
export async function checkCommands(cwd, commands) {
  let failed = 0;
  let output = "";
  for (const command of commands) {
    const reply = await runNode(command, { cwd });
    if (reply.exitCode === 0) continue;
    failed += 1;
    output += `$ node ${command.join(" ")}\n${reply.output.trimEnd()}\n`;
  }
  return { passed: commands.length - failed, failed, skipped: [], output };
}

/**
 * A step that is a program of its own. Protocol: the last line that it writes to stdout is its counts as JSON.
 * @param {string} root of the project
 * @param {string} file in tools/
 * @param {string[]} [args]
 * @returns {Promise<StepResult>}
 */
export async function runCounting(root, file, args = []) {
  const program = path.join(root, "tools", file);
  if (!existsSync(program)) {
    return {
      passed: 0,
      failed: 0,
      skipped: [{ name: path.parse(file).name, reason: `tools/${file} does not exist` }],
      output: "",
    };
  }
  const reply = await runNode([program, ...args], { cwd: root });
  return readCounts(reply.stdout.trimEnd().split("\n").at(-1), reply);
}

/**
 * Reads counts that another program wrote, and trusts them only as far as they agree with its exit code: a
 * program that ended badly failed at least once, and one that counted nothing has shown nothing.
 * @param {string | undefined} text JSON: {passed, failed, skipped: [{name, reason}]}
 * @param {{ exitCode: number, output: string }} reply
 * @returns {StepResult}
 */
export function readCounts(text, reply) {
  /** @param {string} reason */
  const refuse = (reason) => ({
    passed: 0,
    failed: 1,
    skipped: [],
    output: `${reply.output.trimEnd()}\n${reason}\n`,
  });

  /** @type {unknown} */
  let counts;
  try {
    counts = JSON.parse(text ?? "");
  } catch {
    return refuse(`no counts were reported (exit code ${reply.exitCode})`);
  }
  if (!isCounts(counts)) return refuse(`the counts make no sense: ${text}`);
  if (counts.passed + counts.failed === 0) return { ...refuse("nothing ran"), skipped: counts.skipped };
  if (reply.exitCode !== 0 && counts.failed === 0) {
    return {
      ...refuse(`ended with exit code ${reply.exitCode}`),
      passed: counts.passed,
      skipped: counts.skipped,
    };
  }
  return { passed: counts.passed, failed: counts.failed, skipped: counts.skipped, output: reply.output };
}

/**
 * @param {unknown} value
 * @returns {value is { passed: number, failed: number, skipped: Skipped[] }}
 */
function isCounts(value) {
  if (typeof value !== "object" || value === null) return false;
  const counts = /** @type {Record<string, unknown>} */ (value);
  const { passed, failed, skipped } = counts;
  return (
    Number.isSafeInteger(passed) &&
    Number(passed) >= 0 &&
    Number.isSafeInteger(failed) &&
    Number(failed) >= 0 &&
    Array.isArray(skipped) &&
    skipped.every((one) => typeof one?.name === "string" && typeof one?.reason === "string")
  );
}
