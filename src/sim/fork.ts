/**
 * A deep copy of plain data, for forking worlds.
 *
 * Invariants: buffers (Uint8Array) are immutable once handed over, so they are shared; other typed arrays are copied.
 * Frozen objects are shared too. An object that is reached twice is copied once, so aliases and cycles stay as they are.
 * Classes, functions and closures are no plain data: meeting one is a bug.
 */
import { assert, assertionFailed } from "../core/assertion.ts";

export function forkPlain<T>(value: T): T {
  return forkValue(value, new Map()) as T;
}

function forkValue(value: unknown, known: Map<object, object>): unknown {
  if (typeof value !== "object" || value === null) {
    assert(typeof value !== "function" && typeof value !== "symbol", "forked state holds data only");
    return value;
  }
  if (value instanceof Uint8Array || Object.isFrozen(value)) return value;
  const copied = known.get(value);
  if (copied !== undefined) return copied;
  if (Array.isArray(value)) {
    const copy: unknown[] = new Array<unknown>(value.length);
    known.set(value, copy);
    for (let index = 0; index < value.length; index += 1) copy[index] = forkValue(value[index], known);
    return copy;
  }
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    known.set(value, copy);
    for (const [key, entry] of value) copy.set(forkValue(key, known), forkValue(entry, known));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    known.set(value, copy);
    for (const entry of value) copy.add(forkValue(entry, known));
    return copy;
  }
  if (ArrayBuffer.isView(value)) {
    if (value instanceof DataView) assertionFailed("forked state holds no DataView");
    const copy = (value as Int32Array).slice();
    known.set(value, copy);
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    assertionFailed("forked state holds plain objects, no instances of classes");
  }
  const source = value as Record<string, unknown>;
  const copy = (prototype === null ? Object.create(null) : {}) as Record<string, unknown>;
  known.set(value, copy);
  for (const name of Object.keys(source)) copy[name] = forkValue(source[name], known);
  return copy;
}
