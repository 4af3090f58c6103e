/** After a heal a run must come to a durable checkpoint; being stuck is told apart from damage that nothing can mend. */
import { describe, expect, it } from "vitest";
import { scenarioErrorText } from "../../../src/scenario/error.ts";
import { loadScenario } from "../../../src/scenario/load.ts";
import type { Scenario } from "../../../src/scenario/scenario.ts";
import type { HostProgram } from "../../../src/sim/host-program.ts";
import type { PromiseResult } from "../../../src/verify/result.ts";
import { runScenario } from "../../../src/verify/run.ts";

const SYNTHETIC = "{ kind: synthetic, image: 32KiB, checkpointEvery: 50ms }";

function scenarioOf(budget: "within" | "beyond", ...faults: string[]): Scenario {
  return scenarioWith(SYNTHETIC, budget, ...faults);
}

function scenarioWith(workload: string, budget: "within" | "beyond", ...faults: string[]): Scenario {
  const loaded = loadScenario(
    `name: heal
servers: { backups: [a, b, c] }
scheme: parity:2+1
subsegment: 4KiB
workload: ${workload}
budget: ${budget}
faults:
${faults.map((fault) => `  - ${fault}`).join("\n")}
healAt: 700ms
duration: 6s
`,
    "heal.yaml",
  );
  if (!loaded.ok) throw new Error(scenarioErrorText(loaded.error));
  return loaded.scenario;
}

async function redundancyOf(
  scenario: Scenario,
  plant?: (program: HostProgram) => HostProgram,
): Promise<PromiseResult | undefined> {
  const options = plant === undefined ? {} : { plant: (_: unknown, program: HostProgram) => plant(program) };
  const result = await runScenario(scenario, options);
  return result.promises.find(({ id }) => id === "redundancy-restored");
}

/** A blank server's greetings are never answered: it stays outside, and with three servers no placement is left. */
const deafToHello = (program: HostProgram): HostProgram => ({
  ...program,
  message(state, env, from, message) {
    if (message.type !== "hello") program.message(state, env, from, message);
  },
});

const BLANK = "{ at: 300ms, kind: crash, target: a, disk: lost }";

describe("after a heal", () => {
  it("a checkpoint that is taken becomes durable: the promise is checked and held", async () => {
    const result = await redundancyOf(scenarioOf("within", BLANK));
    expect(result).toMatchObject({ status: "held", violations: [] });
    expect(result?.checkedCount).toBeGreaterThan(0);
  });

  it("a planted bug that leaves the run stuck is caught, within the budget and beyond it", async () => {
    for (const budget of ["within", "beyond"] as const) {
      const result = await redundancyOf(scenarioOf(budget, BLANK), deafToHello);
      expect(result?.status, budget).toBe("broken");
      expect(result?.violations.join(" ")).toContain("All trouble was over at 700.000 ms");
    }
  });

  it("software that has come to its end need not take another, and software that goes on must", async () => {
    const ledger = (transfers: number): Scenario =>
      scenarioWith(
        `{ kind: ledger, image: 16KiB, clients: 1, transferEvery: 10ms, transfers: ${transfers} }`,
        "within",
        BLANK,
      );
    expect((await redundancyOf(ledger(40)))?.violations).toEqual([]);
    expect((await redundancyOf(ledger(700), deafToHello))?.violations.join(" ")).toContain(
      "All trouble was over",
    );
  });

  it("what nothing can mend is not called stuck: two of three disks are lost", async () => {
    const result = await redundancyOf(
      scenarioOf("beyond", BLANK, "{ at: 300ms, kind: crash, target: b, disk: lost }"),
    );
    expect(result).toMatchObject({ status: "not-promised", violations: [] });
  });

  it("nor is a cluster with too few servers left for a placement", async () => {
    const result = await redundancyOf(
      scenarioOf("beyond", "{ at: 300ms, kind: permanent-loss, target: a }"),
      deafToHello,
    );
    expect(result?.status).toBe("not-promised");
  });
});
