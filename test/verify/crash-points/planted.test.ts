/** Bugs planted into the real core: the enumeration finds each, and gives a scenario that shows it again. */
import { describe, expect, it } from "vitest";
import type { HostState } from "../../../src/core/protocol/host.ts";
import { coreHostProgram } from "../../../src/sim/host-program.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import { foundInChunk } from "../../../src/verify/found-counterexample.ts";
import { replayRun } from "../../../src/verify/replay-run.ts";
import type { CrashBase } from "../../../src/verify/crash-points/chunk.ts";
import type { ChunkOptions } from "../../../src/verify/crash-points/run-chunk.ts";
import { runPrepared } from "../../../src/verify/run.ts";
import { PLANTED } from "../simulation/planted-bugs.ts";
import { ENGINES, runSmall, smallBase } from "./small-chunk.ts";

type Plant = NonNullable<ChunkOptions["plant"]>;

/** A server forgets which checkpoints it holds whenever its disk answers; the next control record says so. */
const heldListForgotten: Plant = (_, program) => ({
  ...program,
  storage: (state, env, completion) => {
    program.storage(state, env, completion);
    const { server } = state as HostState;
    if (server !== undefined) server.control.held.splice(0);
  },
});

/** The server of the second slot, blank and joined, says at once that nothing is left to rebuild. */
const secondSlotCompleteAtOnce: Plant = (_, program) => ({
  ...program,
  storage: (state, env, completion) => {
    program.storage(state, env, completion);
    const { server } = state as HostState;
    if (server?.slot !== 1 || server.control.life.number < 2 || !server.control.joined) return;
    server.control.complete = true;
    server.rebuilding = {};
  },
});

/** Servers do not hear that the production server is well, and take over from it. */
const beatsUnheard: Plant = (_, program) => ({
  ...program,
  message: (state, env, from, message) => {
    if (message.type !== "beat") program.message(state, env, from, message);
  },
});

/** Groups lie rotated, whatever the cluster asks for. */
const alwaysRotated: Plant = ({ placement: _placement, ...configuration }) => coreHostProgram(configuration);

const DECLUSTERED = smallBase({
  scheme: "parity:2+1",
  width: 5,
  serverCount: 5,
  imageBytes: 11 * 1024,
  phase: "restore",
  placement: "declustered",
});

/** Racks are there, and members lie as if there were none. */
const racksOverlooked: Plant = ({ placement, ...configuration }) =>
  coreHostProgram(
    placement === undefined ? configuration : { ...configuration, placement: { kind: placement.kind } },
  );

const IN_RACKS = smallBase({
  scheme: "mirror:2",
  width: 4,
  serverCount: 4,
  imageBytes: 4 * 1024 + 1,
  phase: "repair",
  inRacks: true,
});

const CASES: readonly (readonly [name: string, plant: Plant, base: CrashBase, promise: string])[] = [
  [
    "a flush that does nothing",
    PLANTED.flushDoesNothing,
    smallBase({ phase: "next-checkpoint" }),
    "durability",
  ],
  ["nobody restores", PLANTED.nobodyRestores, smallBase({ phase: "first-checkpoint" }), "decidability"],
  ["members denied", PLANTED.membersDenied, smallBase({ phase: "restore" }), "decidability"],
  ["durable too early", PLANTED.durableTooEarly, smallBase({ phase: "next-checkpoint" }), "output-commit"],
  ["groups not declustered", alwaysRotated, DECLUSTERED, "redundancy-restored"],
  ["racks not kept apart", racksOverlooked, IN_RACKS, "placement"],
  [
    "racks not kept apart by a declustered placement",
    racksOverlooked,
    { ...IN_RACKS, placement: "declustered" },
    "durability",
  ],
  ["the list of what is held forgotten", heldListForgotten, smallBase({ phase: "restore" }), "durability"],
];

describe("a planted bug is found", () => {
  for (const [name, plant, base, promise] of CASES) {
    it(name, () => {
      const result = runSmall(base, { caseCountMax: 200, plant });
      expect(result.brokenCount).toBeGreaterThan(0);
      const violation = result.violations[0];
      if (violation === undefined) throw new Error("a broken case has its violation");
      expect(result.violations.map((one) => one.promise)).toContain(promise);
      const loaded = loadScenario(violation.scenarioText, "counterexample");
      if (!loaded.ok) throw new Error(loaded.error.message);
      const again = runPrepared(loaded.scenario, ENGINES, { plant });
      expect(again.digest).toBe(violation.digest);
      const sound = runPrepared(loaded.scenario, ENGINES);
      expect(sound.digest).not.toBe(again.digest);
    });
  }
});

describe("what only a wider enumeration finds", () => {
  it("a bug of one slot: only where that slot is the one that is repaired", () => {
    const base = smallBase({ phase: "repair" });
    const options = { caseCountMax: 150, plant: secondSlotCompleteAtOnce };
    expect(runSmall({ ...base, harmedSlot: 0 }, options).brokenCount).toBe(0);
    const found = runSmall({ ...base, harmedSlot: 1 }, options);
    expect(found.violations.map(({ promise }) => promise)).toContain("durability");
  });

  it("tears of two disks in every pair, not only equal ones", () => {
    const pairs = new Set<string>();
    const base = smallBase({ serverCount: 2, imageBytes: 1024, phase: "restore" });
    runSmall(base, {
      onCase: ({ scenario }) => {
        const keeps = scenario.faults.flatMap((fault) => (fault.kind === "crash" ? [fault.keeps] : []));
        if (keeps.length === 2) pairs.add(keeps.map((each) => JSON.stringify(each)).join(" and "));
      },
    });
    const [first = "", second = ""] =
      [...pairs].map((pair) => pair.split(" and ")).find(([a, b]) => a !== b) ?? [];
    expect(pairs).toContain(`${second} and ${first}`);
    expect(pairs).toContain(`${first} and ${first}`);
    expect(pairs.size).toBeGreaterThan(20);
  });
});

describe("a case whose outcome alone is wrong", () => {
  it("is replayed as broken from its file, and holds in code without the bug", async () => {
    const result = runSmall(smallBase({ former: "backup" }), { caseCountMax: 60, plant: beatsUnheard });
    const [found] = foundInChunk({
      ...result,
      violations: result.violations.filter(({ outcome }) => outcome),
    });
    if (found === undefined) throw new Error("a needless restore is a wrong outcome");
    expect(found.message).toMatch(
      /^The outcome is "(restored|refused)"; by placement and losses it must be "unneeded"/,
    );
    const text = found.text("a.yaml");
    expect(text).toContain("# outcome   must be unneeded\n");
    const loaded = loadScenario(text, "a.yaml");
    if (!loaded.ok || loaded.counterexample === undefined) throw new Error("a counterexample loads");
    expect(loaded.counterexample.outcome?.right).toEqual(["unneeded"]);
    const again = await replayRun(loaded.counterexample, loaded.scenario, { plant: beatsUnheard });
    expect(again).toMatchObject({ outcome: "breaks-again", sameDigest: true, sameMessage: true });
    expect(again.sentences[0]).toBe(`decidability breaks again: ${found.message}`);
    const mended = await replayRun(loaded.counterexample, loaded.scenario);
    expect(mended.outcome).not.toBe("breaks-again");
    expect(mended.sameDigest).toBe(false);
  });
});
