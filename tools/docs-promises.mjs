/**
 * Writes docs/promises.md from the promises of the built code: what each claims, what its checker looks at, what not.
 *
 * Usage: node tools/docs-promises.mjs     (after a build)
 * test/docs.test.ts makes the same page from the sources and compares, so the committed page cannot go stale.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";

/** @typedef {Readonly<{ id: string, claim: string, checks: readonly string[], doesNotCheck: readonly string[] }>} DescribedPromise */

export const PROMISES_PAGE = fileURLToPath(new URL("../docs/promises.md", import.meta.url));

/** Files of checkers that carry more than their own name says. */
const PARTS = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  decidability: ["decidability-time", "decidability-exact"],
});

const OPENING = `# The promises

This page is made from the code by \`node tools/docs-promises.mjs\`, after \`npm run build\`. A test compares the two.

Every run is judged by ten checkers. A checker is a pure function of the run's
[history](../src/sim/history.ts). Facts that the simulator saw outrank what the servers said. It never looks into the
protocol's state and shares no arithmetic with the core: placement, decodability and the order of keys are written again
in [src/verify/oracle](../src/verify/oracle) and [src/verify/facts](../src/verify/facts).

Each checker gives one of four answers:

- \`held\`: it checked something and found nothing wrong. The count says how many things it checked.
- \`broken\`: it found a violation. Each one is a sentence that names servers and times.
- \`not-exercised\`: the run gave it nothing to check.
- \`not-promised\`: the scenario says \`budget: beyond\`, and only integrity, fencing and decidability hold whatever
  happens.

Bounds of time and limits of counts are computed from the scenario's settings in
[bounds.ts](../src/verify/bounds.ts). They are wide on purpose: they say "not for ever". Thresholds of a scenario say
"fast" ([scenarios.md](scenarios.md#thresholds)).

Each checker has a bug planted into the real core that makes it fail, in
[planted-bugs.test.ts](../test/verify/simulation/planted-bugs.test.ts).
`;

/** @param {DescribedPromise} promise */
function sectionOf({ id, claim, checks, doesNotCheck }) {
  const files = [id, ...(PARTS[id] ?? [])];
  const links = files.map((file) => `[${file}.ts](../src/verify/promises/${file}.ts)`).join(", ");
  const list = (/** @type {readonly string[]} */ sentences) =>
    sentences.map((sentence) => `- ${sentence}`).join("\n");
  return `## ${id}\n\n${claim}\n\nCode: ${links}\n\nWhat is checked:\n\n${list(checks)}\n\nWhat is not checked:\n\n${list(doesNotCheck)}\n`;
}

/** @param {readonly DescribedPromise[]} promises */
export async function promisesPage(promises) {
  const text = [OPENING, ...promises.map(sectionOf)].join("\n");
  return format(text, { ...(await resolveConfig(PROMISES_PAGE)), parser: "markdown" });
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  // A variable, so that type-checking needs no build.
  const built = new URL("../dist/verify/promises/index.js", import.meta.url).href;
  const { PROMISES } = await import(built);
  writeFileSync(PROMISES_PAGE, await promisesPage(PROMISES));
}
