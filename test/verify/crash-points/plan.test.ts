import { describe, expect, it } from "vitest";
import { scenarioOfBase } from "../../../src/verify/crash-points/base-scenario.ts";
import {
  allBases,
  allCells,
  basesOf,
  imageSizes,
  schemesAt,
} from "../../../src/verify/crash-points/bases.ts";
import type {
  CrashBase,
  CrashCell,
  CrashPlan,
  CrashProfile,
} from "../../../src/verify/crash-points/chunk.ts";
import type { World } from "../../../src/sim/world.ts";
import { partCountOf, partsOf } from "../../../src/verify/crash-points/parts.ts";
import { countCell, planCrashPoints } from "../../../src/verify/crash-points/plan.ts";
import { countBase, runChunkPrepared } from "../../../src/verify/crash-points/run-chunk.ts";
import { mergeChunks } from "../../../src/verify/crash-points/merge.ts";
import { selectCases } from "../../../src/verify/crash-points/selection.ts";
import { strikeCount, tearClassOf } from "../../../src/verify/crash-points/strikes.ts";
import { unreached } from "../../../src/verify/crash-points/reach.ts";
import { ENGINES, smallBase, tableOf } from "./small-chunk.ts";

function plan(profile: CrashProfile): Promise<CrashPlan> {
  const count = (cell: CrashCell) => Promise.resolve(basesOf(cell).map(() => ({ cases: 10, pieces: 1 })));
  return planCrashPoints(profile, { count, engines: ENGINES });
}

function cellOf(scheme: string, width: number): CrashCell {
  const cell = allCells().find((one) => one.scheme === scheme && one.width === width);
  if (cell === undefined) throw new Error("no such cell");
  return cell;
}

describe("a plan from a sample", () => {
  it("is about what the whole count gives, says that it is estimated, and cannot be carried out", async () => {
    const wanted = cellOf("parity:2+1", 4);
    const sampled = countCell(wanted, ENGINES, "sample");
    const all = countCell(wanted, ENGINES, "all");
    expect(all).toHaveLength(basesOf(wanted).length);
    expect(sampled.length).toBeLessThan(all.length / 20);
    const estimate = await planCrashPoints("exhaustive", {
      count: (cell) => Promise.resolve(cell.scheme === wanted.scheme ? sampled : [{ cases: 0, pieces: 1 }]),
      engines: ENGINES,
    });
    expect(estimate.isEstimated).toBe(true);
    const planned = estimate.cells.find(({ scheme, width }) => scheme === "parity:2+1" && width === 4);
    const caseCount = all.reduce((sum, { cases }) => sum + cases, 0);
    expect(planned?.baseCount).toBe(all.length);
    expect(planned?.caseCount).toBeGreaterThan(caseCount / 2);
    expect(planned?.caseCount).toBeLessThan(caseCount * 2);
    expect(() => [...estimate.chunks]).toThrow("an estimate is not carried out");
  });
});

