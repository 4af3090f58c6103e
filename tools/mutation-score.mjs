/**
 * What a run of mutation testing came to, by file: killed, survived, out of time.
 *
 * @typedef {{ id: string, fileName: string, mutatorName: string, replacement?: string | undefined, status: string,
 *   location: { start: { line: number, column: number } } }} Mutant as Stryker reports it; lines from 0
 * @typedef {{ file: string, text: string, reason: string }} KnownSurvivor
 * @typedef {{ killedCount: number, survivedCount: number, timeoutCount: number }} Counts
 * @typedef {{ file: string, line: number, text: string, status: string }} Survivor
 * @typedef {{ byFile: ReadonlyMap<string, Counts>, totalCount: number, share: number, total: Counts,
 *   unexplained: readonly Survivor[], knownCount: number }} Score `share`: killed of those that did not run out of time
 */

/**
 * @param {string} json [{file, text, reason}]; throws when an entry has no reason
 * @returns {readonly KnownSurvivor[]}
 */
export function readSurvivors(json) {
  /** @type {KnownSurvivor[]} */
  const entries = JSON.parse(json);
  for (const { file, text, reason } of entries) {
    if (!file || !text || !reason)
      throw new Error(`a known survivor needs file, text and reason: ${file} ${text}`);
  }
  return entries;
}

/** What was changed into what, without its place, which moves. @param {Mutant} mutant */
function textOf({ mutatorName, replacement }) {
  return `${mutatorName}: ${(replacement ?? "").replaceAll(/\s+/g, " ").slice(0, 120)}`;
}

/**
 * @param {readonly Mutant[]} mutants
 * @param {(file: string) => string} nameOf relative to the project
 * @param {readonly KnownSurvivor[]} known
 * @returns {Score}
 */
export function scoreOf(mutants, nameOf, known) {
  /** @type {Map<string, Counts>} */
  const byFile = new Map();
  const total = { killedCount: 0, survivedCount: 0, timeoutCount: 0 };
  /** @type {Survivor[]} */
  const unexplained = [];
  let knownCount = 0;
  for (const mutant of mutants) {
    const { status } = mutant;
    // Code that does not compile or that was left out by the tool is no change of the program.
    if (status === "CompileError" || status === "Ignored") continue;
    const file = nameOf(mutant.fileName);
    const counts = byFile.get(file) ?? { killedCount: 0, survivedCount: 0, timeoutCount: 0 };
    byFile.set(file, counts);
    const isKilled = status === "Killed" || status === "RuntimeError";
    /** @type {keyof Counts} */
    const field = isKilled ? "killedCount" : status === "Timeout" ? "timeoutCount" : "survivedCount";
    counts[field] += 1;
    total[field] += 1;
    if (field !== "survivedCount") continue;
    const text = textOf(mutant);
    if (known.some((one) => one.file === file && one.text === text)) knownCount += 1;
    else unexplained.push({ file, line: mutant.location.start.line + 1, text, status });
  }
  const judgedCount = total.killedCount + total.survivedCount;
  const share = judgedCount === 0 ? 0 : total.killedCount / judgedCount;
  return { byFile, totalCount: judgedCount + total.timeoutCount, share, total, unexplained, knownCount };
}

/** @param {Score} score */
export function tableOf({ byFile, total, share, knownCount }) {
  /** @param {string} name @param {Counts} counts */
  const row = (name, { killedCount, survivedCount, timeoutCount }) => {
    const judgedCount = killedCount + survivedCount;
    const percent = judgedCount === 0 ? "-" : `${((killedCount / judgedCount) * 100).toFixed(1)} %`;
    const cells = [killedCount, survivedCount, timeoutCount].map((count) => String(count).padStart(9));
    return `${name.padEnd(44)}${cells.join("")}${percent.padStart(10)}`;
  };
  const head = `${"file".padEnd(44)}${["killed", "survived", "time-out"].map((word) => word.padStart(9)).join("")}${"score".padStart(10)}`;
  const rows = [...byFile]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, counts]) => row(file, counts));
  const end = `${(share * 100).toFixed(1)} % of the mutants that did not run out of time were killed; ${knownCount} survivors were looked at`;
  return [head, ...rows, row("all", total), end].join("\n");
}
