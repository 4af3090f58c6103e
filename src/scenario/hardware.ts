/**
 * Puts the hardware profiles that a scenario names under its own fields, before the schema reads them.
 *
 * Invariant: what the scenario says itself always wins, field by field; of two profiles the later one wins. Quantiles
 * of a latency and its other fields say the same, and stand in each other's place. A scenario that
 * names a profile and one that writes the same numbers down are the same scenario, with the same hash.
 */
import type { Finding } from "./error.ts";
import { HARDWARE_SECTIONS, type HardwareProfile, LATENCY_FIELDS } from "./hardware-profile.ts";
import { type Fields, isFields } from "./plain-data.ts";
import { SHIPPED_HARDWARE } from "./hardware-shipped.ts";

/** A name with such an end is a file of its own, relative to the scenario's folder. */
const FILE_NAME = /\.ya?ml$/;

/** By the word that the scenario writes. */
export type HardwareFiles = ReadonlyMap<string, HardwareProfile>;

interface NamedProfile {
  readonly word: string;
  readonly path: readonly (string | number)[];
}

/** What stands in `hardware`, as far as it is text; the schema refuses the rest. */
function namedProfiles(value: unknown): NamedProfile[] {
  if (!isFields(value)) return [];
  const { hardware } = value;
  if (typeof hardware === "string") return [{ word: hardware, path: ["hardware"] }];
  if (!Array.isArray(hardware)) return [];
  return hardware.flatMap((word: unknown, index) =>
    typeof word === "string" ? [{ word, path: ["hardware", index] }] : [],
  );
}

/** Profile files that the scenario names, with the field that does; `value` is the scenario's plain data. */
export function hardwareFilesOf(value: unknown): readonly NamedProfile[] {
  return namedProfiles(value).filter(({ word }) => FILE_NAME.test(word));
}

export interface WithHardware {
  /** The scenario's data with the profiles' fields in it; a copy. */
  readonly value: unknown;
  readonly findings: readonly Finding[];
}

/** `files`: the profile files that were read, one for each that `hardwareFilesOf` gives. */
export function withHardware(value: unknown, files: HardwareFiles): WithHardware {
  const named = namedProfiles(value);
  if (named.length === 0 || !isFields(value)) return { value, findings: [] };
  const findings: Finding[] = [];
  const merged: Record<string, unknown> = { ...value };
  const own = new Map(HARDWARE_SECTIONS.map((section) => [section, value[section]]));
  const fromProfiles: Record<string, Record<string, unknown>> = {};
  for (const { word, path } of named) {
    const profile = files.get(word) ?? SHIPPED_HARDWARE.find((each) => each.profile === word);
    if (profile === undefined) {
      findings.push({ path, code: "unknown-hardware", message: unknownMessage(word) });
      continue;
    }
    for (const section of HARDWARE_SECTIONS) {
      if (profile[section] === undefined) continue;
      fromProfiles[section] = laidOver(fromProfiles[section] ?? {}, profile[section]);
    }
  }
  for (const [section, fields] of Object.entries(fromProfiles)) {
    const written = own.get(section as (typeof HARDWARE_SECTIONS)[number]);
    // What is no group of fields is refused by the schema, with its place.
    if (written === undefined || isFields(written)) merged[section] = laidOver(fields, written ?? {});
  }
  return { value: merged, findings };
}

/** The fields of both; `over` wins. */
function laidOver(under: Fields, over: Fields): Record<string, unknown> {
  const laid = { ...under };
  if (over["quantiles"] !== undefined) for (const field of LATENCY_FIELDS) delete laid[field];
  if (LATENCY_FIELDS.some((field) => over[field] !== undefined)) delete laid["quantiles"];
  return { ...laid, ...over };
}

function unknownMessage(word: string): string {
  const shipped = SHIPPED_HARDWARE.map(({ profile }) => profile).join(", ");
  if (FILE_NAME.test(word)) return `names the profile file ${JSON.stringify(word)}, which was not read`;
  return `must be one of ${shipped}, or a profile file that ends in .yaml, not ${JSON.stringify(word)}`;
}
