import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/scenario/canonical.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { writeBrief } from "../../src/scenario/write-brief.ts";
import { writeScenario } from "../../src/scenario/write.ts";

const CORPUS = new URL("../determinism/corpus/", import.meta.url);
const FILES = readdirSync(CORPUS).filter((file) => file.endsWith(".yaml"));

describe("a brief scenario", () => {
  it.each(FILES.slice(0, 12))("%s loads to the same scenario, and is shorter", (file) => {
    const loaded = loadScenario(readFileSync(new URL(file, CORPUS), "utf8"), file);
    if (!loaded.ok) throw new Error(loaded.error.message);
    const text = writeBrief(loaded.scenario);
    const again = loadScenario(text, "brief");
    if (!again.ok) throw new Error(`${again.error.field}: ${again.error.message}`);
    expect(canonicalJson(again.scenario)).toBe(canonicalJson(loaded.scenario));
    expect(text.length).toBeLessThan(writeScenario(loaded.scenario).length);
  });

  it("says nothing that the defaults say, and keeps the order", () => {
    const text =
      "{name: x, servers: {backups: [a, b, c]}, scheme: 'parity:2+1', workload: {kind: synthetic}, times: {retry: 30ms}, " +
      "faults: [{at: 5ms, kind: crash, target: a, disk: kept}]}";
    const loaded = loadScenario(text, "x");
    if (!loaded.ok) throw new Error(loaded.error.message);
    expect(writeBrief(loaded.scenario)).toBe(
      [
        "name: x",
        "title: x",
        'seed: "1"',
        "servers:",
        "  backups:",
        "    - a",
        "    - b",
        "    - c",
        "scheme: parity:2+1",
        "times:",
        "  retry: 30ms",
        "workload:",
        "  kind: synthetic",
        "faults:",
        "  - at: 5ms",
        "    kind: crash",
        "    target: a",
        "duration: 2s",
        "",
      ].join("\n"),
    );
  });
});