describe("the bases", () => {
  it("have every scheme that fits, at every width from 2 to 8", () => {
    expect(schemesAt(2).map(({ scheme }) => scheme)).toEqual([
      "mirror:2",
      "stripe:1",
      "stripe:2",
      "parity:1+1",
      "rs:1+1",
    ]);
    const texts = schemesAt(8).map(({ scheme }) => scheme);
    expect(texts.filter((text) => text.startsWith("mirror"))).toEqual(
      [2, 3, 4, 5, 6, 7, 8].map((copies) => `mirror:${copies}`),
    );
    expect(texts.filter((text) => text.startsWith("rs"))).toHaveLength(28);
    expect(texts).toEqual(expect.arrayContaining(["rs:4+4", "lrc:4,2,2", "lrc:2,1,1", "lrc:6,1,1"]));
    expect(new Set(texts).size).toBe(texts.length);
    expect(schemesAt(8).every(({ k, m }) => k + m <= 8)).toBe(true);
    const cells = new Set(allBases().map(({ scheme, width }) => `${width} ${scheme}`));
    expect(cells.size).toBe(allCells().length);
  });

  it("have images around the boundaries of subsegments and groups", () => {
    const wide = [0, 1, 1023, 1024, 1025, 3071, 3072, 3073, 4429];
    expect(imageSizes("restore", { k: 3, width: 8 })).toEqual(wide);
    expect(imageSizes("scrub", { k: 3, width: 8 })).toEqual([...wide, 8 * 3 * 1024 - 1]);
    expect(imageSizes("restore", { k: 1, width: 2 })).toEqual([0, 1, 1023, 1024, 1025, 2047, 2381]);
  });

  it("have every slot that may come back, be blank or be rotten, and both retention counts", () => {
    const bases = basesOf(cellOf("parity:2+1", 5));
    for (const phase of ["rejoin", "repair", "scrub"] as const) {
      const own = bases.filter((base) => base.phase === phase);
      expect(new Set(own.map(({ harmedSlot }) => harmedSlot))).toEqual(new Set([0, 1, 2, 3, 4]));
      expect(new Set(own.map(({ retentionCount }) => retentionCount))).toEqual(new Set([1, 2]));
    }
    const restores = bases.filter(({ phase }) => phase === "restore");
    expect(new Set(restores.map(({ retentionCount }) => retentionCount))).toEqual(new Set([1, 2]));
  });

  it("of one cell go on from one world until their own fault strikes, and are counted the same", () => {
    const bases = basesOf(cellOf("mirror:2", 3)).filter(
      ({ phase, imageBytes, retentionCount, former }) =>
        phase !== "double" && imageBytes === 1025 && retentionCount === 2 && former === "dedicated",
    );
    const shared = new Map<string, World>();
    const counts = bases.map((base) => countBase(base, ENGINES, shared));
    expect(counts).toEqual(bases.map((base) => countBase(base, ENGINES)));
    expect(bases.length).toBeGreaterThan(15);
    expect(shared.size).toBe(4);
  });

  it("wider than a group have a declustered placement too, in every phase but a second crash", () => {
    const declusteredOf = (scheme: string, width: number): CrashBase[] =>
      basesOf(cellOf(scheme, width)).filter(({ placement }) => placement === "declustered");
    const bases = declusteredOf("parity:2+1", 7);
    expect(new Set(bases.map(({ phase }) => phase)).size).toBe(6);
    expect(bases).toHaveLength(3 + 3 * 7);
    expect(bases.every((base) => scenarioOfBase(base).placement === "declustered")).toBe(true);
    expect(declusteredOf("parity:2+1", 3)).toEqual([]);
    expect(declusteredOf("stripe:2", 4)).toEqual([]);
  });

  it("stand in racks, too, where the racks can be kept apart", () => {
    const rackedOf = (scheme: string, width: number): CrashBase[] =>
      basesOf(cellOf(scheme, width)).filter(({ inRacks }) => inRacks === true);
    const kinds = (bases: readonly CrashBase[]): Set<string> =>
      new Set(bases.map(({ placement }) => placement ?? "rotated"));
    expect(rackedOf("mirror:2", 4)).toHaveLength(2 * (3 + 3 * 4));
    expect(kinds(rackedOf("mirror:2", 4))).toEqual(new Set(["rotated", "declustered"]));
    expect(kinds(rackedOf("parity:2+1", 6))).toEqual(new Set(["rotated", "declustered"]));
    expect(kinds(rackedOf("mirror:2", 5))).toEqual(new Set(["rotated"]));
    expect(rackedOf("parity:2+1", 4)).toEqual([]);
    expect(rackedOf("stripe:2", 4)).toEqual([]);
    const scenario = scenarioOfBase(rackedOf("mirror:2", 4)[0] as CrashBase);
    expect(scenario.domains).toEqual({ "rack-1": ["s1", "s2"], "rack-2": ["s3", "s4"] });
    expect(scenario.domainsApart).toBe(true);
  });

  it("scrub: rot strikes exactly the slots that hold members", () => {
    const cell = cellOf("parity:2+1", 4);
    const kept = basesOf(cell).filter(
      ({ phase, former, serverCount }) => phase === "scrub" && former === "backup" && serverCount === 5,
    );
    expect(kept.every((base) => countBase(base, ENGINES).cases > 0)).toBe(true);
    const [small] = kept.filter(({ imageBytes }) => imageBytes === 1);
    if (small === undefined) throw new Error("a small image rots too");
    // One data member and the parity: members 0 and 2 of group 0.
    const harmed = kept
      .filter(({ imageBytes, retentionCount }) => imageBytes === 1 && retentionCount === 1)
      .map(({ harmedSlot }) => harmedSlot);
    expect(harmed).toEqual([0, 2]);
    for (const harmedSlot of [1, 3, 4]) expect(countBase({ ...small, harmedSlot }, ENGINES).cases).toBe(0);
  });

  it("small widths: the first of two crashes takes each server along, disk kept and disk lost", () => {
    const bases = basesOf(cellOf("mirror:2", 3)).filter(
      ({ phase, serverCount }) => phase === "double" && serverCount === 3,
    );
    const firsts = new Set(
      bases.map(({ first }) => (first === undefined ? "" : `${first.slot} ${first.disk}`)),
    );
    expect(firsts).toEqual(new Set(["", "0 kept", "0 lost", "1 kept", "1 lost", "2 kept", "2 lost"]));
  });

  it("are all scenarios, each another one", () => {
    const some = schemesAt(4).flatMap((cell) =>
      basesOf(cell).filter(({ phase }, index) => phase !== "double" && index % 37 === 0),
    );
    // The slot of a phase that harms none is not in its scenario.
    const texts = new Set(some.map((base) => JSON.stringify(scenarioOfBase(base))));
    expect(texts.size).toBe(some.length);
    expect(some.length).toBeGreaterThan(100);
  });
});

