/**
 * The documentation is true of the code, as far as a program can tell: links lead somewhere, commands are understood,
 * tables and pictures are what the code computes, examples run, generated pages are the generated ones.
 */
import { BUGS } from "./zoo/bugs/index.ts";
import { existsSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { runProgram } from "../src/cli/program.ts";
import { quorumOf } from "../src/core/protocol/cluster.ts";
import { createLayout, memberAtPosition } from "../src/core/redundancy/layout.ts";
import { parseScheme } from "../src/core/redundancy/scheme.ts";
import { loadScenario } from "../src/scenario/load.ts";
import { scenarioJsonSchema } from "../src/scenario/schema.ts";
import { PROMISES } from "../src/verify/promises/index.ts";
import { runScenario } from "../src/verify/run.ts";
import { promisesPage } from "../tools/docs-promises.mjs";
import {
  allPages,
  anchorsOf,
  commandLinesOf,
  fencesOf,
  linksOf,
  readPage,
  ROOT,
  rowsOf,
} from "./docs-pages.ts";

const PAGES = allPages();

describe("links", () => {
  it("lead to files and headings that exist", () => {
    const missing: string[] = [];
    let linkCount = 0;
    for (const { file, text } of PAGES) {
      for (const link of linksOf(text)) {
        const [target = "", anchor] = link.split("#");
        const found = target === "" ? file : path.join(path.dirname(file), decodeURIComponent(target));
        const isThere = existsSync(path.join(ROOT, found));
        const hasAnchor =
          anchor === undefined ||
          !found.endsWith(".md") ||
          (isThere && anchorsOf(readPage(found).text).has(anchor));
        if (!isThere || !hasAnchor) missing.push(`${file}: ${link}`);
        linkCount += 1;
      }
    }
    expect(missing).toEqual([]);
    expect(linkCount).toBeGreaterThan(200);
  });

  it("every decision record is linked from a page, and numbered without a gap", () => {
    const records = PAGES.filter(({ file }) => file.startsWith("docs/adr/"));
    const numbers = records.map(({ file }) => Number(path.basename(file).slice(0, 4)));
    expect(numbers).toEqual(records.map((_, index) => index + 1));
    const linked = PAGES.flatMap(({ text }) => linksOf(text)).map((link) => path.basename(link));
    for (const { file } of records) expect(linked).toContain(path.basename(file));
  });
});

interface Option {
  readonly takesValue: boolean;
  readonly takesMany: boolean;
  readonly choices: readonly string[];
}

/** What the command line says of itself: the options of one command, by name; undefined for no such command. */
async function optionsOf(command: string): Promise<ReadonlyMap<string, Option> | undefined> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const exitCode = await runProgram([command, "--help"], { stdout, stderr, environment: {} });
  const help = String(stdout.read() ?? "");
  if (exitCode !== 0 || !help.startsWith(`Usage: ckptlab ${command}`)) return undefined;
  const options = new Map<string, Option>();
  const found = help.matchAll(/^ +(?:-\w, )?(--[\w-]+)(?: (<[^>]+>))?([\s\S]*?)(?=^ +-|^$|(?![\s\S]))/gm);
  for (const [, name = "", value, description = ""] of found) {
    const choices = /choices: ([^)]*)\)/.exec(description.replace(/\s+/g, " "))?.[1] ?? "";
    options.set(name, {
      takesValue: value !== undefined,
      takesMany: value?.includes("...") === true,
      choices: [...choices.matchAll(/"([^"]*)"/g)].map(([, choice]) => choice ?? ""),
    });
  }
  return options;
}

describe("command lines", () => {
  const lines = PAGES.flatMap(({ file, text }) => commandLinesOf(text).map((words) => ({ file, words })));

  it("name commands and options that exist, with values that are accepted", async () => {
    expect(lines.length).toBeGreaterThan(10);
    for (const { file, words } of lines) {
      const [command = "", ...rest] = words;
      const where = `${file}: ckptlab ${words.join(" ")}`;
      if (command.startsWith("-")) {
        expect(["--help", "--version"], where).toContain(command);
        continue;
      }
      if (command === "…") continue;
      const options = await optionsOf(command);
      if (options === undefined) throw new Error(`${where}: no such command`);
      for (const [index, word] of rest.entries()) {
        if (!word.startsWith("--")) continue;
        const option = options.get(word);
        if (option === undefined) throw new Error(`${where}: no option ${word}`);
        const value = rest[index + 1];
        if (!option.takesValue) continue;
        expect(value?.startsWith("--") ?? true, `${where}: ${word} needs a value`).toBe(false);
        // Words in capitals stand for something.
        if (value === undefined || /^[A-Z.]+$/.test(value)) continue;
        if (option.choices.length > 0) expect(option.choices, where).toContain(value);
        if (word === "--scheme") expect(parseScheme(value).ok, where).toBe(true);
        if (word === "--seeds" || word === "--width") expect(value, where).toMatch(/^[1-9][0-9]*$/);
      }
    }
  });

  it("name scenario files that exist", () => {
    const files = lines.flatMap(({ words }) => words).filter((word) => /^scenarios\/.*\.yaml$/.test(word));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(existsSync(path.join(ROOT, file)), file).toBe(true);
  });

  it("npm scripts and tools that are named exist", () => {
    const { scripts } = JSON.parse(readPage("package.json").text) as { scripts: Record<string, string> };
    for (const { file, text } of PAGES) {
      for (const [, name = ""] of text.matchAll(/npm run ([\w:-]+)/g))
        expect(scripts[name], `${file}: ${name}`).toBeDefined();
      for (const [tool] of text.matchAll(/(?:tools|bench)\/[\w-]+\.mjs/g)) {
        expect(existsSync(path.join(ROOT, tool)), `${file}: ${tool}`).toBe(true);
      }
    }
  });
});

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly oneOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly propertyNames?: SchemaNode;
  readonly const?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
}

