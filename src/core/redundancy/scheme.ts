/**
 * Redundancy schemes: how a group of k data subsegments is protected by m redundancy members.
 *
 * One (k, m) description serves all: `mirror:c` is k = 1, m = c − 1; `stripe:k` is m = 0; `parity:k+1` is m = 1.
 * Does not cover: what the members contain (code.ts) and where they lie (layout.ts).
 */

export type SchemeKind = "mirror" | "stripe" | "parity";

/** Plain data; equal texts mean equal schemes. */
export interface Scheme {
  /** The canonical text, for example `parity:4+1`. */
  readonly text: string;
  readonly kind: SchemeKind;
  /** Data subsegments in a group, 1..255. */
  readonly k: number;
  /** Redundancy members in a group, 0..254; k + m is at most 255. */
  readonly m: number;
  /** How many arbitrary server losses are always survived. Equals m: every scheme here is MDS. */
  readonly tolerance: number;
}

export type SchemeErrorCode =
  "unknown-scheme" | "scheme-out-of-range" | "scheme-malformed" | "scheme-not-offered";

export interface SchemeError {
  readonly code: SchemeErrorCode;
  /** The text as it was given. */
  readonly text: string;
  /** One English sentence for a person. */
  readonly message: string;
}

export type SchemeResult =
  { readonly ok: true; readonly scheme: Scheme } | { readonly ok: false; readonly error: SchemeError };

/** Largest number of members in a group, and largest width of a placement. */
export const GROUP_MEMBERS_MAX = 255;

/** Words of schemes that the vocabulary knows and this version does not offer. */
const SCHEMES_NOT_OFFERED: readonly string[] = ["rs", "lrc"];

/** Digits without sign or leading zero, so that one scheme has one text. */
const COUNT = /^(?:0|[1-9][0-9]*)$/;

function failure(code: SchemeErrorCode, text: string, message: string): SchemeResult {
  return { ok: false, error: { code, text, message } };
}

function schemeOf(kind: SchemeKind, text: string, k: number, m: number): SchemeResult {
  return { ok: true, scheme: { text, kind, k, m, tolerance: m } };
}

/**
 * Reads `mirror:c` (c in 2..255), `stripe:k` (k in 1..255) or `parity:k+1` (k in 1..254, "+1" literally).
 * Never throws: a text that is none of these gives a typed error.
 * `rs:` and `lrc:` give `scheme-not-offered`, any other word `unknown-scheme`.
 */
export function parseScheme(text: string): SchemeResult {
  const colon = text.indexOf(":");
  const word = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? "" : text.slice(colon + 1);
  if (SCHEMES_NOT_OFFERED.includes(word)) {
    return failure(
      "scheme-not-offered",
      text,
      `Scheme "${text}" is not offered yet; use mirror:c, stripe:k or parity:k+1.`,
    );
  }
  switch (word) {
    case "mirror":
      return parseMirror(text, rest);
    case "stripe":
      return parseStripe(text, rest);
    case "parity":
      return parseParity(text, rest);
    default:
      return failure(
        "unknown-scheme",
        text,
        `Scheme "${text}" is unknown; use mirror:c, stripe:k or parity:k+1.`,
      );
  }
}

function parseMirror(text: string, rest: string): SchemeResult {
  if (!COUNT.test(rest)) {
    return failure(
      "scheme-malformed",
      text,
      `Scheme "${text}" must be mirror:c with c the number of copies.`,
    );
  }
  const copies = Number(rest);
  if (copies < 2 || copies > GROUP_MEMBERS_MAX) {
    return failure(
      "scheme-out-of-range",
      text,
      `Scheme "${text}": the number of copies must be 2..${GROUP_MEMBERS_MAX}.`,
    );
  }
  return schemeOf("mirror", text, 1, copies - 1);
}

function parseStripe(text: string, rest: string): SchemeResult {
  if (!COUNT.test(rest)) {
    return failure(
      "scheme-malformed",
      text,
      `Scheme "${text}" must be stripe:k with k the number of stripes.`,
    );
  }
  const k = Number(rest);
  if (k < 1 || k > GROUP_MEMBERS_MAX) {
    return failure("scheme-out-of-range", text, `Scheme "${text}": k must be 1..${GROUP_MEMBERS_MAX}.`);
  }
  return schemeOf("stripe", text, k, 0);
}

function parseParity(text: string, rest: string): SchemeResult {
  const plus = rest.indexOf("+");
  const dataText = plus < 0 ? rest : rest.slice(0, plus);
  const parityText = plus < 0 ? "" : rest.slice(plus + 1);
  if (!COUNT.test(dataText) || !COUNT.test(parityText)) {
    return failure("scheme-malformed", text, `Scheme "${text}" must be parity:k+1, for example parity:4+1.`);
  }
  const k = Number(dataText);
  if (k < 1 || k > GROUP_MEMBERS_MAX - 1) {
    return failure("scheme-out-of-range", text, `Scheme "${text}": k must be 1..${GROUP_MEMBERS_MAX - 1}.`);
  }
  if (parityText !== "1") {
    return failure(
      "scheme-out-of-range",
      text,
      `Scheme "${text}": parity has exactly one parity member ("+1").`,
    );
  }
  return schemeOf("parity", text, k, 1);
}
