import { describe, expect, it } from "vitest";
import { judgePromises, PROMISES, VIOLATION_COUNT_MAX } from "../../../src/verify/promises/index.ts";
import { ballot, CONTEXT, HistoryBuilder, key } from "../history-builder.ts";

describe("the registry of promises", () => {
  it("has the design's ten promises, each with words for people", () => {
    expect(PROMISES.map(({ id }) => id)).toEqual([
      "integrity",
      "durability",
      "output-commit",
      "fencing",
      "decidability",
      "redundancy-restored",
      "placement",
      "accounting",
      "continuation",
      "bounded",
    ]);
    for (const { claim, checks, doesNotCheck } of PROMISES) {
      expect(claim).toMatch(/\.$/);
      expect(checks.length).toBeGreaterThan(0);
      expect(doesNotCheck.length).toBeGreaterThan(0);
    }
  });

  it("tells held, broken, not exercised and not promised apart", () => {
    const builder = new HistoryBuilder()
      .started(0, ballot(1))
      .durable(0, key(1, 1))
      .durable(0, key(1, 2))
      .output(0, key(1, 2));
    const history = builder.at(10).restored(1, ballot(2), key(1, 1)).started(1, ballot(2), key(1, 1)).end(20);
    const within = new Map(judgePromises(history, CONTEXT).map(({ id, status }) => [id, status]));
    expect(within.get("integrity")).toBe("held");
    expect(within.get("durability")).toBe("broken");
    expect(within.get("output-commit")).toBe("broken");
    expect(within.get("fencing")).toBe("not-exercised");
    expect(within.get("accounting")).toBe("not-exercised");
    const beyond = judgePromises(history, { ...CONTEXT, budget: "beyond" });
    for (const { id, status, violations } of beyond) {
      const isAlways = id === "integrity" || id === "fencing" || id === "decidability";
      expect(status === "not-promised").toBe(!isAlways);
      expect(violations).toEqual([]);
    }
  });

  it("names the first violations and counts the rest", () => {
    const builder = new HistoryBuilder();
    for (let sequence = 1; sequence <= 30; sequence += 1) builder.output(0, key(1, sequence));
    const result = judgePromises(builder.end(9), CONTEXT).find(({ id }) => id === "output-commit");
    expect(result?.violations).toHaveLength(VIOLATION_COUNT_MAX + 1);
    expect(result?.violations.at(-1)).toBe("10 more violations.");
  });

  it("says of a promise that broke after a control record was lost that no budget covers it", () => {
    const lost = { kind: "lost-write", host: 2, filePrefix: "c/", writeCount: 1 } as const;
    const broken = (files: readonly string[], diskLost: boolean): readonly string[] => {
      const history = new HistoryBuilder()
        .started(0, ballot(1))
        .output(0, key(1, 2))
        .at(10)
        .event(2, { kind: "damage", fault: lost, files })
        .at(20)
        .down(2, diskLost)
        .at(30)
        .event(2, { kind: "host-up", diskKept: !diskLost })
        .end(40);
      return judgePromises(history, CONTEXT).find(({ id }) => id === "output-commit")?.violations ?? [];
    };
    const sentence = "Beyond every budget: at 10.000 ms the disk of B lost a control record";
    expect(broken(["c/1"], false).at(-1)).toContain(sentence);
    expect(broken(["c/1"], false).at(-1)).toContain("at 30.000 ms the server started on what was left");
    // Not for members, nor for a disk that is gone anyway.
    expect(broken(["m/a/0/0"], false).join(" ")).not.toContain("Beyond every budget");
    expect(broken(["c/1"], true).join(" ")).not.toContain("Beyond every budget");
    expect(broken(["m/a/0/0"], false).length).toBeGreaterThan(0);
  });
});
