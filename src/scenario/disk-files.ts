/**
 * What the scenario's words for kinds of files mean on a simulated disk: how the names of such files begin.
 */
import { CONTROL_FILES, MANIFEST_FILES, MEMBER_FILES } from "../sim/file-kind.ts";

export type DiskFiles = "members" | "manifests" | "control" | "any";

export const DISK_FILE_PREFIXES: Readonly<Record<DiskFiles, string>> = {
  members: MEMBER_FILES,
  manifests: MANIFEST_FILES,
  control: CONTROL_FILES,
  any: "",
};

/** The word for a prefix that one of the words stands for; "any" for others. */
export function diskFilesOf(prefix: string): DiskFiles {
  const words = Object.keys(DISK_FILE_PREFIXES) as DiskFiles[];
  return words.find((word) => DISK_FILE_PREFIXES[word] === prefix) ?? "any";
}

/** The word for a prefix; the prefix itself where there is none. */
export function diskFilesWord(prefix: string): string {
  for (const [word, each] of Object.entries(DISK_FILE_PREFIXES)) if (each === prefix) return word;
  return `files ${prefix}*`;
}
