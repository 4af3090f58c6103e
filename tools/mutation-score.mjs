/**
 * What a run of mutation testing came to, by file: killed, survived, out of time.
 *
 * @typedef {{ id: string, fileName: string, mutatorName: string, replacement?: string | undefined, status: string,
 *   location: { start: { line: number, column: number } } }} Mutant as Stryker reports it; lines from 1
 * @typedef {{ file: string, code: string, text: string, reason: string }} KnownSurvivor `code`: the line that is changed, without
 *   its indent; `text`: into what, as it is printed
 * @typedef {{ killedCount: number, survivedCount: number, timeoutCount: number }} Counts
 * @typedef {{ name: string, lines: readonly string[] }} Program `name`: relative to the project
 * @typedef {{ file: string, line: number, code: string, text: string, status: string }} Survivor
 * @typedef {{ byFile: ReadonlyMap<string, Counts>, totalCount: number, share: number, total: Counts,
 *   unexplained: readonly Survivor[], knownCount: number, gone: readonly KnownSurvivor[] }} Score `gone`: no longer survivors of the
 *   files that were looked at. `share`: killed of those that did not run out of time
 */

/**
 * @param {string} json [{file, code, text, reason}], one entry for each survivor; throws when an entry has no reason
 * @returns {readonly KnownSurvivor[]}
 */
export function readSurvivors(json) {
  /** @type {KnownSurvivor[]} */
  const entries = JSON.parse(json);
  for (const { file, code, text, reason } of entries) {
    if (!file || !code || !text || !reason)
      throw new Error(`a known survivor needs file, code, text and reason: ${file} ${text}`);
  }
  return entries;
}

/** What was changed into what, without its place, which moves. @param {Mutant} mutant */
function textOf({ mutatorName, replacement }) {
  return `${mutatorName}: ${(replacement ?? "").replaceAll(/\s+/g, " ").slice(0, 120)}`;
}

/**
 * @param {readonly Mutant[]} mutants
 * @param {(file: string) => Program} programOf
 * @param {readonly KnownSurvivor[]} known
 * @returns {Score}
 */
export function scoreOf(mutants, programOf, known) {
  /** @type {Map<string, Counts>} */
  const byFile = new Map();
  const total = { killedCount: 0, survivedCount: 0, timeoutCount: 0 };
  /** @type {Survivor[]} */
  const unexplained = [];
  const left = [...known];
  for (const mutant of mutants) {
    const { status } = mutant;
    // Code that does not compile or that was left out by the tool is no change of the program.
    if (status === "CompileError" || status === "Ignored") continue;
    const { name: file, lines } = programOf(mutant.fileName);
    const counts = byFile.get(file) ?? { killedCount: 0, survivedCount: 0, timeoutCount: 0 };
    byFile.set(file, counts);
    const isKilled = status === "Killed" || status === "RuntimeError";
    /** @type {keyof Counts} */
    const field = isKilled ? "killedCount" : status === "Timeout" ? "timeoutCount" : "survivedCount";
    counts[field] += 1;
    total[field] += 1;
    if (field !== "survivedCount") continue;
    const text = textOf(mutant);
    const { line } = mutant.location.start;
    const code = (lines[line - 1] ?? "").trim();
    const at = left.findIndex((one) => one.file === file && one.code === code && one.text === text);
    if (at >= 0) left.splice(at, 1);
    else unexplained.push({ file, line, code, text, status });
  }
  const gone = left.filter(({ file }) => byFile.has(file));
  const knownCount = known.length - left.length;
  const judgedCount = total.killedCount + total.survivedCount;
  const share = judgedCount === 0 ? 0 : total.killedCount / judgedCount;
  return {
    byFile,
    totalCount: judgedCount + total.timeoutCount,
    share,
    total,
    unexplained,
    knownCount,
    gone,
  };
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
