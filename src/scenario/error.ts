/**
 * What is wrong with a scenario, and where: the one error that a person gets to see.
 */
import type { SchemeErrorCode } from "../core/redundancy/scheme.ts";
import type { QuantityErrorCode } from "./quantity.ts";

export type ScenarioErrorCode =
  | "yaml-syntax"
  | "unknown-field"
  | "missing-field"
  | "wrong-type"
  | "out-of-range"
  | "empty-list"
  | "duplicate"
  | "reserved-name"
  | "unknown-server"
  | "unknown-hardware"
  | "too-few-servers"
  | "width-too-small"
  | "domains-not-placeable"
  | "fault-after-end"
  | "missing-file"
  | "too-many-groups"
  | "contradiction"
  | QuantityErrorCode
  | SchemeErrorCode;

/** Steps from the root of the YAML document to a value. */
export type FieldPath = readonly (string | number)[];

/** A finding before its place in the text is known. */
export interface Finding {
  readonly path: FieldPath;
  /** The finding is about the name of the last field of `path`, not about its value. */
  readonly aboutKey?: boolean;
  readonly code: ScenarioErrorCode;
  /** Goes on from "FIELD: ". */
  readonly message: string;
}

/** Takes down what a check finds. */
export type Report = (path: FieldPath, code: ScenarioErrorCode, message: string) => void;

export interface ScenarioError {
  readonly file: string;
  /** From 1; undefined where there is no text to point into. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** For example `faults[2].target`; "" for the document itself. */
  readonly field: string;
  readonly code: ScenarioErrorCode;
  readonly message: string;
  /** How many more findings there were after this one, the first by position. */
  readonly moreCount: number;
}

export function fieldText(path: FieldPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** `FILE:LINE:COLUMN: FIELD: message`, without the parts that are not known. */
export function scenarioErrorText(error: ScenarioError): string {
  const place = error.line === undefined ? error.file : `${error.file}:${error.line}:${error.column ?? 1}`;
  const field = error.field === "" ? "" : `${error.field}: `;
  const more =
    error.moreCount === 0
      ? ""
      : ` (and ${error.moreCount} more ${error.moreCount === 1 ? "problem" : "problems"})`;
  return `${place}: ${field}${error.message}${more}`;
}
