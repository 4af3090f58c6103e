/**
 * Writes a scenario without what its defaults say anyway, for people to read.
 *
 * Invariant: the text loads to the same canonical scenario as `writeScenario`'s, as long as the defaults stay what they are.
 */
import { parse, stringify } from "yaml";
import { canonicalJson } from "./canonical.ts";
import type { CounterexampleRecord } from "./counterexample.ts";
import { loadScenario } from "./load.ts";
import type { Scenario } from "./scenario.ts";
import { isFields } from "./plain-data.ts";
import { writeScenario } from "./write.ts";

type Fields = Record<string, unknown>;

/** What a reader looks for, whatever its value. */
const ALWAYS: ReadonlySet<string> = new Set([
  "name",
  "title",
  "seed",
  "scheme",
  "faults",
  "duration",
  "counterexample",
]);

export function writeBrief(scenario: Scenario, counterexample?: CounterexampleRecord): string {
  const canonical = canonicalJson(scenario);
  const isSame = (fields: Fields): boolean => {
    // JSON is YAML, and quicker to write.
    const loaded = loadScenario(JSON.stringify(fields), "brief");
    return loaded.ok && canonicalJson(loaded.scenario) === canonical;
  };
  let brief = parse(writeScenario(scenario)) as Fields;
  const prune = (path: readonly (string | number)[], value: unknown): void => {
    const shorter = without(brief, path);
    if (isSame(shorter)) brief = shorter;
    else if (isFields(value))
      for (const [name, inner] of Object.entries(value)) prune([...path, name], inner);
  };
  for (const [name, value] of Object.entries(brief)) if (!ALWAYS.has(name)) prune([name], value);
  for (const [index, fault] of (brief["faults"] as Fields[]).entries())
    for (const [name, value] of Object.entries(fault)) prune(["faults", index, name], value);
  return stringify({ ...brief, counterexample }, { aliasDuplicateObjects: false });
}

/** A copy that lacks one field; the others stay in their order. */
function without(fields: Fields, path: readonly (string | number)[]): Fields {
  const copy = structuredClone(fields);
  let inner: Fields = copy;
  for (const step of path.slice(0, -1)) inner = inner[step] as Fields;
  delete inner[path.at(-1) as string];
  return copy;
}
