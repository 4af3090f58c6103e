/**
 * What the core's files on a simulated disk are, by how their names begin (src/core/protocol/server-state.ts gives the names).
 */
export const MEMBER_FILES = "m/";
export const MANIFEST_FILES = "f/";
export const CONTROL_FILES = "c/";

export type FileKind = "member" | "manifest" | "control";

/** Whatever is neither a member nor a manifest counts as control. */
export function fileKindOf(file: string): FileKind {
  if (file.startsWith(MEMBER_FILES)) return "member";
  return file.startsWith(MANIFEST_FILES) ? "manifest" : "control";
}
