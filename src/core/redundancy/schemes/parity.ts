/** `parity:k+1`: k subsegments and their XOR. Any k + 1 members sum to zero, so any one is the XOR of the others. */

import { countsIn, GROUP_MEMBERS_MAX, rowOfOnes, type SchemeFamily, schemeFailure } from "../family.ts";

export const parity: SchemeFamily = {
  kind: "parity",
  form: "parity:k+1",
  parse(text, rest) {
    const counts = countsIn(rest, "+", 2);
    if (counts === undefined) {
      return schemeFailure(
        "scheme-malformed",
        text,
        `Scheme "${text}" must be parity:k+1, for example parity:4+1.`,
      );
    }
    const [k = 0, m] = counts;
    if (k < 1 || k > GROUP_MEMBERS_MAX - 1) {
      return schemeFailure(
        "scheme-out-of-range",
        text,
        `Scheme "${text}": k must be 1..${GROUP_MEMBERS_MAX - 1}.`,
      );
    }
    if (m !== 1) {
      return schemeFailure(
        "scheme-out-of-range",
        text,
        `Scheme "${text}": parity has exactly one parity member ("+1").`,
      );
    }
    return { ok: true, scheme: { text, kind: "parity", k, m: 1, tolerance: 1 } };
  },
  coding: ({ k }) => ({ rows: [rowOfOnes(k)], localGroups: [] }),
};
