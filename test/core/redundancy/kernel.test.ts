import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGroupArena, GroupArena } from "../../../src/core/redundancy/arena.ts";
import { combine } from "../../../src/core/redundancy/combine.ts";
import type { Kernel } from "../../../src/core/redundancy/kernel.ts";
import { createPlainKernel } from "../../../src/core/redundancy/kernel-plain.ts";
import { createWasmKernel } from "../../../src/core/redundancy/kernel-wasm.ts";
import { programBytesMax, writeProgram } from "../../../src/core/redundancy/row-program.ts";
import { powerRows } from "../../../src/core/redundancy/schemes/rs.ts";
import { recoveryOracleOf, FIELD_OF_256 } from "../../../src/verify/oracle/generator.ts";
import { schemeOf } from "./arbitrary.ts";
import { slowCombine, slowRedundancy } from "./slow-model.ts";

const KERNELS: readonly (readonly [string, (memoryBytes: number) => Kernel])[] = [
  ["plain", createPlainKernel],
  [
    "wasm",
    (memoryBytes) => {
      const kernel = createWasmKernel(memoryBytes);
      if (kernel === undefined) throw new Error("this engine has no WebAssembly with SIMD");
      return kernel;
    },
  ],
];

function contentOf(length: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** As text: vitest compares arrays element by element, which takes longer than what is tested. */
function textsOf(members: readonly (ArrayLike<number> | undefined)[]): (string | undefined)[] {
  return members.map((bytes) => bytes && Buffer.from(Uint8Array.from(bytes)).toString("hex"));
}

describe.each(KERNELS)("the %s kernels", (name, makeKernel) => {
  it("compute every kind of row over every range of blocks as the slow model does, and touch nothing else", () => {
    const length = 4 * 128;
    const rows = [
      ...powerRows(5, 4),
      [1, 0, 1, 1, 0],
      [0, 0, 0, 0, 0],
      [0, 7, 0, 255, 1],
      [3, 0, 0, 0, 0],
      [0, 0, 128, 0, 0],
    ];
    const sources = rows[0]?.length ?? 0;
    for (const [from, to] of [
      [0, 128],
      [0, 512],
      [128, 384],
      [384, 512],
    ] as const) {
      const kernel = makeKernel(65_536);
      const addresses = Array.from(
        { length: sources + rows.length },
        (_, slot) => 16_384 + slot * (length + 64),
      );
      const data = Array.from({ length: sources }, (_, slot) => contentOf(length, slot));
      for (const [slot, bytes] of data.entries()) kernel.memory.set(bytes, addresses[slot]);
      const program = writeProgram(kernel, rows, addresses.slice(0, sources), addresses.slice(sources), 0);
      expect(programBytesMax(rows.length, sources)).toBeLessThan(16_384);
      const before = kernel.memory.slice();
      kernel.run(program.table, program.tableEnd, from, to);
      const expected = slowCombine(
        FIELD_OF_256.multiply,
        rows.map((row) => [...row]),
        data.map((bytes) => [...bytes]),
      );
      for (const [row, bytes] of expected.entries()) {
        const start = (addresses[sources + row] as number) + from;
        before.set(bytes.slice(from, to), start);
      }
      expect(Buffer.compare(kernel.memory, before), `${name} ${from}..${to}`).toBe(0);
    }
  });

  it("an arena encodes as the slow model does, and rebuilds whatever the rank allows, in place", () => {
    const anyCase = fc.record({
      text: fc.constantFrom(
        "parity:3+1",
        "rs:4+2",
        "rs:5+3",
        "rs:4+4",
        "rs:3+6",
        "lrc:4,2,2",
        "lrc:6,2,3",
        "mirror:3",
      ),
      length: fc.integer({ min: 1, max: 700 }),
      short: fc.nat(5),
      seed: fc.nat(1000),
      lost: fc.nat(2 ** 12),
      placeCount: fc.integer({ min: 1, max: 3 }),
    });
    let rebuiltCount = 0;
    fc.assert(
      fc.property(anyCase, ({ text, length, short, seed, lost, placeCount }) => {
        const scheme = schemeOf(text);
        const dataCount = Math.max(1, scheme.k - short);
        const arena = new GroupArena(scheme, length, placeCount, makeKernel);
        expect(arena.kernelName).toBe(name);
        const place = seed % placeCount;
        const others = (): Uint8Array[] =>
          Array.from({ length: placeCount * (scheme.k + scheme.m) }, (_, index) => index)
            .map(
              (index) => [index % (scheme.k + scheme.m), Math.floor(index / (scheme.k + scheme.m))] as const,
            )
            .filter(([, other]) => other !== place)
            .map(([member, other]) => arena.member(member, other));
        for (const [index, bytes] of others().entries()) bytes.set(contentOf(length, index));
        const untouched = textsOf(others());
        const data = Array.from({ length: dataCount }, (_, member) => contentOf(length, seed + member));
        for (const [member, bytes] of data.entries()) arena.member(member, place).set(bytes);
        arena.encode(dataCount, place);
        const redundancy = slowRedundancy(
          text,
          data.map((bytes) => [...bytes]),
        );
        const expected = textsOf(
          Array.from({ length: scheme.k + scheme.m }, (_, member) =>
            member < scheme.k ? data[member] : redundancy[member - scheme.k],
          ),
        );
        const all = (): (string | undefined)[] =>
          textsOf(
            expected.map((bytes, member) => (bytes === undefined ? undefined : arena.member(member, place))),
          );
        expect(all()).toEqual(expected);
        const isThere = expected.map((bytes, member) => bytes !== undefined && ((lost >> member) & 1) === 0);
        const wanted = expected.flatMap((bytes, member) =>
          bytes !== undefined && isThere[member] === false ? [member] : [],
        );
        for (const member of wanted) arena.member(member, place).fill(0xa5);
        const before = all();
        const result = arena.rebuild(dataCount, isThere, wanted, place);
        if (result.ok) {
          expect(all()).toEqual(expected);
          rebuiltCount += wanted.length;
        } else {
          expect(all()).toEqual(before);
        }
        if (recoveryOracleOf(text).isRecoverable(dataCount, (member) => isThere[member] === true)) {
          expect(result.ok).toBe(true);
        }
        expect(textsOf(others())).toEqual(untouched);
      }),
      { numRuns: 150 },
    );
    expect(rebuiltCount).toBeGreaterThan(100);
  });
});

describe("an arena", () => {
  const arena = createGroupArena(schemeOf("rs:3+2"), 10);

  it("names the member that cannot be rebuilt", () => {
    const there = [true, true, true, true, true];
    expect(arena.rebuild(3, there, [5])).toEqual({
      ok: false,
      error: { code: "member-out-of-range", member: 5 },
    });
    expect(arena.rebuild(2, there, [2])).toEqual({
      ok: false,
      error: { code: "member-does-not-exist", member: 2 },
    });
    expect(arena.rebuild(3, [false, true, false, true, false], [0])).toEqual({
      ok: false,
      error: { code: "too-few-members", members: [0], have: 2, need: 3 },
    });
    const local = createGroupArena(schemeOf("lrc:4,2,1"), 10);
    expect(local.rebuild(4, [false, false, true, true, true, true, false], [0, 1])).toEqual({
      ok: false,
      error: { code: "undetermined-members", members: [0, 1], have: 4, need: 4 },
    });
  });

  it("answers each question by itself, whatever was asked before", () => {
    const scheme = schemeOf("rs:3+2");
    const again = createGroupArena(scheme, 300, 2);
    const fill = (): void => {
      for (const place of [0, 1])
        for (let member = 0; member < 5; member += 1)
          again.member(member, place).set(contentOf(300, 10 * place + member));
    };
    const asked = (dataCount: number, lost: readonly number[], wanted: readonly number[], place: number) => {
      const fresh = createGroupArena(scheme, 300);
      fill();
      again.encode(dataCount, place);
      for (let member = 0; member < 5; member += 1) fresh.member(member).set(again.member(member, place));
      const isThere = Array.from({ length: 5 }, (_, member) => !lost.includes(member));
      for (const member of lost) again.member(member, place).fill(0);
      expect(again.rebuild(dataCount, isThere, wanted, place)).toEqual({ ok: true });
      for (const member of wanted) expect(again.member(member, place)).toEqual(fresh.member(member));
      for (let member = 3; member < 5; member += 1) {
        const encoded = fresh.member(member).slice();
        fresh.encode(dataCount);
        expect(fresh.member(member)).toEqual(encoded);
      }
    };
    asked(3, [0], [0], 0);
    asked(3, [0], [0], 1);
    asked(3, [0, 1], [0], 1);
    asked(3, [0, 1], [1], 1);
    asked(3, [0, 1], [0, 1], 0);
    asked(2, [0, 1], [0, 1], 0);
    asked(1, [0], [0], 1);
    asked(3, [0, 4], [4, 0], 1);
  });

  it("asserts its arguments", () => {
    expect(() => arena.encode(0)).toThrow("data count");
    expect(() => arena.encode(4)).toThrow("data count");
    expect(() => arena.member(5)).toThrow("one of the group");
    expect(() => arena.member(0, 1)).toThrow("has the place");
    expect(() => arena.encode(3, 1)).toThrow("has the place");
    expect(() => createGroupArena(schemeOf("rs:3+2"), 10, 0)).toThrow("places");
    expect(() => arena.rebuild(3, [true], [0])).toThrow("each member");
    expect(() => createGroupArena(schemeOf("rs:3+2"), 0)).toThrow("length");
  });
});

describe("combine", () => {
  it("gives for members of every length and alignment what the slow model gives, changing none", () => {
    for (const length of [1, 16, 127, 128, 129, 2047, 2048, 2049, 4096 + 77]) {
      const sources = [3, 5, 8].map((offset, index) => {
        const whole = new Uint8Array(length + 16);
        whole.set(contentOf(length, index), offset);
        return whole.subarray(offset, offset + length);
      });
      const before = sources.map((bytes) => [...bytes]);
      const rows = [
        [1, 1, 1],
        [1, 2, 4],
        [9, 0, 200],
        [0, 1, 0],
        [0, 0, 0],
      ];
      const results = combine(rows, sources, length);
      expect(textsOf(results)).toEqual(textsOf(slowCombine(FIELD_OF_256.multiply, rows, before)));
      expect(results[3]).toBe(sources[1]);
      expect(sources.map((bytes) => [...bytes])).toEqual(before);
    }
  });

  it("works in pieces: members longer than the memory, and as many members as there can be", () => {
    const length = 40_000;
    const sources = Array.from({ length: 3 }, (_, index) => contentOf(length, index));
    const rows = [
      [1, 1, 1],
      [5, 6, 7],
    ];
    const pieces = combine(rows, sources, length);
    // The same, each part by itself: a cut at a whole block changes nothing.
    for (const [from, to] of [
      [0, 12_800],
      [12_800, 40_000],
    ] as const) {
      const part = combine(
        rows,
        sources.map((bytes) => bytes.subarray(from, to)),
        to - from,
      );
      expect(textsOf(pieces.map((bytes) => bytes.subarray(from, to)))).toEqual(textsOf(part));
    }
    const many = Array.from({ length: 239 }, (_, index) => contentOf(128, index));
    const manyRows = Array.from({ length: 17 }, (_, row) =>
      many.map((_bytes, column) => (row * 31 + column) & 255),
    );
    const expected = slowCombine(
      FIELD_OF_256.multiply,
      manyRows,
      many.map((bytes) => [...bytes]),
    );
    expect(textsOf(combine(manyRows, many, 128))).toEqual(textsOf(expected));
  });
});
