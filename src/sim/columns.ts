/**
 * Columns: typed arrays that hold one field of many entries, and grow by being copied into longer ones.
 *
 * One function for each type of array, so that each call site stays monomorphic.
 */

export function grownFloats(values: Float64Array, capacity: number): Float64Array {
  const grown = new Float64Array(capacity);
  grown.set(values);
  return grown;
}

export function grownIntegers(values: Int32Array, capacity: number): Int32Array {
  const grown = new Int32Array(capacity);
  grown.set(values);
  return grown;
}

export function grownWords(values: Uint32Array, capacity: number): Uint32Array {
  const grown = new Uint32Array(capacity);
  grown.set(values);
  return grown;
}

export function grownBytes(values: Uint8Array, capacity: number): Uint8Array {
  const grown = new Uint8Array(capacity);
  grown.set(values);
  return grown;
}
