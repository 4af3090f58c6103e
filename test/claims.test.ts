/**
 * The claims of docs/claims.md: for each, its scenario is run, and what the claim asks for is looked for in the run.
 *
 * Every case has a second run with the capability taken away; the same look must then find that it is missing.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { ClusterConfiguration } from "../src/core/protocol/cluster.ts";
import { coreHostProgram } from "../src/sim/host-program.ts";
import { judgeRun, type RunOptions } from "../src/verify/run.ts";
import {
  countBy,
  fetchedMembers,
  groupsOf,
  lookForCopies,
  lookForFormingWithout,
  lookForImageSentTo,
  lookForParity,
  lookForRestart,
  lookForSteps,
  lookForStored,
  lookForStripedParity,
  lookForStripes,
  lookForSubsegments,
  lookForSupplier,
  noteKinds,
  suppliedPieces,
} from "./claims-looks.ts";
import { claimFile, type ClaimRun, firstDurable, imageOf, loadClaim, observeRun } from "./claims-run.ts";

interface Case {
  readonly claim: number;
  /** What the claim asks for. */
  readonly look: (run: ClaimRun) => void;
  /** What the scenario shows besides, mostly that the software was started again. */
  readonly more?: (run: ClaimRun) => void;
  readonly takenAway: RunOptions;
}

/** Long enough for a durable checkpoint, which is all that a look without `more` needs. */
const TAKEN_AWAY_NS = 400_000_000;

const ONE_SERVER: RunOptions = { overrides: { scheme: "stripe:1", width: "own" } };

function withScheme(scheme: string): RunOptions {
  return { overrides: { scheme, width: "own" } };
}

function withFormer(former: "production" | "dedicated"): RunOptions {
  return { overrides: { former } };
}

/** The order to take over never reaches a restorer. */
const NOBODY_RESTORES: RunOptions = {
  plant: (_, program) => ({
    ...program,
    message: (state, env, from, message) => {
      if (message.type !== "restore") program.message(state, env, from, message);
    },
  }),
};

/** The whole image in one subsegment: nothing is cut. */
const UNCUT: RunOptions = {
  plant: (configuration: ClusterConfiguration) =>
    coreHostProgram({ ...configuration, subsegmentBytes: 1 << 20 }),
};