describe("the commit profile", () => {
  it("has every cell with every phase, image, place of the former, harmed slot and retention count", async () => {
    const commit = await plan("commit");
    const chunks = [...commit.chunks];
    const seen = (of: (base: CrashBase) => string): readonly [number, number] => [
      new Set(chunks.map(({ base }) => of(base))).size,
      new Set(allBases().map(of)).size,
    ];
    const whole = [
      seen(({ width, scheme, phase }) => `${width} ${scheme} ${phase}`),
      seen(({ width, imageBytes }) => `${width} ${imageBytes}`),
      seen(({ width, scheme, former }) => `${width} ${scheme} ${former}`),
      seen(({ width, scheme, serverCount }) => `${width} ${scheme} ${serverCount}`),
      seen(({ width, phase, retentionCount }) => `${width} ${phase} ${retentionCount}`),
      seen(({ width, phase, harmedSlot }) => `${width} ${phase} ${harmedSlot}`),
      seen(({ width, first }) => `${width} ${first?.slot} ${first?.disk}`),
    ];
    for (const [planned, all] of whole) expect(planned).toBe(all);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(chunks.length);
    expect(commit.pieceCount).toBe(chunks.length);
    expect(commit.selectedCount).toBeGreaterThan(500_000);
    expect(commit.caseCount).toBeUndefined();
    const shares = commit.cells.map(({ selectedCount, width }) => selectedCount * width * width);
    expect(Math.max(...shares) / Math.min(...shares)).toBeLessThan(1.1);
  });

  it("strikes at every kind of step of every activity, and leaves disks in every way", async () => {
    const chunks = [...(await plan("commit")).chunks].filter(
      // Walking through every recovery takes long: one of them is enough.
      ({ base: { scheme, width, serverCount, phase, imageBytes } }) =>
        scheme === "mirror:2" && width === 3 && serverCount === 3 && (phase !== "double" || imageBytes === 1),
    );
    const results = chunks.map((chunk) => runChunkPrepared({ ...chunk, caseCountMax: 16 }, ENGINES));
    expect(unreached(mergeChunks(results).reach)).toEqual([]);
    expect(unreached({ steps: {}, tears: {} }).length).toBeGreaterThan(30);
  });
});

