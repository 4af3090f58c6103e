/**
 * Loads a scenario: YAML text to the canonical form, or the first thing that is wrong with it, with file, line and field.
 *
 * Pure: the caller reads files. Two texts that say the same (in another order of keys, with other units, with defaults
 * written out) load to equal canonical forms.
 */
import { checkDraft } from "./check.ts";
import type { CounterexampleRecord } from "./counterexample.ts";
import { DEDICATED_FORMER_NAME_DEFAULT } from "./defaults.ts";
import {
  fieldText,
  type FieldPath,
  type Finding,
  type ScenarioError,
  type ScenarioErrorCode,
} from "./error.ts";
import { formersOf } from "./formers.ts";
import type { HardwareFiles } from "./hardware.ts";
import type { Scenario, ScenarioFault } from "./scenario.ts";
import { readDraft, type ScenarioDraft } from "./schema.ts";
import { readScenarioText, type ScenarioText } from "./source.ts";
import { ALL_BACKUPS, FORMER_WORD, PRODUCTION_WORD } from "./targets.ts";

export type LoadResult =
  | {
      readonly ok: true;
      readonly scenario: Scenario;
      /** What the file says of the promise that broke, when it is a counterexample. */
      readonly counterexample: CounterexampleRecord | undefined;
      /** An error about a field that only somebody above this layer can find, such as a file that is missing. */
      errorAt(path: FieldPath, code: ScenarioErrorCode, message: string): ScenarioError;
    }
  | { readonly ok: false; readonly error: ScenarioError };

export interface LoadOptions {
  /** The profile files that `hardware` names, read by the caller, by the words that name them. */
  readonly hardwareFiles?: HardwareFiles | undefined;
}

/** `fileName` is only repeated in errors. */
export function loadScenario(text: string, fileName: string, options: LoadOptions = {}): LoadResult {
  const read = readScenarioText(text);
  if (!read.ok) {
    const { line, column } = read.position;
    const { message, moreCount } = read;
    return {
      ok: false,
      error: { file: fileName, line, column, field: "", code: "yaml-syntax", message, moreCount },
    };
  }
  const result = readDraft(read.text.value, options.hardwareFiles);
  const findings = result.ok ? checkDraft(result.draft) : result.findings;
  if (!result.ok || findings.length > 0) {
    return { ok: false, error: firstError(read.text, fileName, findings) };
  }
  return {
    ok: true,
    scenario: canonicalOf(result.draft),
    counterexample: result.counterexample,
    errorAt: (path, code, message) => firstError(read.text, fileName, [{ path, code, message }]),
  };
}

function firstError(text: ScenarioText, file: string, findings: readonly Finding[]): ScenarioError {
  const placed = findings.map((finding) => ({
    finding,
    position: text.position(finding.path, finding.aboutKey ?? false),
  }));
  placed.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  const first = placed[0];
  if (first === undefined) throw new Error("a refused scenario has no finding");
  const { finding, position } = first;
  return {
    file,
    line: position.line,
    column: position.column,
    field: fieldText(finding.path),
    code: finding.code,
    message: finding.message,
    moreCount: placed.length - 1,
  };
}

/** Resolves the words that do not depend on a run, and the default that depends on other fields. */
function canonicalOf(draft: ScenarioDraft): Scenario {
  const { servers } = draft;
  const hasDedicated = formersOf(draft).includes("dedicated");
  const dedicatedFormer = hasDedicated
    ? (servers.dedicatedFormer ?? DEDICATED_FORMER_NAME_DEFAULT)
    : undefined;
  const listed = namesIn(draft);
  const { network, clocks } = draft;
  const links = network.links?.map((link) => ({ ...link, from: listed(link.from), to: listed(link.to) }));
  return {
    ...draft,
    servers: { production: servers.production, backups: servers.backups, dedicatedFormer },
    network: { ...network, ...(links === undefined ? {} : { links }) },
    ...(clocks === undefined
      ? {}
      : { clocks: clocks.map((clock) => ({ ...clock, target: listed(clock.target) })) }),
    faults: draft.faults.map((fault) => withNames(fault, listed)),
  };
}

/** Turns the words for servers of a list into their names, each once. */
function namesIn(draft: ScenarioDraft): (names: readonly string[]) => string[] {
  const { production, backups, dedicatedFormer } = draft.servers;
  // With a dedicated former everywhere, its name and its role are the same server.
  const named = (name: string): string => {
    if (name === PRODUCTION_WORD) return production;
    return name === dedicatedFormer ? FORMER_WORD : name;
  };
  const { domains = {} } = draft;
  return (names) => [
    ...new Set(
      names.flatMap((name) => {
        if (name === ALL_BACKUPS) return backups;
        return Object.hasOwn(domains, name) ? (domains[name] ?? []).map(named) : [named(name)];
      }),
    ),
  ];
}

function withNames(fault: ScenarioFault, listed: (names: readonly string[]) => string[]): ScenarioFault {
  switch (fault.kind) {
    case "partition":
      return { ...fault, from: listed(fault.from), to: listed(fault.to) };
    case "operator-restore":
    case "loss":
      return fault;
    default: {
      if (!("target" in fault)) {
        return {
          ...fault,
          ...(fault.from === undefined ? {} : { from: listed(fault.from) }),
          ...(fault.to === undefined ? {} : { to: listed(fault.to) }),
        };
      }
      const names = listed(typeof fault.target === "string" ? [fault.target] : fault.target);
      const [only] = names;
      return { ...fault, target: names.length === 1 && only !== undefined ? only : names };
    }
  }
}
