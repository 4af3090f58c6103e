/**
 * Redundancy schemes: how a group of k data subsegments is protected by m redundancy members.
 *
 * Every scheme is a family's text and a coding matrix (family.ts); mirroring is the k = 1 code and plain striping the m = 0
 * code, so that one path serves all. This file knows which families there are.
 * Does not cover: computing members (code.ts) and where they lie (layout.ts).
 */

import { assert } from "../assertion.ts";
import { type Coding, type Scheme, type SchemeFamily, schemeFailure, type SchemeResult } from "./family.ts";
import { lrc } from "./schemes/lrc.ts";
import { mirror } from "./schemes/mirror.ts";
import { parity } from "./schemes/parity.ts";
import { rs } from "./schemes/rs.ts";
import { stripe } from "./schemes/stripe.ts";

export {
  type Coding,
  GROUP_MEMBERS_MAX,
  type Scheme,
  type SchemeError,
  type SchemeErrorCode,
  type SchemeKind,
  type SchemeResult,
} from "./family.ts";

const FAMILIES: readonly SchemeFamily[] = [mirror, stripe, parity, rs, lrc];

/** How schemes are written, for messages and help: "mirror:c, stripe:k, … or lrc:k,l,g". */
export const SCHEME_FORMS: string = `${FAMILIES.slice(0, -1)
  .map(({ form }) => form)
  .join(", ")} or ${(FAMILIES.at(-1) as SchemeFamily).form}`;

/**
 * Reads `mirror:c`, `stripe:k`, `parity:k+1`, `rs:k+m` or `lrc:k,l,g`; ranges are those of the families in schemes/.
 * Never throws: a text that is none of these gives a typed error.
 */
export function parseScheme(text: string): SchemeResult {
  const colon = text.indexOf(":");
  const word = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? "" : text.slice(colon + 1);
  const family = FAMILIES.find(({ kind }) => kind === word);
  if (family === undefined) {
    return schemeFailure("unknown-scheme", text, `Scheme "${text}" is unknown; use ${SCHEME_FORMS}.`);
  }
  return family.parse(text, rest);
}

/** Bounds what a long-lived process keeps when it sees scheme after scheme. */
const CODINGS_KEPT_MAX = 256;
const codings: Map<string, Coding> = new Map();

/** The coding matrix of a scheme; a pure function of its text, kept because it is asked for at every group. */
export function codingOf(scheme: Scheme): Coding {
  let coding = codings.get(scheme.text);
  if (coding === undefined) {
    const family = FAMILIES.find(({ kind }) => kind === scheme.kind);
    assert(family !== undefined, "a scheme is of a known family");
    coding = family.coding(scheme);
    assert(coding.rows.length === scheme.m, "a coding has one row for each redundancy member");
    if (codings.size >= CODINGS_KEPT_MAX) codings.clear();
    codings.set(scheme.text, coding);
  }
  return coding;
}
