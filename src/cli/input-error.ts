/**
 * Bad input and bad usage: one sentence for a person, exit code 64, nothing written.
 */
import type { PlanError } from "../scenario/plan.ts";

/** Goes on from "error: ". */
export interface InputError {
  readonly message: string;
}

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: InputError };

export function accepted<T>(value: T): Checked<T> {
  return { ok: true, value };
}

export function refused(message: string): Checked<never> {
  return { ok: false, error: { message } };
}

/** An option of the command line that does not fit the scenario. */
export function overrideError(file: string, error: PlanError): InputError {
  return { message: `${file}: --${error.field}: ${error.message}` };
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
  EEXIST: "a file is in the way",
  ENOTDIR: "a part of the path is not a directory",
};

/** Why a file cannot be read, in words; undefined when the error is no error of the file system. */
export function fileErrorWords(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (!(error instanceof Error) || typeof code !== "string" || !("syscall" in error)) return undefined;
  return SYSTEM_ERRORS[code] ?? code;
}