const CASES: readonly Case[] = [
  {
    claim: 1,
    look: (run) => {
      expect(run.observed.find(({ kind }) => kind === "handed-over")?.host).toBe(run.plan.hosts.production);
      lookForSubsegments(run);
      lookForStored(run, 2);
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 2,
    look: (run) => {
      lookForParity(run);
      lookForStored(run, 3);
    },
    more: (run) => {
      lookForRestart(run);
      expect(fetchedMembers(run, "restorer").some(({ member }) => member === 2)).toBe(true);
    },
    takenAway: withScheme("stripe:2"),
  },
  {
    claim: 3,
    look: (run) => {
      lookForSubsegments(run);
      const image = imageOf(run, firstDurable(run));
      expect(image.length % run.plan.scenario.subsegmentBytes).not.toBe(0);
      const sizes = [...groupsOf(run).values()].map((members) => members.length);
      expect(sizes).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 2]);
    },
    more: lookForRestart,
    takenAway: UNCUT,
  },
  {
    claim: 4,
    look: lookForStripes,
    more: (run) => {
      lookForRestart(run);
      const waits = run.history.events.flatMap((event) =>
        event.kind === "note" && event.note.kind === "verdict" && event.note.verdict.kind === "waiting"
          ? [event.note.verdict.slots]
          : [],
      );
      expect(waits[0]).toContain(2); // c, which is away
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 5,
    look: lookForParity,
    more: (run) => {
      expect(noteKinds(run)).toContain("complete");
      const asked = new Set(fetchedMembers(run, "repair").map(({ member }) => member));
      expect([...asked].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
      lookForRestart(run);
    },
    takenAway: withScheme("stripe:4"),
  },
  { claim: 6, look: lookForStripedParity, more: lookForRestart, takenAway: withScheme("stripe:3") },
  {
    claim: 7,
    look: (run) => {
      lookForCopies(run, 3);
      lookForStored(run, 3);
    },
    more: lookForRestart,
    takenAway: withScheme("parity:2+1"),
  },
  {
    claim: 8,
    look: (run) => {
      lookForRestart(run);
      const { events, judgement } = run.history;
      const start = events.findLastIndex((event) => event.kind === "software-started");
      const released = events
        .slice(start)
        .filter(({ kind, host }) => kind === "output-released" && host === events[start]?.host);
      expect(released.length).toBeGreaterThan(10);
      expect(judgement.violations).toEqual([]);
    },
    takenAway: NOBODY_RESTORES,
  },
  {
    claim: 9,
    look: (run) => {
      const slots = lookForSubsegments(run);
      expect(new Set(slots)).toEqual(new Set(run.plan.hosts.slots.keys()));
    },
    more: lookForRestart,
    takenAway: ONE_SERVER,
  },
  {
    claim: 10,
    look: (run) => {
      lookForSupplier(run, run.plan.hosts.production);
      expect(run.history.costs.networkBytes.take.image).toBe(0);
    },
    more: lookForRestart,
    takenAway: withFormer("dedicated"),
  },
  {
    claim: 11,
    look: (run) => {
      const former = run.plan.hosts.names.indexOf("b");
      lookForImageSentTo(run, former);
      lookForSupplier(run, former);
      expect(suppliedPieces(run).some(({ to }) => to === former)).toBe(true);
    },
    more: (run) => {
      lookForFormingWithout(run);
      lookForRestart(run);
    },
    takenAway: withFormer("production"),
  },
  {
    claim: 12,
    look: (run) => {
      const { former, slots, production } = run.plan.hosts;
      expect([...slots, production]).not.toContain(former);
      lookForImageSentTo(run, former);
      lookForSupplier(run, former);
    },
    more: (run) => {
      lookForFormingWithout(run);
      lookForRestart(run);
    },
    takenAway: withFormer("production"),
  },
  {
    claim: 13,
    look: (run) => {
      lookForSupplier(run, run.plan.hosts.names.indexOf("former"));
      lookForStripes(run);
    },
    more: (run) => {
      lookForRestart(run);
      const counts = [...countBy(fetchedMembers(run, "restorer").map(({ to }) => to)).values()];
      expect(counts).toEqual([4, 4, 4]);
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 14,
    look: (run) => {
      lookForSupplier(run, run.plan.hosts.production);
      expect(new Set(lookForSubsegments(run)).size).toBe(4);
    },
    more: lookForRestart,
    takenAway: ONE_SERVER,
  },
  {
    claim: 15,
    look: (run) => {
      lookForParity(run);
      lookForSupplier(run, run.plan.hosts.names.indexOf("a"));
    },
    more: (run) => {
      lookForRestart(run);
      expect(fetchedMembers(run, "restorer").some(({ member }) => member === 3)).toBe(true);
    },
    takenAway: withScheme("stripe:3"),
  },
  {
    claim: 16,
    look: (run) => {
      lookForStripes(run);
      lookForSupplier(run, run.plan.hosts.production);
    },
    more: (run) => {
      lookForRestart(run);
      expect(countBy(fetchedMembers(run, "restorer").map(({ to }) => to)).size).toBe(4);
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 17,
    look: (run) => {
      lookForSteps(run);
      lookForCopies(run, 3);
    },
    more: lookForRestart,
    takenAway: ONE_SERVER,
  },
  {
    claim: 18,
    look: (run) => {
      lookForSteps(run);
      lookForParity(run);
    },
    more: (run) => {
      lookForRestart(run);
      const kinds = noteKinds(run);
      expect(kinds).toContain("rot-found");
      expect(kinds.indexOf("repaired")).toBeGreaterThan(kinds.indexOf("rot-found"));
    },
    takenAway: withScheme("stripe:4"),
  },
  {
    claim: 19,
    look: (run) => {
      lookForSteps(run);
      lookForStripedParity(run);
      lookForSupplier(run, run.plan.hosts.names.indexOf("former"));
    },
    more: lookForRestart,
    takenAway: withScheme("stripe:3"),
  },
];

describe("each claim is realised, and its absence would be noticed", () => {
  it("there is a case for each of the 19 claims", () => {
    expect(CASES.map(({ claim }) => claim)).toEqual(Array.from({ length: 19 }, (_, index) => index + 1));
  });
  for (const { claim, look, more, takenAway } of CASES) {
    it(`claim ${claim}`, async () => {
      const scenario = await loadClaim(claim);
      const run = await observeRun(scenario);
      const { promises, verdict, thresholds } = judgeRun(run.plan, run.history);
      expect(promises.flatMap(({ violations }) => violations)).toEqual([]);
      expect(verdict).toBe("held");
      expect(thresholds.every(({ met }) => met)).toBe(true);
      look(run);
      more?.(run);
      const isRestart = takenAway === NOBODY_RESTORES;
      const short = isRestart ? scenario.scenario.durationNs : TAKEN_AWAY_NS;
      const without = await observeRun(
        { ...scenario, scenario: { ...scenario.scenario, durationNs: short } },
        takenAway,
      );
      expect(() => look(without)).toThrow(expect.objectContaining({ name: "AssertionError" }) as Error);
    });
  }
});

describe("docs/claims.md", () => {
  it("has a row for each claim, with links to code, scenario and test that exist", async () => {
    const folder = new URL("../docs/", import.meta.url);
    const page = await readFile(new URL("claims.md", folder), "utf8");
    for (const { claim } of CASES) {
      const row = page.split("\n").find((line) => line.startsWith(`| ${claim} `)) ?? "";
      const targets = [...row.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target ?? "");
      expect(
        targets.filter((target) => target.startsWith("../src/")).length,
        `claim ${claim}`,
      ).toBeGreaterThan(0);
      expect(targets).toContain(`../scenarios/claims/${claimFile(claim)}`);
      expect(targets).toContain("../test/claims.test.ts");
      for (const target of targets) expect(existsSync(new URL(target, folder)), target).toBe(true);
    }
  });
});
