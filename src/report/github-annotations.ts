/**
 * What broke in a verification as annotations of a GitHub job: workflow commands, one a line.
 *
 * Pure. Invariant: whatever a message holds, it stays within its line and within its property.
 * Source of the form and of the escapes: GitHub's "Workflow commands", and `command.ts` of its package @actions/core.
 */
import type { VerifyResult } from "../verify/verify-result.ts";

/** GitHub shows so many errors of one step. */
const SHOWN_MAX = 10;

function escapedMessage(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapedProperty(text: string): string {
  return escapedMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

interface Annotation {
  readonly level: "error" | "warning";
  readonly title: string;
  /** Relative to the repository; "": of no file. */
  readonly file: string;
  readonly message: string;
}

function annotationLine({ level, title, file, message }: Annotation): string {
  const properties = [
    ...(file === "" ? [] : [`file=${escapedProperty(file)}`]),
    `title=${escapedProperty(title)}`,
  ];
  return `::${level} ${properties.join(",")}::${escapedMessage(message)}`;
}

/** Empty when every promise held. */
export function githubAnnotations(result: VerifyResult): string[] {
  const errors = [
    ...result.parts.flatMap(({ violations }) =>
      violations.map(({ where, promise, message, file, command }): Annotation => ({
        level: "error",
        title: `${promise} broken, ${where}`,
        file,
        message: `${message}\nreplay: ${command}`,
      })),
    ),
    ...result.idlePromises.map((id): Annotation => ({
      level: "error",
      title: `${id} idle`,
      file: "",
      message: `nothing exercised the promise ${id}`,
    })),
  ];
  if (result.verdict === "undecided") {
    const message = `nothing is shown: ${result.leftPieceCount} of ${result.pieceCount} pieces were not taken`;
    return [annotationLine({ level: "warning", title: "ckptlab verify is undecided", file: "", message })];
  }
  if (errors.length <= SHOWN_MAX) return errors.map(annotationLine);
  const shown = errors.slice(0, SHOWN_MAX - 1);
  const message = `${errors.length - shown.length} more are in the log of this job`;
  return [...shown, { level: "error", title: "and more", file: "", message } as const].map(annotationLine);
}
