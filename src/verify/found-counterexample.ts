/**
 * What a piece of a verification found, as a file to be kept: a scenario of a crash point, or a schedule of the model
 * checker. Both are replayed by `ckptlab replay`.
 */
import type { CounterexampleRecord } from "../scenario/counterexample.ts";
import { loadScenario } from "../scenario/load.ts";
import { counterexampleFileName, counterexampleText } from "./counterexample.ts";
import type { ChunkResult } from "./crash-points/index.ts";
import { type Exploration, scheduleFileName, scheduleText } from "./interleavings/index.ts";
import type { PromiseId } from "./result.ts";
import { cellWords } from "./verify-words.ts";
import { VERSION } from "./version.ts";

export interface FoundCounterexample {
  /** The cell or the configuration. */
  readonly where: string;
  readonly promise: PromiseId;
  readonly message: string;
  readonly fileName: string;
  /** `fileWords`: where it will lie, quoted for a shell where it has to be. */
  text(fileWords: string): string;
}

export function foundInChunk(chunk: ChunkResult): FoundCounterexample[] {
  return chunk.violations.map(({ promise, message, scenarioText, digest, outcome }) => {
    const loaded = loadScenario(scenarioText, chunk.id);
    if (!loaded.ok) throw new Error(`a case of ${chunk.id} does not load: ${loaded.error.message}`);
    const { scenario } = loaded;
    const record: CounterexampleRecord = {
      promise,
      message,
      digest,
      version: VERSION,
      planted: undefined,
      outcome,
    };
    return {
      where: cellWords(chunk),
      promise,
      message,
      fileName: counterexampleFileName(scenario, record),
      text: (fileWords) => counterexampleText({ scenario, record, fileWords }),
    };
  });
}

export function foundInExploration({ counterexample }: Exploration): FoundCounterexample[] {
  if (counterexample === undefined) return [];
  const { configuration, promise, message } = counterexample;
  return [
    {
      where: configuration.name,
      promise,
      message,
      fileName: scheduleFileName(counterexample),
      text: (fileWords) => scheduleText(counterexample, fileWords),
    },
  ];
}
