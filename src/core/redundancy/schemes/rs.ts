/**
 * `rs:k+m`: Reed–Solomon. Any k of the k + m members give back the group.
 *
 * Few redundancy members: rows (2^e)^i with e = 0, 1, −1, 2 in turn, which the kernels evaluate by Horner's rule with
 * doublings alone. Row 0 is the XOR, rows 0 and 1 are those of RAID-6. These rows are no Vandermonde matrix made systematic, so
 * that their range has to be proved. With a, b, c distinct powers of 2, the determinants of rows 0, 1, −1 are products of
 * differences, (a + b)(b + c)(a + c) / abc and smaller ones alike: three rows do for every k. Four rows do up to k = 21, found by
 * trying every square submatrix (test/core/redundancy/schemes.test.ts tries all of both again, and shows that 22 fails).
 * Beyond that, and for m above 4: rows of a Cauchy matrix (cauchy.ts), by its theorem.
 */

import { cauchyRows } from "../cauchy.ts";
import { countsIn, GROUP_MEMBERS_MAX, type SchemeFamily, schemeFailure } from "../family.ts";
import { powerOfTwo } from "../field.ts";

/** Nobody has asked for more, and it bounds the lists that the kernels read. */
const RS_REDUNDANCY_MAX = 16;

/** e of row r: the coefficient of data member i is 2^(e·i). */
const ROW_EXPONENTS: readonly number[] = [0, 1, -1, 2];
/** Largest k for which the first m of these rows are known to decode everything: [m]. */
const POWER_ROWS_K_MAX: readonly number[] = [255, 254, 253, 252, 21];

/** True when the scheme uses the rows (2^e)^i. */
export function hasPowerRows(k: number, m: number): boolean {
  return k <= (POWER_ROWS_K_MAX[m] ?? 0);
}

/** The first m rows (2^e)^i over k columns, m at most 4. */
export function powerRows(k: number, m: number): Uint8Array[] {
  return ROW_EXPONENTS.slice(0, m).map((exponent) =>
    Uint8Array.from({ length: k }, (_, column) => powerOfTwo(exponent * column)),
  );
}

export const rs: SchemeFamily = {
  kind: "rs",
  form: "rs:k+m",
  parse(text, rest) {
    const counts = countsIn(rest, "+", 2);
    if (counts === undefined) {
      return schemeFailure("scheme-malformed", text, `Scheme "${text}" must be rs:k+m, for example rs:4+2.`);
    }
    const [k = 0, m = 0] = counts;
    if (m < 1 || m > RS_REDUNDANCY_MAX) {
      return schemeFailure(
        "scheme-out-of-range",
        text,
        `Scheme "${text}": m must be 1..${RS_REDUNDANCY_MAX}.`,
      );
    }
    if (k < 1 || k + m > GROUP_MEMBERS_MAX) {
      return schemeFailure(
        "scheme-out-of-range",
        text,
        `Scheme "${text}": k must be 1..${GROUP_MEMBERS_MAX - m}.`,
      );
    }
    return { ok: true, scheme: { text, kind: "rs", k, m, tolerance: m } };
  },
  coding: ({ k, m }) => ({
    rows: hasPowerRows(k, m) ? powerRows(k, m) : cauchyRows(m, k),
    localGroups: [],
  }),
};
