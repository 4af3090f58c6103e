/**
 * A hardware profile: settings of networks, disks and processors under a name, each number with its source.
 *
 * A profile says what the sections `network`, `disk` and `processor` of a scenario say, in the same words and units. A
 * scenario names profiles in `hardware`; its own fields go before theirs, and a later profile goes before an earlier one.
 *
 * Does not cover: whether a value is in order. The scenario's schema reads the values, wherever they come from.
 */

/** Fields of one section as a scenario writes them: texts with units, counts, or groups of them. */
export type HardwareSection = Readonly<Record<string, unknown>>;

export const HARDWARE_SECTIONS = ["network", "disk", "processor"] as const;

export interface HardwareProfile {
  /** Letters, digits and "-"; what a scenario writes. */
  readonly profile: string;
  /** One line for people. */
  readonly title: string;
  readonly network?: HardwareSection;
  readonly disk?: HardwareSection;
  readonly processor?: HardwareSection;
  /** Where each number comes from, by field: "disk.latency". A field that groups others may stand for all of them. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Fields of the profile that have no source, as "disk.latency". */
export function fieldsWithoutSource(profile: HardwareProfile): string[] {
  return HARDWARE_SECTIONS.flatMap((section) =>
    Object.keys(profile[section] ?? {})
      .map((field) => `${section}.${field}`)
      .filter((field) => (profile.sources[field] ?? "").trim() === ""),
  );
}

/** Fields of the network that `quantiles` takes the place of. */
export const LATENCY_FIELDS = ["latency", "jitter", "tail"] as const;
