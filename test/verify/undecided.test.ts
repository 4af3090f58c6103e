/** A run that shows nothing is not a success: each reason, and runs that decide. */
import { describe, expect, it } from "vitest";
import { runText } from "./simulation/run-text.ts";

const base = {
  name: "undecided",
  servers: { backups: ["a", "b", "c", "d"] },
  scheme: "parity:3+1",
  subsegment: "1KiB",
  workload: { kind: "synthetic", image: "6KiB", checkpointEvery: "50ms" },
  duration: "900ms",
};
const lost = (target: string, at = "200ms"): Record<string, unknown> => ({
  at,
  kind: "permanent-loss",
  target,
});

async function verdictOf(changes: Record<string, unknown>): Promise<readonly string[]> {
  const { verdict, undecided } = await runText(JSON.stringify({ ...base, ...changes }));
  return [verdict, ...undecided];
}

describe("a run is undecided", () => {
  it("when it lost more than the scheme survives, and did not say that it meant to", async () => {
    const faults = [lost("production"), lost("b"), lost("c")];
    const [verdict, ...reasons] = await verdictOf({ faults });
    expect(verdict).toBe("undecided");
    expect(reasons.join("\n")).toContain(
      "2 backup servers were unrepaired at one moment, and 1 can be survived",
    );
    expect(reasons.join("\n")).toContain("did not run again before the end");
    expect(await verdictOf({ faults, budget: "beyond" })).toEqual(["held"]);
  });

  it("when it ends before the software runs again", async () => {
    expect(await verdictOf({ faults: [lost("production", "899ms")] })).toEqual([
      "undecided",
      "The software was lost and did not run again before the end.",
    ]);
    expect(await verdictOf({ faults: [lost("production")] })).toEqual(["held"]);
  });

  it("when nothing became durable though nothing failed", async () => {
    expect(await verdictOf({ duration: "1ms" })).toEqual([
      "undecided",
      "No checkpoint became durable, though nothing failed.",
    ]);
    expect(await verdictOf({})).toEqual(["held"]);
  });
});
