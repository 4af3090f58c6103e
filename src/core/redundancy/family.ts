/**
 * What a family of schemes is: the words that name its schemes, and the coding matrix that defines what its redundancy
 * members contain. Each family is one file in schemes/ and one line in scheme.ts; nothing else knows its name.
 *
 * Does not cover: computing (code.ts works from the matrix alone) and where members lie (layout.ts).
 */

export type SchemeKind = "mirror" | "stripe" | "parity" | "rs" | "lrc";

/** Plain data; equal texts mean equal schemes. */
export interface Scheme {
  /** The canonical text, for example `parity:4+1`. */
  readonly text: string;
  readonly kind: SchemeKind;
  /** Data subsegments in a group, 1..255. */
  readonly k: number;
  /** Redundancy members in a group, 0..254; k + m is at most 255. */
  readonly m: number;
  /** How many arbitrary server losses are always survived; equals m for all but `lrc`, where it is less. */
  readonly tolerance: number;
}

export type SchemeErrorCode = "unknown-scheme" | "scheme-out-of-range" | "scheme-malformed";

export interface SchemeError {
  readonly code: SchemeErrorCode;
  /** The text as it was given. */
  readonly text: string;
  /** One English sentence for a person. */
  readonly message: string;
}

export type SchemeResult =
  { readonly ok: true; readonly scheme: Scheme } | { readonly ok: false; readonly error: SchemeError };

/**
 * What the redundancy members of a scheme contain, over GF(2^8) with polynomial 0x11D.
 * Redundancy member r is the sum over data members i of rows[r][i] times member i.
 */
export interface Coding {
  /** m rows of k coefficients. */
  readonly rows: readonly Uint8Array[];
  /**
   * Disjoint sets of members, each a few data members and one redundancy member that is their XOR: any one of a set is the
   * XOR of the others. Empty for schemes that repair from k members.
   */
  readonly localGroups: readonly (readonly number[])[];
}

export interface SchemeFamily {
  /** The word before the colon. */
  readonly kind: SchemeKind;
  /** How its schemes are written, for error messages: `parity:k+1`. */
  readonly form: string;
  /** Reads what stands behind the colon of `text`. Never throws. */
  readonly parse: (text: string, rest: string) => SchemeResult;
  /** The definition of a scheme of this family. */
  readonly coding: (scheme: Scheme) => Coding;
}

/** Largest number of members in a group, and largest width of a placement. */
export const GROUP_MEMBERS_MAX = 255;

/** Digits without sign or leading zero, so that one scheme has one text. */
const COUNT = /^(?:0|[1-9][0-9]*)$/;

/** The counts between these separators, or undefined when the text is anything else. */
export function countsIn(rest: string, separator: "+" | ",", count: number): number[] | undefined {
  const parts = rest.split(separator);
  if (parts.length !== count || !parts.every((part) => COUNT.test(part))) return undefined;
  return parts.map(Number);
}

export function schemeFailure(code: SchemeErrorCode, text: string, message: string): SchemeResult {
  return { ok: false, error: { code, text, message } };
}

/** A row of ones: the redundancy member is the XOR of the data. */
export function rowOfOnes(k: number): Uint8Array {
  return new Uint8Array(k).fill(1);
}
