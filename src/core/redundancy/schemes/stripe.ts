/** `stripe:k`: k subsegments on k servers and no redundancy: m = 0, a coding matrix without rows. */

import { countsIn, GROUP_MEMBERS_MAX, type SchemeFamily, schemeFailure } from "../family.ts";

export const stripe: SchemeFamily = {
  kind: "stripe",
  form: "stripe:k",
  parse(text, rest) {
    const k = countsIn(rest, "+", 1)?.[0];
    if (k === undefined) {
      return schemeFailure(
        "scheme-malformed",
        text,
        `Scheme "${text}" must be stripe:k with k the number of stripes.`,
      );
    }
    if (k < 1 || k > GROUP_MEMBERS_MAX) {
      return schemeFailure(
        "scheme-out-of-range",
        text,
        `Scheme "${text}": k must be 1..${GROUP_MEMBERS_MAX}.`,
      );
    }
    return { ok: true, scheme: { text, kind: "stripe", k, m: 0, tolerance: 0 } };
  },
  coding: () => ({ rows: [], localGroups: [] }),
};
