import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { narrativePage } from "../../src/verify/narrative-page.ts";
import { narrativeOf, type NarrativeEntry } from "../../src/verify/narrative.ts";
import { prepareEngines, prepareRun } from "../../src/verify/run.ts";
import { ballot, CONTEXT, HistoryBuilder, key } from "./history-builder.ts";

const NAMES = { hostNames: CONTEXT.hostNames, slotHosts: CONTEXT.slotHosts };

function told(history: HistoryBuilder): string[] {
  return narrativeOf(history.end(100), NAMES).map(({ atNs, server, text }) => {
    const who = server === "" ? "" : `${server} `;
    return `${atNs / 1e6}: ${who}${text}`;
  });
}

describe("the narrative", () => {
  it("tells a takeover with times and names of servers", () => {
    const history = new HistoryBuilder()
      .started(0, ballot(1))
      .at(10)
      .note(0, { kind: "checkpoint-taken", ballot: ballot(1), sequence: 1, segments: [] })
      .durable(0, key(1, 1))
      .note(0, { kind: "known-durable", key: key(1, 1) })
      .output(0, key(1, 1))
      .at(20)
      .fault({ kind: "crash", host: 0, disk: "lost", restartAfterNs: undefined })
      .down(0, true)
      .event(0, { kind: "software-stopped", ballot: ballot(1), reason: "crash" })
      .at(30)
      .restoreStarted(2, ballot(2, 2))
      .promises(2, ballot(2, 2), [0, 1])
      .at(31)
      .waiting(2, ballot(2, 2), [2])
      .restored(2, ballot(2, 2), key(1, 1))
      .started(2, ballot(2, 2), key(1, 1))
      .at(40)
      .note(0, { kind: "fenced", ballot: ballot(1), by: ballot(2, 2) });
    expect(told(history)).toEqual([
      "0: P starts the software afresh, as incarnation 1.r0",
      "10: P takes checkpoint 1",
      "10: P has checkpoint 1 formed for A, B",
      "10: A has stored its part of checkpoint 1",
      "10: B has stored its part of checkpoint 1",
      "10: P knows that checkpoint 1 is durable",
      "10: P releases an output of state 1",
      "20: fault: P crashes, loses its disk and stays down",
      "20: P is down, its disk is lost",
      "20: P stops the software (incarnation 1.r0): its server crashed",
      "30: B starts a restore, ballot 2.r2",
      "30: A promises ballot 2.r2",
      "30: B promises ballot 2.r2",
      "30: B holds the promises of A, B",
      "31: B verdict: waiting for C",
      "31: B verdict: restored checkpoint 1 of incarnation 1.r0",
      "31: B starts the software from checkpoint 1 of incarnation 1.r0, as incarnation 2.r2",
      "40: P finds itself fenced: 2.r2 is above its incarnation 1.r0",
    ]);
  });

  it("tells rot, repair, a new life and a refusal", () => {
    const history = new HistoryBuilder()
      .at(1)
      .fault({ kind: "bit-rot", host: 1, filePrefix: "m/", bitCount: 1 })
      .note(1, { kind: "rot-found", slot: 0, key: key(1, 2), group: -1, member: 0 })
      .note(1, { kind: "repaired", slot: 0, key: key(1, 2, 3), group: 4, member: 1 })
      .up(2, false)
      .note(2, { kind: "joined", slot: 1, life: { number: 2, nonce: 5 } })
      .complete(1)
      .verdict(3, ballot(2), {
        kind: "refused",
        reason: "unrecoverable",
        key: key(1, 2),
        groups: [0, 1, 2, 3, 4, 5, 6, 7],
        slots: [0, 1],
      });
    expect(told(history).slice(1)).toEqual([
      "1: A finds rot: the manifest of checkpoint 2 of incarnation 1.r0",
      "1: A has repaired group 4, member 1 of checkpoint 2 of incarnation 1.r0 (attempt 3)",
      "1: B is up again, with an empty disk",
      "1: B has joined with a new life",
      "1: B is complete: all that it must hold is rebuilt",
      "1: C verdict: refused, groups 0, 1, 2, 3, 4, 5 and 2 more of checkpoint 2 of incarnation 1.r0 cannot be decoded; lost on A, B",
    ]);
  });

  it("tells every fault that did no harm as such", () => {
    const history = new HistoryBuilder().end(1);
    const fault = { kind: "permanent-loss", host: 1, atNs: 5e6 } as const;
    const events = [{ kind: "fault", atNs: 5e6, host: 1, fault, bit: false } as const];
    expect(narrativeOf({ ...history, events }, NAMES)).toMatchObject([
      { server: "", text: "fault: A is lost for good (nothing was there to harm)", weight: "turn" },
    ]);
  });
});

