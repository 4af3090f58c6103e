/**
 * What the scenario's words for kinds of files mean on a simulated disk: how the names of such files begin
 * (src/core/protocol/server-state.ts gives the names).
 */
export type DiskFiles = "members" | "manifests" | "control" | "any";

export const DISK_FILE_PREFIXES: Readonly<Record<DiskFiles, string>> = {
  members: "m/",
  manifests: "f/",
  control: "c/",
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