interface SchemaField {
  readonly name: string;
  readonly node: SchemaNode;
  readonly required: boolean;
}

/** The leaves of the scenario schema; lists, thresholds and the kinds of workloads and faults are described in words. */
function fieldsOf(node: SchemaNode, prefix: string): SchemaField[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const full = `${prefix}${name}`;
    if (full === "expect" || name === "kind") return [];
    if (child.oneOf !== undefined) return child.oneOf.flatMap((each) => fieldsOf(each, `${full}.`));
    if (child.properties !== undefined) return fieldsOf(child, `${full}.`);
    return [{ name: full, node: child, required: node.required?.includes(name) === true }];
  });
}

describe("docs/scenarios.md", () => {
  const page = readPage("docs/scenarios.md").text;
  const rows = rowsOf(page).filter(([field = ""]) => /^`[\w.]+`$/.test(field));
  const fields = fieldsOf(scenarioJsonSchema() as SchemaNode, "");

  it("lists every field with its default and its bounds, and no other", () => {
    expect(fields.length).toBeGreaterThan(40);
    for (const { name, node, required } of fields) {
      const known = rows.filter(([field]) => field === `\`${name}\``);
      const where = `${name}: ${JSON.stringify(known)}`;
      const fits = known.some(([, , fallback = "", bounds = ""]) => {
        if (required && fallback !== "required") return false;
        const texts = node.default === undefined || Array.isArray(node.default) ? [] : [String(node.default)];
        if (!texts.every((text) => fallback === `\`${text}\``)) return false;
        if (node.type === "integer") return bounds.startsWith(`${node.minimum} to ${node.maximum}`);
        return (node.enum ?? []).every((word) => bounds.includes(`\`${word}\``));
      });
      expect(fits, where).toBe(true);
    }
    const names = new Set(fields.map(({ name }) => `\`${name}\``));
    const { properties } = scenarioJsonSchema() as SchemaNode;
    const thresholds = properties?.["expect"]?.propertyNames?.enum ?? [];
    expect(thresholds.length).toBeGreaterThan(0);
    for (const name of thresholds) names.add(`\`expect.${name}\``);
    expect(rows.map(([field = ""]) => field).filter((field) => !names.has(field))).toEqual([]);
    for (const name of thresholds)
      expect(
        rows.some(([field]) => field === `\`expect.${name}\``),
        name,
      ).toBe(true);
  });
});

describe("examples of scenarios", () => {
  const examples = PAGES.flatMap(({ file, text }) =>
    fencesOf(text).flatMap(({ info, body }) =>
      info === "yaml" && body.startsWith("name:") ? [{ file, body }] : [],
    ),
  );
  for (const { file, body } of examples) {
    it(`${file}, ${body.split("\n")[0]}: loads, holds every promise and meets its thresholds`, async () => {
      const loaded = loadScenario(body, file);
      if (!loaded.ok) throw new Error(loaded.error.message);
      const result = await runScenario(loaded.scenario);
      expect(result.promises.flatMap(({ violations }) => violations)).toEqual([]);
      expect(result.verdict).toBe("held");
      expect(result.restores.at(-1)?.verdict).toBe("restored");
      expect(result.thresholds.filter(({ met }) => !met)).toEqual([]);
    });
  }
  it("docs/scenarios.md has two", () => {
    expect(examples.filter(({ file }) => file === "docs/scenarios.md")).toHaveLength(2);
  });
});

