/**
 * Reads a scenario file, and the files that its workload names, relative to the scenario's folder.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Segment } from "../core/checkpoint/image.ts";
import { imageFinding } from "../scenario/check-image.ts";
import type { CounterexampleRecord } from "../scenario/counterexample.ts";
import { fieldText, scenarioErrorText } from "../scenario/error.ts";
import { loadHardwareFile } from "../scenario/hardware-file.ts";
import { hardwareFilesOf } from "../scenario/hardware.ts";
import type { HardwareProfile } from "../scenario/hardware-profile.ts";
import { loadScenario, type LoadResult } from "../scenario/load.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { readScenarioText } from "../scenario/source.ts";
import { IMAGE_BYTES_MAX } from "../scenario/workload-schema.ts";
import { accepted, type Checked, fileErrorWords, refused } from "./input-error.ts";

export interface ScenarioFile {
  readonly scenario: Scenario;
  /** The files of a `files` workload in its order; undefined for other workloads. */
  readonly files: Segment[] | undefined;
  /** What the file says of the promise that broke, when it is a counterexample. */
  readonly counterexample: CounterexampleRecord | undefined;
  /** The error that this scenario has no `compare`. */
  readonly compareMissing: string;
}

type LoadedScenario = Extract<LoadResult, { ok: true }>;

export async function readTextFile(file: string): Promise<Checked<string>> {
  try {
    return accepted(new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file)));
  } catch (error) {
    // The decoder refuses bytes that are not UTF-8 with a TypeError.
    const words = error instanceof TypeError ? "it is not UTF-8 text" : fileErrorWords(error);
    if (words === undefined) throw error;
    return refused(`${file}: cannot be read: ${words}`);
  }
}

export async function readScenarioFile(file: string): Promise<Checked<ScenarioFile>> {
  const text = await readTextFile(file);
  return text.ok ? scenarioFileOf(text.value, file) : text;
}

/** As `readScenarioFile`, with the text at hand. */
export async function scenarioFileOf(text: string, file: string): Promise<Checked<ScenarioFile>> {
  const hardware = await readHardwareFiles(text, file);
  if (!hardware.ok) return hardware;
  const loaded = loadScenario(text, file, { hardwareFiles: hardware.value });
  if (!loaded.ok) return refused(scenarioErrorText(loaded.error));
  const files = await readWorkloadFiles(loaded, path.dirname(file));
  if (!files.ok) return files;
  const missing = loaded.errorAt(["compare"], "missing-field", "is missing: nothing to compare is stated");
  return accepted({
    scenario: loaded.scenario,
    files: files.value,
    counterexample: loaded.counterexample,
    compareMissing: scenarioErrorText(missing),
  });
}

/** The profile files that the scenario names, relative to its folder. What is wrong with the scenario itself is found later. */
async function readHardwareFiles(
  text: string,
  file: string,
): Promise<Checked<ReadonlyMap<string, HardwareProfile>>> {
  const profiles = new Map<string, HardwareProfile>();
  const read = readScenarioText(text);
  if (!read.ok) return accepted(profiles);
  for (const { word, path: field } of hardwareFilesOf(read.text.value)) {
    const name = path.resolve(path.dirname(file), word);
    const profileText = await readTextFile(name);
    if (!profileText.ok) {
      const { line, column } = read.text.position(field, false);
      return refused(`${file}:${line}:${column}: ${fieldText(field)}: ${profileText.error.message}`);
    }
    const loaded = loadHardwareFile(profileText.value, name);
    if (!loaded.ok) return refused(scenarioErrorText(loaded.error));
    profiles.set(word, loaded.profile);
  }
  return accepted(profiles);
}

async function readWorkloadFiles(
  loaded: LoadedScenario,
  folder: string,
): Promise<Checked<Segment[] | undefined>> {
  const { workload } = loaded.scenario;
  if (workload.kind !== "files") return accepted(undefined);
  const segments: Segment[] = [];
  let totalBytes = 0;
  for (const [index, name] of workload.paths.entries()) {
    const full = path.resolve(folder, name);
    const field = ["workload", "paths", index];
    try {
      const bytes = new Uint8Array(await readFile(full));
      totalBytes += bytes.length;
      segments.push({ name, bytes });
    } catch (error) {
      const words = fileErrorWords(error);
      if (words === undefined) throw error;
      const message = `cannot read ${JSON.stringify(name)} (relative to the scenario's folder): ${words}`;
      return refused(scenarioErrorText(loaded.errorAt(field, "missing-file", message)));
    }
    if (totalBytes > IMAGE_BYTES_MAX) {
      const message = `the files have more than ${IMAGE_BYTES_MAX} bytes together; a simulated image lives in memory`;
      return refused(scenarioErrorText(loaded.errorAt(field, "out-of-range", message)));
    }
  }
  const finding = imageFinding(loaded.scenario, totalBytes);
  if (finding !== undefined) {
    return refused(scenarioErrorText(loaded.errorAt(finding.path, finding.code, finding.message)));
  }
  return accepted(segments);
}

/** The files that the workload names, as readScenarioFile finds them. */
export function workloadPaths(file: string, { workload }: Scenario): string[] {
  if (workload.kind !== "files") return [];
  return workload.paths.map((name) => path.resolve(path.dirname(file), name));
}
