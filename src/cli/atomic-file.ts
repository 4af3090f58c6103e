/**
 * Writes a file so that a reader sees the old one or the whole new one, never a part.
 *
 * Does not cover: surviving a power failure; a report can be made again.
 */
import { rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { accepted, type Checked, fileErrorWords, refused } from "./input-error.ts";

/** Finds out before long work whether its result can be stored at all. */
export async function checkOutputPath(file: string, optionName: string): Promise<Checked<undefined>> {
  const folder = path.dirname(file);
  try {
    if (!(await stat(folder)).isDirectory())
      return refused(`${optionName} ${file}: ${folder} is not a directory`);
  } catch (error) {
    if (fileErrorWords(error) === undefined) throw error;
    return refused(`${optionName} ${file}: the directory ${folder} does not exist`);
  }
  try {
    if ((await stat(file)).isDirectory()) return refused(`${optionName} ${file}: is a directory`);
  } catch (error) {
    // Not being there yet is the usual case.
    if (fileErrorWords(error) === undefined) throw error;
  }
  return accepted(undefined);
}

/** Refuses an output that is one of the inputs, also by another path or name: it would be written over. */
export async function checkOutputIsNoInput(
  file: string,
  optionName: string,
  inputs: readonly string[],
): Promise<Checked<undefined>> {
  const output = await identityOf(file);
  if (output === undefined) return accepted(undefined);
  for (const input of inputs) {
    if ((await identityOf(input)) !== output) continue;
    return refused(`${optionName} ${file}: is the same file as ${input}, which would be overwritten`);
  }
  return accepted(undefined);
}

/** Device and inode; undefined where nothing can be found. */
async function identityOf(file: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (fileErrorWords(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * Refused where the system does not let it be written (disk full, no permission); what was there before stays. A long text
 * may come in pieces.
 */
export async function writeFileAtomically(
  file: string,
  text: string | Iterable<string>,
): Promise<Checked<undefined>> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    const words = fileErrorWords(error);
    if (words === undefined) throw error;
    return refused(`${file}: cannot be written: ${words}`);
  }
  return accepted(undefined);
}
