/**
 * Turns zod's issues into findings: one code and one sentence of ours for each, with the path of the field.
 */
import type { z } from "zod";
import type { FieldPath, Finding, ScenarioErrorCode } from "./error.ts";

type Issue = z.core.$ZodIssue;

/** The value at a path, and whether anything is there at all. */
function valueAt(root: unknown, path: FieldPath): { readonly exists: boolean; readonly value: unknown } {
  let value: unknown = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
      return { exists: false, value: undefined };
    }
    value = (value as Record<string | number, unknown>)[step];
  }
  return { exists: true, value };
}

/** A value as a message shows it: short, on one line. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a group of fields";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a group of fields",
  record: "a group of fields",
};

function findingOf(root: unknown, issue: Issue, path: FieldPath): Finding[] {
  const { exists, value } = valueAt(root, path);
  const finding = (code: ScenarioErrorCode, message: string): Finding[] => [{ path, code, message }];
  if (!exists && issue.code !== "unrecognized_keys") return finding("missing-field", "is missing");
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        aboutKey: true,
        code: "unknown-field",
        message: "is not a field that is known here",
      }));
    case "invalid_type": {
      if (issue.expected === "int" && typeof value === "number") {
        return finding("quantity-fractional", `must be a whole number, not ${shown(value)}`);
      }
      const wanted = KIND_WORDS[issue.expected] ?? issue.expected;
      return finding("wrong-type", `must be ${wanted}, not ${shown(value)}`);
    }
    case "too_small":
      if (issue.origin === "array") return finding("empty-list", "must not be an empty list");
      if (issue.origin === "string") return finding("out-of-range", "must not be empty");
      return finding(
        "out-of-range",
        `must be ${issue.inclusive === false ? "above" : "at least"} ${issue.minimum}, not ${shown(value)}`,
      );
    case "too_big": {
      const unit = issue.origin === "array" ? " entries" : "";
      return finding("out-of-range", `must be at most ${issue.maximum}${unit}, not ${shown(value)}`);
    }
    case "invalid_value":
      return finding("out-of-range", `must be one of ${issue.values.join(", ")}, not ${shown(value)}`);
    case "invalid_union":
      return unionFinding(root, issue, path);
    case "custom": {
      const code = (issue.params as { readonly code?: ScenarioErrorCode } | undefined)?.code;
      return finding(code ?? "out-of-range", issue.message);
    }
    default:
      return finding("wrong-type", issue.message);
  }
}

/** A discriminator that names none of the forms, or a value of a kind that none of the forms has. */
function unionFinding(
  root: unknown,
  issue: Extract<Issue, { code: "invalid_union" }>,
  path: FieldPath,
): Finding[] {
  const { value } = valueAt(root, path);
  const options = (issue as { readonly options?: readonly unknown[] }).options;
  if (issue.errors.length === 0 && options !== undefined) {
    return [
      { path, code: "out-of-range", message: `must be one of ${options.join(", ")}, not ${shown(value)}` },
    ];
  }
  return [{ path, code: "wrong-type", message: `${issue.message}, not ${shown(value)}` }];
}

/** `root` is the value that was checked; at least one finding for at least one issue. */
export function findingsOf(root: unknown, issues: readonly Issue[]): Finding[] {
  return issues.flatMap((issue) => findingOf(root, issue, issue.path.map(stepOf)));
}

function stepOf(step: PropertyKey): string | number {
  return typeof step === "symbol" ? String(step) : step;
}