describe("the page of a narrative", () => {
  const entry = (index: number, weight: NarrativeEntry["weight"]): NarrativeEntry => ({
    atNs: index * 1e6,
    server: "P",
    text: `${weight} ${index}`,
    weight,
    kind: `kind of ${weight}`,
  });
  const SHAPES: readonly (readonly NarrativeEntry["weight"][])[] = [
    ["turn", "step", "routine"],
    Array.from({ length: 100 }, (_, index) => (index % 10 === 0 ? "turn" : "routine")),
    Array.from({ length: 100 }, (_, index) => (index % 4 === 0 ? "turn" : "step")),
    Array.from({ length: 500 }, () => "turn"),
  ];

  it.each(SHAPES)("counts every entry once, in order, on at most the lines it is given: %#", (...weights) => {
    const entries = weights.map((weight, index) => entry(index, weight));
    for (const max of [undefined, 12, 30]) {
      const lines = narrativePage(entries, max);
      expect(lines.reduce((sum, { entryCount }) => sum + entryCount, 0)).toBe(entries.length);
      expect(lines.length).toBeLessThanOrEqual(max ?? entries.length);
      const times = lines.map(({ atNs }) => atNs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  it("draws routine together before anything else, and says what and until when", () => {
    const entries = (SHAPES[1] ?? []).map((weight, index) => entry(index, weight));
    const lines = narrativePage(entries, 30);
    expect(lines.filter(({ weight }) => weight === "turn")).toHaveLength(10);
    expect(lines[1]).toMatchObject({
      atNs: 1e6,
      text: "… 9× kind of routine (until 9.000 ms)",
      entryCount: 9,
    });
  });

  it("turns that say the same again are drawn together, and the end is kept", () => {
    const entries = Array.from({ length: 60 }, (_, index) => ({ ...entry(0, "turn"), atNs: index }));
    const last = entry(99, "turn");
    const lines = narrativePage([...entries, last], 10);
    expect(lines.map(({ text }) => text)).toEqual([
      "P turn 0",
      expect.stringMatching(/^… 59× /),
      "P turn 99",
    ]);
  });

  it("of a whole run has its fault and its takeover in a screenful", async () => {
    const loaded = loadScenario(
      `{ name: n, servers: { backups: [a, b, c] }, scheme: "parity:2+1", subsegment: 4KiB,
         workload: { kind: synthetic, image: 32KiB }, duration: 900ms,
         faults: [{ at: 300ms, kind: permanent-loss, target: production }] }`,
      "n",
    );
    if (!loaded.ok) throw new Error(loaded.error.message);
    const { plan, world } = prepareRun(loaded.scenario, await prepareEngines(loaded.scenario));
    const entries = narrativeOf(world.run(), { hostNames: plan.hosts.names, slotHosts: plan.hosts.slots });
    const page = narrativePage(entries, 30).map(({ text }) => text);
    expect(page.length).toBeLessThanOrEqual(30);
    const order = [
      /^production starts the software afresh/,
      /× checkpoint durable/,
      /^fault: production is lost for good/,
      /^[abc] starts a restore/,
      /^[abc] verdict: restored checkpoint \d+ of/,
      /^[abc] starts the software from checkpoint/,
    ].map((pattern) => page.findIndex((text) => pattern.test(text)));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });
});
