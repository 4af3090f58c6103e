import { describe, expect, it } from "vitest";
import { encodeGroup, rebuildMember } from "../../../src/core/redundancy/code.ts";
import { readSetFor } from "../../../src/core/redundancy/read-set.ts";
import type { Scheme } from "../../../src/core/redundancy/scheme.ts";
import { definitionOf } from "../../../src/verify/oracle/generator.ts";
import { rankOf } from "../../../src/verify/oracle/rank.ts";
import { schemeOf } from "./arbitrary.ts";

function bitsOf(mask: number, count: number): boolean[] {
  return Array.from({ length: count }, (_, index) => ((mask >> index) & 1) === 1);
}

/**
 * By trying all sets: [members read as bits] -> members that follow as bits, by rank. Implicit zeros are never set.
 * Nothing of the core is asked.
 */
function followingFrom(scheme: Scheme, dataCount: number): number[] {
  const { field, generator } = definitionOf(scheme.text);
  const count = scheme.k + scheme.m;
  const exists = (member: number): boolean => member < dataCount || member >= scheme.k;
  return Array.from({ length: 1 << count }, (_, mask) => {
    const read = generator.filter((_row, member) => exists(member) && ((mask >> member) & 1) === 1);
    const rank = rankOf(field, read, dataCount);
    let following = 0;
    for (const [member, row] of generator.entries()) {
      if (exists(member) && rankOf(field, [...read, row], dataCount) === rank) following |= 1 << member;
    }
    return following;
  });
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Wanted sets of every size for tiny groups, of one or two members and all data otherwise. */
function wantedMasks(scheme: Scheme): number[] {
  const count = scheme.k + scheme.m;
  const masks: number[] = [];
  for (let mask = 0; mask < 1 << count; mask += 1) {
    if (count <= 5 || bitCount(mask) <= 2 || mask === (1 << scheme.k) - 1) masks.push(mask);
  }
  return masks;
}

describe("readSetFor", () => {
  it("is sufficient and the smallest, for every availability of small schemes, by trying all sets", () => {
    let cases = 0;
    const texts = ["mirror:2", "mirror:3", "stripe:1", "stripe:3", "parity:2+1", "parity:4+1"].concat([
      "rs:3+2",
      "rs:2+3",
      "lrc:2,1,1",
      "lrc:4,2,1",
      "lrc:4,2,2",
      "lrc:3,3,2",
    ]);
    for (const text of texts) {
      const scheme = schemeOf(text);
      const count = scheme.k + scheme.m;
      for (let dataCount = 1; dataCount <= scheme.k; dataCount += 1) {
        const following = followingFrom(scheme, dataCount);
        const existing = (following[(1 << count) - 1] as number) >>> 0;
        const bySize = Array.from({ length: 1 << count }, (_, mask) => mask)
          .filter((mask) => (mask & existing) === mask)
          .sort((a, b) => bitCount(a) - bitCount(b));
        for (let available = 0; available < 1 << count; available += 1) {
          if ((available & existing) !== available) continue;
          const readable = bySize.filter((mask) => (mask & available) === mask);
          for (const wanted of wantedMasks(scheme)) {
            const members = bitsOf(wanted, count).flatMap((is, member) => (is ? [member] : []));
            const smallest = readable.find(
              (mask) => ((following[mask] as number) & wanted & existing) === (wanted & existing),
            );
            const readSet = readSetFor(scheme, dataCount, bitsOf(available, count), members);
            const read = readSet?.reduce((mask, member) => mask | (1 << member), 0);
            const isSmallest =
              smallest === undefined
                ? read === undefined
                : read !== undefined &&
                  readSet?.length === bitCount(smallest) &&
                  bitCount(read) === bitCount(smallest) &&
                  (read & available) === read &&
                  ((following[read] as number) & wanted & existing) === (wanted & existing);
            if (!isSmallest) {
              expect.fail(
                `${text} of ${dataCount}, available ${available.toString(2)} wants ${String(members)}: ` +
                  `${String(readSet)}, smallest ${smallest?.toString(2) ?? "none"}`,
              );
            }
            cases += 1;
          }
        }
      }
    }
    expect(cases).toBeGreaterThan(20_000);
  });

  it("what it names is enough to compute every wanted member", () => {
    for (const text of ["parity:3+1", "rs:3+2", "rs:2+5", "lrc:4,2,2"]) {
      const scheme = schemeOf(text);
      const data = Array.from({ length: scheme.k }, (_, member) =>
        Uint8Array.of(member * 3 + 1, 77 + member),
      );
      const all = [...data, ...encodeGroup(scheme, data)];
      for (let lost = 0; lost < 1 << all.length; lost += 1) {
        const available = bitsOf(lost, all.length).map((is) => !is);
        for (let wanted = 0; wanted < all.length; wanted += 1) {
          const readSet = readSetFor(scheme, scheme.k, available, [wanted]);
          if (readSet === undefined) continue;
          const read = all.map((bytes, member) => (readSet.includes(member) ? bytes : undefined));
          expect(rebuildMember(scheme, scheme.k, read, wanted)).toEqual({ ok: true, bytes: all[wanted] });
        }
      }
    }
  });

  it("prefers the wanted members, then data, then redundancy", () => {
    const parity = schemeOf("parity:3+1");
    const every = [true, true, true, true];
    expect(readSetFor(parity, 3, every, [2, 0, 2])).toEqual([0, 2]);
    expect(readSetFor(parity, 3, every, [])).toEqual([]);
    expect(readSetFor(parity, 3, [true, false, true, true], [1])).toEqual([0, 2, 3]);
    expect(readSetFor(parity, 3, [true, true, true, false], [3])).toEqual([0, 1, 2]);
    expect(readSetFor(parity, 1, [true, true, true, true], [2])).toEqual([]);
    const mirror = schemeOf("mirror:3");
    expect(readSetFor(mirror, 1, [true, true, true], [0])).toEqual([0]);
    expect(readSetFor(mirror, 1, [true, true, true], [2])).toEqual([2]);
    expect(readSetFor(mirror, 1, [false, true, true], [0])).toEqual([1]);
    expect(readSetFor(mirror, 1, [true, true, false], [2])).toEqual([0]);
    expect(readSetFor(mirror, 1, [false, false, false], [2])).toBeUndefined();
  });

  it("reads the local group alone: LRC(12,2,2) repairs data from 6 members, where RS(12+4) reads 12", () => {
    const lrc = schemeOf("lrc:12,2,2");
    const allBut = (lost: readonly number[]) =>
      Array.from({ length: 16 }, (_, member) => !lost.includes(member));
    expect(readSetFor(lrc, 12, allBut([3]), [3])).toEqual([0, 1, 2, 4, 5, 12]);
    expect(readSetFor(lrc, 12, allBut([3, 9]), [3, 9])).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 10, 11, 12, 13]);
    expect(readSetFor(lrc, 12, allBut([13]), [13])).toEqual([6, 7, 8, 9, 10, 11]);
    expect(readSetFor(lrc, 12, allBut([3, 4]), [3])).toHaveLength(12);
    expect(readSetFor(schemeOf("rs:12+4"), 12, allBut([3]), [3])).toHaveLength(12);
  });

  it("asserts the shape of its input", () => {
    expect(() => readSetFor(schemeOf("stripe:2"), 2, [true], [0])).toThrow("availability");
    expect(() => readSetFor(schemeOf("stripe:2"), 2, [true, true], [2])).toThrow("wanted member 2");
  });
});
