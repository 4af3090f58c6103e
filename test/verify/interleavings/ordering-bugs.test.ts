/**
 * The zoo's bugs of the protocol's rules, each planted into the core's source text and found by the model checker alone.
 *
 * The table of what was found where is docs/ordering-bugs.md; `npx vitest run test/verify/interleavings -u` writes it anew.
 */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { format, resolveConfig } from "prettier";
import { afterAll, describe, expect, test } from "vitest";
import { removeFolder, scratchFolder } from "../../scratch-folder.ts";
import { BUGS } from "../../zoo/bugs/index.ts";
import { buildHunt } from "../../zoo/bundle.ts";
import { CONFIGURATIONS, replaySchedule } from "../../../src/verify/interleavings/index.ts";
import type * as Bundled from "./bundled-exploration.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");

/** Where each is looked for: the configuration that was made for it. */
const FOUND_IN: Readonly<Record<string, keyof typeof CONFIGURATIONS>> = {
  "ballot-not-compared": "takeover",
  "survey-before-promise": "takeover",
  "promise-before-flush": "crash",
  "acknowledged-before-flush": "crash",
  "blank-acts-at-once": "diskLoss",
  "incomplete-counts": "diskLoss",
  "welcomers-promise-ignored": "rejoin",
  "ended-life-counts": "rejoin",
  "same-incarnation-twice": "race",
  "durable-one-short": "takeover",
  "newest-by-sequence": "twoInARow",
  "retired-at-begin": "twoCheckpoints",
  "late-acknowledgement-counts": "attempts",
  "attempts-overwrite": "attemptsLoss",
  "older-when-fetch-fails": "waiting",
  "restored-counts-as-durable": "keptUntilDurable",
  "promise-ends-with-store": "failedFetch",
  "quorum-one-short": "diskLoss",
  "one-welcome-less": "rejoin",
  "older-word-to-retire": "restorerCrash",
  "nothing-rebuilt": "diskLoss",
  "ended-life-stored-for": "attempts",
  "late-hello-heeded": "lateHello",
  "damaged-manifest-forgotten": "rotManifest",
  "older-control-record": "rotControl",
  "everybody-named-as-awaited": "waiting",
  "no-fresh-checkpoint": "refresh",
};

/** Bugs of rules that another search has to find, with the reason. */
const NOT_EXPRESSED: Readonly<Record<string, string>> = {
  "incremental checkpoint durable before its base; first after a restore not full; retire ignores references":
    "every checkpoint is full, so nothing refers to another one",
};

const folder = scratchFolder(ROOT, "orders");
afterAll(() => removeFolder(folder));

const rows: string[] = [];

describe("a bug of the protocol's rules is found by the model checker, and its schedule shows it again", () => {
  for (const [id, name] of Object.entries(FOUND_IN)) {
    test(`${id} in ${name}`, { timeout: 120_000 }, async () => {
      const bug = BUGS.find((each) => each.id === id);
      if (bug === undefined) throw new Error(`the zoo has no ${id}`);
      const outFile = path.join(folder, `${id}.mjs`);
      await buildHunt({
        root: ROOT,
        bug,
        outFile,
        entry: "test/verify/interleavings/bundled-exploration.ts",
      });
      const patched = (await import(/* @vite-ignore */ pathToFileURL(outFile).href)) as typeof Bundled;
      const found = patched.hunt(name);
      if (found === undefined) throw new Error("not found");
      expect(bug.breaks).toContain(found.promise);
      expect(patched.outcomeOf(found.text)).toBe("breaks-again");
      // Without the bug the same steps break nothing, or are no choices any more.
      const sound = replaySchedule(found.text);
      expect(sound.ok && ["holds", "another-course"].includes(sound.outcome)).toBe(true);
      const { choiceCount, visited, promise } = found;
      rows.push(
        row([
          `\`${id}\``,
          bug.source,
          CONFIGURATIONS[name].name,
          String(choiceCount),
          String(visited),
          promise,
        ]),
      );
    });
  }

  test("the table in the documentation says so", async () => {
    expect(rows.length).toBe(Object.keys(FOUND_IN).length);
    const file = path.join(ROOT, "docs/ordering-bugs.md");
    const text = await format(page(), { ...(await resolveConfig(file)), filepath: file });
    await expect(text).toMatchFileSnapshot(file);
  });
});

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function page(): string {
  return [
    "# Ordering bugs that the model checker finds\n",
    "This page is made by `npx vitest run test/verify/interleavings/ordering-bugs.test.ts -u`.\n",
    "Each bug breaks one rule of the [protocol](protocol.md). It is planted into the real core's source text, as in the [zoo](zoo.md), and looked for in one configuration of the [model checker](verification.md). The search is breadth first, so that no run with fewer choices breaks anything, but for dead ends (`decidability`), which are looked for from a share of the states. A choice is a message that arrives, a timer, a disk operation, a fault, or what the software and the operator ask for.\n",
    row(["Bug", "Rule", "Configuration", "Choices", "States visited", "Promise"]),
    row(["---", "---", "---", "---:", "---:", "---"]),
    ...rows,
    "",
    "Not there:\n",
    ...Object.entries(NOT_EXPRESSED).map(([rule, reason]) => `- ${rule}: ${reason}.`),
    "",
  ].join("\n");
}
