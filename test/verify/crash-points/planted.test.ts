/** Bugs planted into the real core: the enumeration finds each, and gives a scenario that shows it again. */
import { describe, expect, it } from "vitest";
import type { HostState } from "../../../src/core/protocol/host.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
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
