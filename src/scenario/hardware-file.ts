/**
 * Reads a hardware profile file: YAML text to a profile, or the first thing that is wrong with it.
 *
 * `ckptlab calibrate` writes such files. What they measured beyond the simulator's settings stands in `measured` and is
 * for people: it is not read.
 */
import { z } from "zod";
import type { ScenarioError } from "./error.ts";
import { findingsOf } from "./findings.ts";
import { nameField } from "./fields.ts";
import { fieldsWithoutSource, type HardwareProfile } from "./hardware-profile.ts";
import { loadScenario } from "./load.ts";
import { readScenarioText } from "./source.ts";

const section = z.record(z.string(), z.unknown()).optional();

const PROFILE_SCHEMA = z.strictObject({
  profile: nameField("Name of the profile."),
  title: z.string().min(1),
  network: section,
  disk: section,
  processor: section,
  sources: z.record(z.string(), z.string().min(1)).prefault({}),
  measured: z.record(z.string(), z.unknown()).optional(),
});

export type HardwareFileResult =
  | { readonly ok: true; readonly profile: HardwareProfile }
  | { readonly ok: false; readonly error: ScenarioError };

/** `fileName` is only repeated in errors. */
export function loadHardwareFile(text: string, fileName: string): HardwareFileResult {
  const read = readScenarioText(text);
  if (!read.ok) {
    const { position, message, moreCount } = read;
    const place = { file: fileName, line: position.line, column: position.column };
    return { ok: false, error: { ...place, field: "", code: "yaml-syntax", message, moreCount } };
  }
  const refuse = (path: readonly (string | number)[], code: ScenarioError["code"], message: string) => {
    const { line, column } = read.text.position(path, false);
    const field = path.join(".");
    return {
      ok: false as const,
      error: { file: fileName, line, column, field, code, message, moreCount: 0 },
    };
  };
  const parsed = PROFILE_SCHEMA.safeParse(read.text.value);
  if (!parsed.success) {
    const [first] = findingsOf(read.text.value, parsed.error.issues);
    return refuse(first?.path ?? [], first?.code ?? "wrong-type", first?.message ?? "is no hardware profile");
  }
  const { measured: _, network, disk, processor, ...rest } = parsed.data;
  const profile: HardwareProfile = {
    ...rest,
    ...(network === undefined ? {} : { network }),
    ...(disk === undefined ? {} : { disk }),
    ...(processor === undefined ? {} : { processor }),
  };
  const [unsourced] = fieldsWithoutSource(profile);
  if (unsourced !== undefined) {
    return refuse(["sources"], "missing-field", `has no source for ${unsourced}`);
  }
  const checked = loadScenario(exampleText(profile), fileName);
  if (checked.ok) return { ok: true, profile };
  const { field, code, message } = checked.error;
  return refuse(field.split("."), code, message);
}

/** A scenario that says what the profile says: the scenario's own schema judges the values. JSON is YAML. */
function exampleText({ network, disk, processor }: HardwareProfile): string {
  const workload = { kind: "synthetic", image: "1KiB" };
  return JSON.stringify({
    name: "profile",
    servers: { backups: ["a", "b"] },
    scheme: "mirror:2",
    network,
    disk,
    processor,
    workload,
  });
}
