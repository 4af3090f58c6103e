/**
 * Writes a counterexample into a folder, which is made when it is not there.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomically } from "./atomic-file.ts";
import { accepted, type Checked, fileErrorWords, refused } from "./input-error.ts";
import { shellCommand } from "./shell-words.ts";

/** Where `run`, `verify` and the simulation gate put them. */
export const COUNTEREXAMPLES_FOLDER = "counterexamples";

export interface CounterexampleToWrite {
  readonly fileName: string;
  text(fileWords: string): string;
}

/** The path of the file, as the user may type it. */
export async function writeCounterexample(
  folder: string,
  counterexample: CounterexampleToWrite,
): Promise<Checked<string>> {
  const file = path.join(folder, counterexample.fileName);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const words = fileErrorWords(error);
    if (words === undefined) throw error;
    return refused(`${folder}: cannot be made: ${words}`);
  }
  const written = await writeFileAtomically(file, counterexample.text(shellCommand([file])));
  return written.ok ? accepted(file) : written;
}