describe("the exhaustive profile", () => {
  it("has every base, and knows its counts before it runs", async () => {
    const exhaustive = await plan("exhaustive");
    const baseCount = allBases().length;
    expect(exhaustive.baseCount).toBe(baseCount);
    expect(exhaustive.caseCount).toBe(10 * baseCount);
    let chunkCount = 0;
    for (const { part, caseCountMax } of exhaustive.chunks) {
      expect(part ?? caseCountMax).toBeUndefined();
      chunkCount += 1;
    }
    expect(chunkCount).toBe(baseCount);
  });

  it("cuts a large base by its sets, and a set with very many tears by what is left on disks", () => {
    const base = smallBase({ scheme: "mirror:6", width: 6, serverCount: 6, imageBytes: 1024 });
    const { run, table } = tableOf(base);
    const parts = [...partsOf(run.sets, table)];
    expect(parts).toHaveLength(partCountOf(run.sets, table));
    const taken = new Map<number, number>();
    for (const part of parts) {
      if (part === undefined) throw new Error("this base is cut");
      const { fromSet, endSet, share } = part;
      const { modulus } = share ?? { modulus: 1 };
      for (let set = fromSet; set < endSet; set += 1) {
        const keptCount = run.sets[set]?.keptSlots.length ?? 0;
        taken.set(set, (taken.get(set) ?? 0) + 1 / modulus ** keptCount);
      }
    }
    expect(taken.size).toBe(run.sets.length);
    expect([...taken.values()].every((sum) => Math.abs(sum - 1) < 1e-9)).toBe(true);
    expect(parts.some((part) => part?.share !== undefined)).toBe(true);
    expect([...partsOf(tableOf(smallBase()).run.sets, tableOf(smallBase()).table)]).toEqual([undefined]);
  });
});

describe("the selection of cases", () => {
  it("has as many as are wanted, each once, of every activity, kind of step and class of tears", () => {
    const { run, table } = tableOf(
      smallBase({ scheme: "mirror:3", width: 4, serverCount: 4, phase: "next-checkpoint" }),
    );
    const { sets } = run;
    const selection = selectCases({ table, sets, wanted: 300, seed: "test" });
    const names = new Set<string>();
    const strata = new Set<string>();
    let count = 0;
    for (const [stepIndex, cases] of selection) {
      const step = table.steps[stepIndex];
      if (step === undefined) throw new Error("a selected step exists");
      for (const { setIndex, variant } of cases) {
        const set = sets[setIndex];
        if (set === undefined) throw new Error("a selected set exists");
        expect(variant).toBeLessThan(strikeCount(set, step.pattern.tears));
        names.add(`${stepIndex} ${setIndex} ${variant}`);
        const tears = tearClassOf(set, step.pattern.tears);
        for (const kind of step.kinds) strata.add(`${step.activity} ${kind} ${tears}`);
        count += 1;
      }
    }
    expect(count).toBe(300);
    expect(names.size).toBe(300);
    const all = new Set<string>();
    for (const { activity, kinds, pattern } of table.steps) {
      for (const set of sets) {
        if (strikeCount(set, pattern.tears) === 0) continue;
        for (const kind of kinds) all.add(`${activity} ${kind} ${tearClassOf(set, pattern.tears)}`);
      }
    }
    expect(strata).toEqual(all);
    expect(selectCases({ table, sets, wanted: 300, seed: "test" })).toEqual(selection);
    expect(selectCases({ table, sets, wanted: 300, seed: "other" })).not.toEqual(selection);
  });

  it("takes all where no more than wanted are there", () => {
    const { run, table } = tableOf(smallBase({ serverCount: 2, imageBytes: 0, phase: "restore" }));
    const wanted = table.caseCount;
    const selection = selectCases({ table, sets: run.sets, wanted, seed: "" });
    expect([...selection.values()].reduce((sum, cases) => sum + cases.length, 0)).toBe(wanted);
  });
});
