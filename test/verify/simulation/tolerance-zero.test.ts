/**
 * A scheme that survives no loss (control tolerance 0): a server that lost its disk cannot come in again by itself, the user
 * is told for as long as it is out, and an operator's restore brings it in, flagged (R8, R14).
 */
import { describe, expect, it } from "vitest";
import { loadScenario } from "../../../src/scenario/load.ts";
import { prepareEngines, prepareRun } from "../../../src/verify/run.ts";
import type { HistoryEvent } from "../../../src/sim/history.ts";
import type { Note } from "../../../src/core/protocol/notes.ts";

/** Server c, slot 2, is not in the placement: nothing is lost with its disk. */
const SLOT = 2;

async function notesOf(operatorFault: string): Promise<Note[]> {
  const text = `
name: tolerance-zero
servers: { backups: [a, b, c] }
scheme: stripe:2
width: 2
subsegment: 64B
retention: 1
budget: beyond
times: { heartbeat: 2ms, takeover: 12ms, stagger: 6ms, retry: 3ms, scrub: 0ms, refresh: 30ms }
workload: { kind: synthetic, image: 200B, contentSeed: 1, checkpointEvery: 8ms }
faults:
  - { at: 30ms, kind: crash, target: c, disk: lost, restartAfter: 1ms }
${operatorFault}
duration: 400ms
`;
  const loaded = loadScenario(text, "tolerance-zero");
  if (!loaded.ok) throw new Error(`${loaded.error.field}: ${loaded.error.message}`);
  const { world } = prepareRun(loaded.scenario, await prepareEngines(loaded.scenario));
  const isNote = (event: HistoryEvent): event is HistoryEvent & { kind: "note" } => event.kind === "note";
  return world
    .run()
    .events.filter(isNote)
    .map(({ note }) => note);
}

function last<Kind extends Note["kind"]>(
  notes: readonly Note[],
  kind: Kind,
): Extract<Note, { kind: Kind }> | undefined {
  return notes.findLast((note): note is Extract<Note, { kind: Kind }> => note.kind === kind);
}

describe("with tolerance 0, a server without its disk", () => {
  it("is never joined by others, and stays named as degraded", async () => {
    const notes = await notesOf("");
    expect(last(notes, "joined")).toBeUndefined();
    expect(last(notes, "degraded")).toMatchObject({ slots: [SLOT] });
    expect(last(notes, "known-durable")?.key.sequence).toBeGreaterThan(40);
  });

  it("is joined by an operator's restore, which says that few servers were complete, and is complete again", async () => {
    const notes = await notesOf("  - { at: 100ms, kind: operator-restore, target: a }");
    expect(last(notes, "verdict")?.verdict).toMatchObject({ kind: "restored", flags: ["few-complete"] });
    expect(last(notes, "complete")).toMatchObject({ slot: SLOT });
    expect(last(notes, "degraded")).toMatchObject({ slots: [] });
  });
});
