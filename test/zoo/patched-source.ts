/**
 * Applies a bug's replacements to a source text, or refuses: a text that is not there, or there twice, is not the place
 * that the bug's story tells of.
 */
import type { PlantedBug } from "./planted-bug.ts";

export class PatchRefused extends Error {
  override readonly name: string = "PatchRefused";
}

export function patchedSource(bug: Pick<PlantedBug, "id" | "file" | "replacements">, source: string): string {
  if (bug.replacements.length === 0) throw new PatchRefused(`${bug.id}: nothing to replace in ${bug.file}`);
  let text = source;
  for (const { find, replace } of bug.replacements) {
    const count = text.split(find).length - 1;
    if (find === "" || count !== 1) {
      throw new PatchRefused(
        `${bug.id}: this occurs ${count} times in ${bug.file}, not once: ${find.trim()}`,
      );
    }
    // A function, since "$" in a replacement text would be read as a pattern.
    text = text.replace(find, () => replace);
  }
  if (text === source) throw new PatchRefused(`${bug.id}: the replacement changes nothing in ${bug.file}`);
  return text;
}
