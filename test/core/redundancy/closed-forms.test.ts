/** What can be said beforehand: the words of programs, sizes of memories, matrices at the bounds of their cases, blocks. */
import { describe, expect, it, vi } from "vitest";
import { blockOf } from "../../../src/core/redundancy/block-design.ts";
import { combineBytes } from "../../../src/core/redundancy/byte-rows.ts";
import { recoverable } from "../../../src/core/redundancy/code.ts";
import { combine, copiedSource } from "../../../src/core/redundancy/combine.ts";
import {
  type Kernel,
  ROW_DOUBLE,
  ROW_GENERAL,
  ROW_HALVE,
  ROW_QUADRUPLE,
  ROW_XOR,
} from "../../../src/core/redundancy/kernel.ts";
import { createKernel } from "../../../src/core/redundancy/kernel-choice.ts";
import { createPlainKernel } from "../../../src/core/redundancy/kernel-plain.ts";
import { createWasmKernel } from "../../../src/core/redundancy/kernel-wasm.ts";
import { programBytesMax, writeProgram } from "../../../src/core/redundancy/row-program.ts";
import { codingOf } from "../../../src/core/redundancy/scheme.ts";
import { definitionOf, FIELD_OF_256 } from "../../../src/verify/oracle/generator.ts";
import { schemeOf } from "./arbitrary.ts";
import { slowCombine } from "./slow-model.ts";

