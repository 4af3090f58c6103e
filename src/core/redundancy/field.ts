/**
 * The field GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (0x11D), in which 2 generates all 255 nonzero elements.
 *
 * Addition and subtraction are XOR. Elements are integers 0..255; anything else is a bug of the caller and not checked,
 * since these run in inner loops of elimination. Powers of 2 have exponents modulo 255, negative ones too.
 */

import { assert } from "../assertion.ts";

const POLYNOMIAL = 0x11d;
const ORDER = 255;

/** EXPONENTIAL[e] = 2^e for e in 0..509, doubled so that a sum of two logarithms needs no modulus. */
const EXPONENTIAL: Uint8Array = new Uint8Array(2 * ORDER);
/** LOGARITHM[2^e] = e; that of 0 does not exist and is never read. */
const LOGARITHM: Uint8Array = new Uint8Array(256);

let element = 1;
for (let exponent = 0; exponent < ORDER; exponent += 1) {
  EXPONENTIAL[exponent] = element;
  EXPONENTIAL[exponent + ORDER] = element;
  LOGARITHM[element] = exponent;
  element <<= 1;
  if (element > 255) element ^= POLYNOMIAL;
}

export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return EXPONENTIAL[(LOGARITHM[a] as number) + (LOGARITHM[b] as number)] as number;
}

/** Of 0 it is a bug. */
export function inverse(a: number): number {
  assert(a !== 0, "zero has no inverse");
  return EXPONENTIAL[ORDER - (LOGARITHM[a] as number)] as number;
}

/** 2^exponent for any integer exponent. */
export function powerOfTwo(exponent: number): number {
  return EXPONENTIAL[((exponent % ORDER) + ORDER) % ORDER] as number;
}

/** target[i] += factor · source[i]. Both have the same length; they may be the same array only with factor 0. */
export function addMultiple(target: Uint8Array, source: Uint8Array, factor: number): void {
  if (factor === 0) return;
  for (let index = 0; index < target.length; index += 1) {
    target[index] = (target[index] as number) ^ multiply(factor, source[index] as number);
  }
}
