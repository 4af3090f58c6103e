/**
 * A scenario's text as a YAML document that knows where each field stands.
 *
 * Invariant: only plain data comes out (no custom tags, no keys that are not texts, a bound on aliases), and every
 * field path that exists in the data has a position; a path that does not exist gets that of its nearest parent.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import type { FieldPath } from "./error.ts";

export interface Position {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface ScenarioText {
  readonly value: unknown;
  /** Position of the value at the path, or of its key. */
  position(path: FieldPath, aboutKey: boolean): Position;
}

export type ScenarioTextResult =
  | { readonly ok: true; readonly text: ScenarioText }
  | { readonly ok: false; readonly position: Position; readonly message: string; readonly moreCount: number };

/** A few anchors are handy in a scenario; thousands of expansions are an attack or a mistake. */
const ALIAS_COUNT_MAX = 100;

function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function offsetOf(node: unknown): number | undefined {
  return (node as { range?: readonly [number, number, number] | null } | null | undefined)?.range?.[0];
}

/** Walks as far as the path exists; keeps the offsets of the last key and value on the way. */
function walk(document: Document, path: FieldPath): { keyOffset: number; valueOffset: number } {
  let node: unknown = document.contents;
  let valueOffset = offsetOf(node) ?? 0;
  let keyOffset = valueOffset;
  for (const step of path) {
    const here = resolved(document, node);
    let next: unknown;
    if (isMap(here)) {
      const pair = here.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (pair === undefined) break;
      keyOffset = offsetOf(pair.key) ?? valueOffset;
      next = pair.value;
    } else if (isSeq(here) && typeof step === "number" && step < here.items.length) {
      next = here.items[step];
      keyOffset = offsetOf(next) ?? valueOffset;
    } else {
      break;
    }
    valueOffset = offsetOf(next) ?? keyOffset;
    node = next;
  }
  return { keyOffset, valueOffset };
}

export function readScenarioText(text: string): ScenarioTextResult {
  const lineCounter = new LineCounter();
  const at = (offset: number): Position => {
    const found = lineCounter.linePos(offset);
    // An empty text has no lines.
    return { line: Math.max(found.line, 1), column: Math.max(found.col, 1) };
  };
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  // A warning (an unknown tag, say) means that the text would be read as something that its writer did not mean.
  const problems = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  const first = problems[0];
  if (first !== undefined) {
    return {
      ok: false,
      position: at(first.pos[0]),
      message: first.message,
      moreCount: problems.length - 1,
    };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: ALIAS_COUNT_MAX });
  } catch (error) {
    // The library reports a document with too many aliases by a ReferenceError and has no other way to say so.
    if (!(error instanceof ReferenceError)) throw error;
    return { ok: false, position: { line: 1, column: 1 }, message: error.message, moreCount: 0 };
  }
  return {
    ok: true,
    text: {
      value,
      position: (path, aboutKey) => {
        const { keyOffset, valueOffset } = walk(document, path);
        return at(aboutKey ? keyOffset : valueOffset);
      },
    },
  };
}