describe("row programs", () => {
  it("are at most 12 words a row and 8 for each of its sources", () => {
    expect(programBytesMax(1, 1)).toBe(80);
    expect(programBytesMax(3, 10)).toBe(3 * (12 + 80) * 4);
  });

  it("are a table of rows, and behind it their lists", () => {
    const kernel = createPlainKernel(4096);
    const rows = [
      [1, 1, 1],
      [1, 2, 4],
      [1, 142, 71],
      [1, 4, 16],
      [0, 1, 0],
      [5, 0, 1],
      [0, 0, 0],
    ];
    const [a, b, c] = [1024, 1152, 1280] as const;
    const targets = rows.map((_, row) => 2048 + 128 * row);
    const start = 64;
    const program = writeProgram(kernel, rows, [a, b, c], targets, start);
    expect(program).toEqual({ table: start, tableEnd: start + 7 * 16 });
    const lists = [[a, b, c], [a, b, c], [a, b, c], [a, b, c], [b]];
    const words = (address: number, count: number): number[] => [
      ...kernel.words.subarray(address / 4, address / 4 + count),
    ];
    const kinds = [ROW_XOR, ROW_DOUBLE, ROW_HALVE, ROW_QUADRUPLE, ROW_XOR, ROW_GENERAL, ROW_GENERAL];
    let list = program.tableEnd;
    for (const [row, kind] of kinds.entries()) {
      const [kindThere, target, first, end] = words(start + 16 * row, 4) as [number, number, number, number];
      expect([kindThere, target, first]).toEqual([kind, targets[row], list]);
      if (row < 5) expect(words(first, (end - first) / 4)).toEqual(lists[row]);
      list = end;
    }
    const general = words(start + 16 * 5, 4)[2] as number;
    const at = (word: number): number => general + 4 * word;
    expect(words(general, 11)).toEqual([at(1), at(2), at(3), at(4), at(5), at(7), a, at(8), at(11), a, c]);
    expect(words(at(11), 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((word) => at(11 + word)));
    expect(list).toBe(at(19));
  });
});

describe("kernels", () => {
  const rows = [
    [1, 1, 1],
    [1, 2, 4],
    [1, 142, 71],
    [1, 4, 16],
    [5, 0, 1],
  ];

  it.each([
    ["plain", createPlainKernel],
    ["wasm", createWasmKernel],
  ] as const)("compute members of several steps, and whole blocks of them alone: %s", (_name, makeKernel) => {
    const length = 2 * 2048 + 384;
    const kernel = makeKernel(65_536) as Kernel;
    const sources = [0, 1, 2].map((slot) => 16_384 + slot * (length + 64));
    const targets = rows.map((_, row) => 32_768 + row * (length + 64));
    const data = sources.map((_, slot) =>
      Array.from({ length }, (_unused, at) => (at * 29 + (at >> 7) * 5 + slot * 71) & 255),
    );
    for (const [slot, bytes] of data.entries()) kernel.memory.set(bytes, sources[slot]);
    const program = writeProgram(kernel, rows, sources, targets, 0);
    const expected = slowCombine(FIELD_OF_256.multiply, rows, data).map((bytes) => Buffer.from(bytes));
    for (const [from, to] of [
      [0, length],
      [128, 2048],
      [2048, 4096],
      [1920, 4224],
    ] as const) {
      for (const target of targets) kernel.memory.fill(0, target, target + length);
      kernel.run(program.table, program.tableEnd, from, to);
      for (const [row, target] of targets.entries()) {
        const whole = Buffer.alloc(length);
        (expected[row] as Buffer).copy(whole, from, from, to);
        expect(Buffer.compare(kernel.memory.subarray(target, target + length), whole), `${row}`).toBe(0);
      }
    }
  });

  it("have at least the memory that was asked for: the plain one just that, the other whole pages", () => {
    expect(createPlainKernel(1000)).toMatchObject({ name: "plain" });
    expect(createPlainKernel(1000).memory.length).toBe(1000);
    for (const [asked, bytes] of [
      [1, 65_536],
      [65_536, 65_536],
      [65_537, 131_072],
    ] as const) {
      const kernel = createWasmKernel(asked) as Kernel;
      expect(kernel.name).toBe("wasm");
      expect(kernel.memory.length).toBe(bytes);
      expect(kernel.words.buffer).toBe(kernel.memory.buffer);
    }
    expect(createKernel(1).name).toBe("wasm");
  });

  it("without WebAssembly are the plain ones, and a memory that is too large is no reason to give it up", async () => {
    expect(createWasmKernel(2 ** 40)).toBeUndefined();
    expect(createWasmKernel(1)?.name).toBe("wasm");
    vi.resetModules();
    const there = globalThis.WebAssembly;
    try {
      Reflect.deleteProperty(globalThis, "WebAssembly");
      const choice = await import("../../../src/core/redundancy/kernel-choice.ts");
      expect(choice.createKernel(256).name).toBe("plain");
      expect(choice.createKernel(256).memory.length).toBe(256);
      // Plain XOR of whole buffers serves then, whatever their length.
      const { combine: combineHere } = await import("../../../src/core/redundancy/combine.ts");
      const long = new Uint8Array(4096).fill(3);
      expect(combineHere([[1, 1]], [long, new Uint8Array(4096).fill(5)], 4096)).toEqual([
        new Uint8Array(4096).fill(6),
      ]);
      globalThis.WebAssembly = there;
      expect(choice.createKernel(256).name).toBe("plain");
    } finally {
      globalThis.WebAssembly = there;
      vi.resetModules();
    }
  });
});

describe("combine", () => {
  const a = new Uint8Array(300).fill(3);
  const b = new Uint8Array(300).fill(5);

  it("gives zeros for the sum of nothing, and a source itself where a row is a copy", () => {
    expect(combine([[]], [], 300)).toEqual([new Uint8Array(300)]);
    expect(combine([[0, 0]], [a, b], 300)).toEqual([new Uint8Array(300)]);
    expect(combine([[0, 1]], [a, b], 300)[0]).toBe(b);
    expect(copiedSource([1, 0], [a, b])).toBe(a);
    expect(copiedSource([1, 1], [a, b])).toBeUndefined();
    expect(copiedSource([0, 2], [a, b])).toBeUndefined();
    expect(copiedSource([0, 0], [a, b])).toBeUndefined();
  });

  it("has room for sixteen rows of 255 sources with every bit, and takes more rows in turn", () => {
    const sources = Array.from({ length: 255 }, (_, slot) => new Uint8Array(128).fill(slot ^ (slot >> 3)));
    const row = new Array<number>(255).fill(255);
    const [expected] = slowCombine(
      FIELD_OF_256.multiply,
      [row],
      sources.map((bytes) => [...bytes]),
    );
    const rows = Array.from({ length: 32 }, () => row);
    const texts = combine(rows, sources, 128).map((bytes) => Buffer.from(bytes).toString("hex"));
    expect(texts).toHaveLength(32);
    expect(new Set(texts)).toEqual(new Set([Buffer.from(expected ?? []).toString("hex")]));
  });

  it("keeps rows in order when some are copies and there are more than the memory takes at once", () => {
    const rows = Array.from({ length: 40 }, (_, row) => (row % 3 === 0 ? [1, 0] : [row, 2]));
    const results = combine(rows, [a, b], 300);
    const expected = slowCombine(FIELD_OF_256.multiply, rows, [[...a], [...b]]);
    expect(results.map((bytes) => [...bytes])).toEqual(expected);
    for (let row = 0; row < 40; row += 3) expect(results[row]).toBe(a);
  });
});

describe("codings", () => {
  it("have local groups in an LRC alone", () => {
    for (const text of ["mirror:3", "stripe:3", "parity:3+1", "rs:3+2"]) {
      expect(codingOf(schemeOf(text)).localGroups, text).toEqual([]);
    }
    expect(codingOf(schemeOf("lrc:6,2,2")).localGroups).toEqual([
      [0, 1, 2, 6],
      [3, 4, 5, 7],
    ]);
    expect(codingOf(schemeOf("lrc:6,2,2"))).toBe(codingOf(schemeOf("lrc:6,2,2")));
  });

  it("change from powers to Cauchy rows where the definitions do", () => {
    for (const text of [
      "lrc:15,1,2",
      "lrc:16,1,2",
      "lrc:30,2,2",
      "lrc:32,2,2",
      "lrc:4,2,3",
      "lrc:14,14,2",
      "rs:252+3",
      "rs:21+4",
      "rs:22+4",
      "rs:2+5",
    ]) {
      const { k } = schemeOf(text);
      const rows = codingOf(schemeOf(text)).rows.map((row) => [...row]);
      expect(rows, text).toEqual(definitionOf(text).generator.slice(k));
    }
  });

  it("of short groups are recoverable from as many members as there are data, implicit zeros not counted", () => {
    const scheme = schemeOf("rs:3+2");
    expect(recoverable(scheme, 2, [true, false, true, true, false])).toBe(true);
    expect(recoverable(scheme, 2, [true, false, true, false, false])).toBe(false);
  });
});

describe("blocks", () => {
  it("come again after 32 rounds, the rotated one in every round", () => {
    const declustered = { memberCount: 3, width: 8, declusteredOver: 4 };
    const blocks = Array.from({ length: 32 }, (_, round) => blockOf(declustered, round));
    expect(new Set(blocks).size).toBe(32);
    for (const round of [32, 63, 64]) expect(blockOf(declustered, round)).toBe(blocks[round % 32]);
    expect(blockOf({ memberCount: 3, width: 5 }, 7)).toBe(blockOf({ memberCount: 3, width: 5 }, 0));
    expect(blockOf({ memberCount: 3, width: 5 }, 0)).toEqual({
      places: [0, 1, 2],
      memberAt: [0, 1, 2, -1, -1],
    });
    expect(blockOf({ memberCount: 3, width: 3 }, 0).memberAt).toEqual([0, 1, 2]);
    expect(blockOf({ memberCount: 2, width: 3 }, 0).places).toEqual([0, 1]);
    expect(blockOf(declustered, 0)).toBe(blocks[0]);
  });

  it.each([
    // Difference sets: each distance comes once.
    [3, 7, 7, ["0,1,3", "1,3,0", "3,0,1", "0,1,3"]],
    [4, 13, 13, ["0,1,3,9", "1,3,9,0", "3,9,0,1", "9,0,1,3"]],
    // Two of each of two domains, which are the even and the odd places.
    [4, 6, 2, ["0,1,3,2", "2,3,5,0", "1,3,0,2", "1,0,2,3", "0,2,3,5"]],
  ])(
    "of %i members over %i places in %i domains are these",
    (memberCount, width, declusteredOver, expected) => {
      for (const [round, places] of expected.entries()) {
        expect(String(blockOf({ memberCount, width, declusteredOver }, round).places)).toBe(places);
      }
    },
  );
});

describe("what is kept is bounded", () => {
  it("64 designs of placements", async () => {
    vi.resetModules();
    const fresh = await import("../../../src/core/redundancy/block-design.ts");
    const first = fresh.blockOf({ memberCount: 2, width: 100 }, 0);
    for (let width = 3; width < 66; width += 1) fresh.blockOf({ memberCount: 2, width }, 0);
    expect(fresh.blockOf({ memberCount: 2, width: 100 }, 0)).toBe(first);
    fresh.blockOf({ memberCount: 2, width: 66 }, 0);
    expect(fresh.blockOf({ memberCount: 2, width: 100 }, 0)).not.toBe(first);
    expect(fresh.blockOf({ memberCount: 2, width: 100 }, 0)).toEqual(first);
  });

  it("256 codings", async () => {
    vi.resetModules();
    const fresh = await import("../../../src/core/redundancy/scheme.ts");
    const codingHere = (text: string) => fresh.codingOf(schemeOf(text));
    const first = codingHere("parity:4+1");
    for (let k = 1; k <= 255; k += 1) codingHere(`stripe:${k}`);
    expect(codingHere("parity:4+1")).toBe(first);
    codingHere("mirror:2");
    expect(codingHere("parity:4+1")).not.toBe(first);
    expect(codingHere("parity:4+1")).toEqual(first);
  });
});

describe("rows by tables", () => {
  it("leave alone what lies outside the range", () => {
    const target = new Uint8Array(6).fill(9);
    combineBytes(
      [2, 0, 1],
      [1, 2, 4].map((byte) => new Uint8Array(6).fill(byte)),
      target,
      2,
      4,
    );
    expect([...target]).toEqual([9, 9, 6, 6, 9, 9]);
  });
});
