/** `mirror:c`: c copies of each subsegment on c servers. k = 1, and each of the m = c − 1 rows is the single coefficient 1. */

import { countsIn, GROUP_MEMBERS_MAX, rowOfOnes, type SchemeFamily, schemeFailure } from "../family.ts";

export const mirror: SchemeFamily = {
  kind: "mirror",
  form: "mirror:c",
  parse(text, rest) {
    const copies = countsIn(rest, "+", 1)?.[0];
    if (copies === undefined) {
      return schemeFailure(
        "scheme-malformed",
        text,
        `Scheme "${text}" must be mirror:c with c the number of copies.`,
      );
    }
    if (copies < 2 || copies > GROUP_MEMBERS_MAX) {
      return schemeFailure(
        "scheme-out-of-range",
        text,
        `Scheme "${text}": the number of copies must be 2..${GROUP_MEMBERS_MAX}.`,
      );
    }
    const m = copies - 1;
    return { ok: true, scheme: { text, kind: "mirror", k: 1, m, tolerance: m } };
  },
  coding: ({ m }) => ({ rows: Array.from({ length: m }, () => rowOfOnes(1)), localGroups: [] }),
};
