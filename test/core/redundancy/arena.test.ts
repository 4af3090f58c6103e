/** The memory of an arena, to the byte, and what it keeps from call to call; that it computes what it should is in kernel.test.ts. */
import { describe, expect, it } from "vitest";
import { GroupArena } from "../../../src/core/redundancy/arena.ts";
import type { Kernel } from "../../../src/core/redundancy/kernel.ts";
import { createPlainKernel } from "../../../src/core/redundancy/kernel-plain.ts";
import { createWasmKernel } from "../../../src/core/redundancy/kernel-wasm.ts";
import { programBytesMax } from "../../../src/core/redundancy/row-program.ts";
import { schemeOf } from "./arbitrary.ts";

/** An arena and the kernel that it computes with. */
function arenaOf(
  text: string,
  memberBytes: number,
  placeCount: number,
  makeKernel: (memoryBytes: number) => Kernel | undefined = createPlainKernel,
): { arena: GroupArena; kernel: Kernel; memoryBytes: number } {
  const made: { kernel: Kernel; memoryBytes: number }[] = [];
  const arena = new GroupArena(schemeOf(text), memberBytes, placeCount, (memoryBytes) => {
    const kernel = makeKernel(memoryBytes) as Kernel;
    made.push({ kernel, memoryBytes });
    return kernel;
  });
  return { arena, ...(made[0] as { kernel: Kernel; memoryBytes: number }) };
}

function roundedUp(bytes: number): number {
  return bytes + ((128 - (bytes % 128)) % 128);
}

describe("the memory of an arena", () => {
  it.each([
    ["rs:3+2", 2, 5, 300, 1],
    ["rs:3+2", 2, 5, 128, 3],
    ["stripe:4", 1, 4, 1, 2],
    ["lrc:4,2,1", 3, 7, 129, 2],
  ])(
    "%s: two programs of %i rows over %i members, then members of %i bytes in %i places",
    (text, rowCount, memberCount, memberBytes, placeCount) => {
      const { arena, memoryBytes } = arenaOf(text, memberBytes, placeCount);
      const programBytes = roundedUp(programBytesMax(rowCount, memberCount));
      const strideBytes = roundedUp(memberBytes) + 64;
      expect(memoryBytes).toBe(2 * programBytes + placeCount * memberCount * strideBytes);
      for (let place = 0; place < placeCount; place += 1) {
        for (let member = 0; member < memberCount; member += 1) {
          const view = arena.member(member, place);
          expect(view.length).toBe(memberBytes);
          expect(view.byteOffset).toBe(2 * programBytes + (place * memberCount + member) * strideBytes);
          expect(arena.member(member, place)).toBe(view);
        }
      }
    },
  );

  it.each([
    ["plain", createPlainKernel],
    ["wasm", createWasmKernel],
  ] as const)(
    "is changed in the members alone that are computed, short ones too: %s",
    (_name, makeKernel) => {
      for (const memberBytes of [1, 100, 127, 128, 200]) {
        const { arena, kernel } = arenaOf("parity:2+1", memberBytes, 2, makeKernel);
        const start = arena.member(0).byteOffset;
        kernel.memory.fill(0x5a, start);
        arena.member(0, 1).fill(1);
        arena.encode(2, 1);
        const changed = kernel.memory.subarray(start).filter((byte) => byte !== 0x5a);
        expect([...changed].sort((a, b) => a - b)).toEqual([
          ...new Array<number>(memberBytes).fill(1),
          ...new Array<number>(memberBytes).fill(0x5b),
        ]);
        expect(arena.rebuild(2, [true, true, true], [0, 1, 2], 1)).toEqual({ ok: true });
        expect(kernel.memory.subarray(start).filter((byte) => byte !== 0x5a)).toEqual(changed);
      }
      const { arena, kernel } = arenaOf("stripe:2", 128, 1, makeKernel);
      kernel.memory.fill(0x5a);
      arena.encode(2);
      expect(kernel.memory.every((byte) => byte === 0x5a)).toBe(true);
    },
  );
});

describe("what an arena worked out", () => {
  const TARGET = 1;

  it("is used again by the next call that asks the same, and by no other", () => {
    const { arena, kernel } = arenaOf("rs:3+2", 128, 1);
    const programBytes = roundedUp(programBytesMax(2, 5));
    const addressOf = (member: number): number => arena.member(member).byteOffset;
    const fillOf = (member: number): number => arena.member(member)[0] as number;
    for (let member = 0; member < 3; member += 1) arena.member(member).fill(1 << member);
    arena.encode(3);
    expect(fillOf(3)).toBe(7);
    // A program that was tampered with shows whether it is written anew.
    kernel.words[TARGET] = addressOf(4);
    arena.member(3).fill(0);
    arena.encode(3);
    expect(fillOf(3)).toBe(0);
    arena.encode(2);
    arena.encode(3);
    expect(fillOf(3)).toBe(7);

    const isThere = [false, false, true, true, true];
    const spoil = (): void => {
      arena.member(0).fill(0);
      arena.member(1).fill(0);
    };
    const rebuilt = (wanted: readonly number[], there: readonly boolean[] = isThere): number[] => {
      spoil();
      expect(arena.rebuild(3, there, wanted)).toEqual({ ok: true });
      return [fillOf(0), fillOf(1)];
    };
    expect(rebuilt([0])).toEqual([1, 0]);
    kernel.words[programBytes / 4 + TARGET] = addressOf(1);
    expect(rebuilt([0])).toEqual([0, 1]);
    expect(rebuilt([0, 1])).toEqual([1, 2]);
    expect(rebuilt([1])).toEqual([0, 2]);
    expect(rebuilt([0])).toEqual([1, 0]);
    arena.member(1).fill(2);
    expect(arena.rebuild(3, [false, true, true, true, false], [0])).toEqual({ ok: true });
    expect(fillOf(0)).toBe(1);
  });

  it("is nothing for members that are there", () => {
    const { arena } = arenaOf("rs:3+2", 128, 1);
    for (let member = 0; member < 3; member += 1) arena.member(member).fill(1 << member);
    arena.encode(3);
    arena.member(1).fill(0);
    expect(arena.rebuild(3, [true, false, true, true, true], [0, 1, 1, 2, 3, 4])).toEqual({ ok: true });
    expect([0, 1, 2, 3].map((member) => arena.member(member)[0])).toEqual([1, 2, 4, 7]);
  });
});
