import { describe, expect, it } from "vitest";
import { forkPlain } from "../../src/sim/fork.ts";

describe("a fork of plain data", () => {
  it("is equal and shares nothing that can change", () => {
    const state = {
      count: 1,
      text: "a",
      none: undefined,
      nothing: null,
      list: [1, { deep: [2] }],
      map: new Map<string, { value: number }>([["k", { value: 1 }]]),
      set: new Set([1, 2]),
      words: new Int32Array([1, 2, 3]),
    };
    const copy = forkPlain(state);
    expect(copy).toEqual(state);
    state.list.push(3);
    (state.list[1] as { deep: number[] }).deep.push(9);
    (state.map.get("k") as { value: number }).value = 2;
    state.set.add(3);
    state.words[0] = 9;
    expect(copy.list).toEqual([1, { deep: [2] }]);
    expect(copy.map.get("k")).toEqual({ value: 1 });
    expect([...copy.set]).toEqual([1, 2]);
    expect([...copy.words]).toEqual([1, 2, 3]);
  });

  it("shares buffers and frozen objects", () => {
    const state = { bytes: new Uint8Array(4), frozen: Object.freeze({ a: 1 }) };
    const copy = forkPlain(state);
    expect(copy.bytes).toBe(state.bytes);
    expect(copy.frozen).toBe(state.frozen);
  });

  it("keeps aliases and cycles", () => {
    const inner = { value: 1 };
    const state: { first: object; second: object; self?: object } = { first: inner, second: inner };
    state.self = state;
    const copy = forkPlain(state);
    expect(copy.first).toBe(copy.second);
    expect(copy.first).not.toBe(inner);
    expect(copy.self).toBe(copy);
  });

  it("refuses what is no plain data", () => {
    expect(() => forkPlain({ call: () => 1 })).toThrow("data only");
    expect(() => forkPlain({ when: new Date(0) })).toThrow("plain objects");
  });
});
