/** How far a protection or reassembly has come; for people to watch, never for decisions. */
export interface Progress {
  readonly phase: "reading" | "flushing" | "publishing" | "repairing";
  readonly doneBytes: number;
  readonly totalBytes: number;
}