describe("docs/faults.md", () => {
  const COMMON = ["at", "atEvent", "perHour", "during", "kind", "toleranceMin", "some", "within"];
  it("has a section for each kind of fault, with each of its fields", () => {
    const page = readPage("docs/faults.md").text;
    const list = (scenarioJsonSchema() as SchemaNode).properties?.["faults"];
    const kinds = list?.items?.oneOf ?? [];
    expect(kinds.length).toBeGreaterThan(0);
    const intro = page.slice(0, page.indexOf("\n## "));
    const common = rowsOf(intro).flatMap(([field = ""]) => /^`(\w+)`$/.exec(field)?.[1] ?? []);
    expect(common.filter((name) => name !== "target").sort()).toEqual([...COMMON].sort());
    const reached = page.split(/^## /m).find((text) => text.startsWith("Reach\n")) ?? "";
    const counted = rowsOf(reached).flatMap(([names = ""]) => names.split(", "));
    expect(counted.filter((name) => name !== "Kind").sort()).toEqual(
      kinds.map((kind) => kind.properties?.["kind"]?.const ?? "").sort(),
    );
    for (const kind of kinds) {
      const word = kind.properties?.["kind"]?.const ?? "";
      const section = page.split(/^## /m).find((text) => text.startsWith(`${word}\n`)) ?? "";
      const documented = rowsOf(section).flatMap(([field = ""]) => /^`(\w+)`$/.exec(field)?.[1] ?? []);
      const own = Object.keys(kind.properties ?? {}).filter((name) => !COMMON.includes(name));
      expect(documented, word).toEqual(own);
    }
  });
});

describe("docs/protocol.md", () => {
  const page = readPage("docs/protocol.md").text;

  it("the quorum table is what the code computes", () => {
    const rows = rowsOf(page)
      .map((cells) => cells.map(Number))
      .filter((cells) => cells.length === 6 && cells.every(Number.isInteger));
    expect(rows.length).toBeGreaterThan(5);
    for (const [slotCount = 0, schemeTolerance = 0, ...figures] of rows) {
      const { tolerance, promiseCount, completeCount, welcomeCount } = quorumOf(slotCount, schemeTolerance);
      expect(figures).toEqual([tolerance, promiseCount, completeCount, welcomeCount]);
    }
  });

  it("each rule names functions that stand in the files linked beside them", () => {
    const rules = rowsOf(page).filter(([rule = ""]) => /^R[0-9]+$/.test(rule));
    expect(rules.map(([rule]) => rule)).toEqual(Array.from({ length: 14 }, (_, index) => `R${index + 1}`));
    for (const [rule, , where = ""] of rules) {
      const code = linksOf(where)
        .map((link) => readPage(path.join("docs", link)).text)
        .join("\n");
      const names = [...where.matchAll(/`(\w+)`/g)]
        .map(([, name]) => name ?? "")
        .filter((name) => name !== "stored");
      expect(names.length, rule).toBeGreaterThan(0);
      for (const name of names) expect(code.includes(`function ${name}(`), `${rule}: ${name}`).toBe(true);
    }
  });
});

describe("the table of known bugs in docs/protocol.md", () => {
  it("names bugs of the zoo that the zoo finds", () => {
    const rows = rowsOf(readPage("docs/protocol.md").text).filter(([, shown = ""]) =>
      shown.includes("(zoo.md)"),
    );
    expect(rows.length).toBeGreaterThan(10);
    const found = new Set(BUGS.map(({ id }) => id));
    for (const [, shown = ""] of rows) {
      const ids = [...shown.matchAll(/`([a-z-]+)`/g)].map((match) => match[1]);
      expect(ids.length, shown).toBeGreaterThan(0);
      for (const id of ids) expect(found, shown).toContain(id);
    }
  });
});

describe("docs/schemes.md", () => {
  const pictures = fencesOf(readPage("docs/schemes.md").text).filter(({ info }) => info.startsWith("text "));
  for (const { info, body } of pictures) {
    it(`the picture of ${info.slice("text ".length)} is what the code lays out`, () => {
      const [, text = "", , widthText = "", placement] = info.split(" ");
      const parsed = parseScheme(text);
      if (!parsed.ok) throw new Error(parsed.error.message);
      const { scheme } = parsed;
      const width = Number(widthText);
      const groupCount = body.trimEnd().split("\n").length - 1;
      const declusteredOver = placement === "declustered" ? width : undefined;
      const imageBytes = groupCount * scheme.k;
      const made = createLayout({ scheme, imageBytes, subsegmentBytes: 1, width, declusteredOver });
      if (!made.ok) throw new Error(made.error.message);
      const cell = (group: number, position: number): string => {
        const member = memberAtPosition(made.layout, group, position);
        if (member === undefined) return ".";
        if (member < scheme.k) return `d${group * scheme.k + member}`;
        return scheme.k === 1 ? `c${group}` : `${"pqrst"[member - scheme.k]}${group}`;
      };
      const positions = Array.from({ length: width }, (_, position) => position);
      const lines = [
        ["group", ...positions.map((position) => `s${position}`)],
        ...Array.from({ length: groupCount }, (_, group) => [
          String(group),
          ...positions.map((position) => cell(group, position)),
        ]),
      ].map((cells) =>
        cells
          .map((text) => text.padEnd(6))
          .join("")
          .trimEnd(),
      );
      expect(body.trimEnd().split("\n")).toEqual(lines);
    });
  }
  it("has pictures of all kinds of schemes", () => {
    expect(new Set(pictures.map(({ info }) => info.split(/[ :]/)[1])).size).toBe(5);
  });
});

describe("docs/promises.md", () => {
  it("is the page that tools/docs-promises.mjs makes from the code", async () => {
    expect(readPage("docs/promises.md").text).toBe(await promisesPage(PROMISES));
  });
});
