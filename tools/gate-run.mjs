/**
 * Runs steps one after another, and tells what came of them: a table while they run, what failed, what was skipped and why,
 * and the totals as the last line. In a GitHub job the same goes to the job's page.
 *
 * @typedef {import("./gate-step.mjs").StepResult} StepResult
 * @typedef {{ name: string, needs?: string, run: () => Promise<StepResult> }} Step
 *   `needs` names an earlier step; when that one failed, this one says nothing.
 * @typedef {{ name: string, result: StepResult, seconds: number }} EndedStep
 */
import { appendFileSync } from "node:fs";

/** A page holds a megabyte; the log has everything. */
const PAGE_OUTPUT_CHARACTERS = 20_000;

/** @param {StepResult} result */
function verdictOf(result) {
  const counts = [`${result.passed} passed`];
  if (result.failed > 0) counts.unshift(`${result.failed} failed`);
  if (result.skipped.length > 0) counts.push(`${result.skipped.length} skipped`);
  return counts.join(", ");
}

/** @param {readonly EndedStep[]} ended */
function totalsOf(ended) {
  const passed = ended.reduce((sum, { result }) => sum + result.passed, 0);
  const failed = ended.reduce((sum, { result }) => sum + result.failed, 0);
  const skipped = ended.flatMap(({ result }) => result.skipped);
  const words = `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`;
  return { passed, failed, skipped, words };
}

/** A name or a reason in a list: what could be taken for Markdown or HTML is not. @param {string} text */
const plain = (text) => text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>|~&]/g, (mark) => `\\${mark}`);

/**
 * @param {string} title
 * @param {readonly EndedStep[]} ended
 */
export function gatePage(title, ended) {
  const { failed, passed, skipped, words } = totalsOf(ended);
  const mark = failed > 0 || passed === 0 ? "❌" : "✅";
  const lines = [`## ${title}: ${mark} ${words}`, "", "| step | result | seconds |", "| --- | --- | ---: |"];
  for (const { name, result, seconds } of ended)
    lines.push(`| ${name} | ${result.failed > 0 ? "❌ " : ""}${verdictOf(result)} | ${seconds.toFixed(1)} |`);
  for (const { name, result } of ended) {
    if (result.failed === 0) continue;
    // The end of what a step printed says what failed. Indented text is code, whatever it holds.
    const tail = result.output.trimEnd().slice(-PAGE_OUTPUT_CHARACTERS);
    lines.push("", `### ${name}`, "", ...tail.split("\n").map((line) => `    ${line}`));
  }
  if (skipped.length > 0)
    lines.push("", ...skipped.map((one) => `- skipped: ${plain(one.name)}: ${plain(one.reason)}`));
  return `${lines.join("\n")}\n\n`;
}

/**
 * @param {string} title
 * @param {readonly Step[]} steps
 * @param {readonly string[]} wanted names of steps; none: all of them
 * @returns {Promise<number>} the exit code: 1 when anything failed or when nothing passed, 64 for an unknown step
 */
export async function runSteps(title, steps, wanted) {
  const unknown = wanted.find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined) {
    console.error(`unknown step "${unknown}"; the steps are: ${steps.map((step) => step.name).join(", ")}`);
    return 64;
  }
  /** @type {EndedStep[]} */
  const ended = [];
  console.log(`${"step".padEnd(12)}${"result".padEnd(44)}seconds`);
  for (const step of steps) {
    if (wanted.length > 0 && !wanted.includes(step.name)) continue;
    const startMs = performance.now();
    const isBlocked = ended.some(({ name, result }) => name === step.needs && result.failed > 0);
    /** @type {StepResult} */
    const result = isBlocked
      ? { passed: 0, failed: 0, skipped: [{ name: step.name, reason: `${step.needs} failed` }], output: "" }
      : await step.run();
    const seconds = (performance.now() - startMs) / 1000;
    ended.push({ name: step.name, result, seconds });
    console.log(`${step.name.padEnd(12)}${verdictOf(result).padEnd(44)}${seconds.toFixed(1).padStart(7)}`);
  }
  for (const { name, result } of ended) {
    if (result.failed > 0) console.log(`\n--- ${name} ---\n${result.output.trimEnd()}`);
  }
  const { passed, failed, skipped, words } = totalsOf(ended);
  if (skipped.length > 0) console.log("");
  for (const { name, reason } of skipped) console.log(`skipped: ${name}: ${reason}`);
  const page = process.env["GITHUB_STEP_SUMMARY"] ?? "";
  if (page !== "") appendFileSync(page, gatePage(title, ended));
  console.log(`\n${words}`);
  return failed > 0 || passed === 0 ? 1 : 0;
}
