import { expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { clusterWords } from "../../src/verify/cluster-words.ts";

function wordsOf(text: string): ReturnType<typeof clusterWords> {
  const loaded = loadScenario(text, "test");
  if (!loaded.ok) throw new Error(`${loaded.error.field}: ${loaded.error.message}`);
  return clusterWords(loaded.scenario);
}

it("says the settings exactly, in the unit in which a person would write them", () => {
  const words = wordsOf(`
name: words
servers: { backups: [a, b, c] }
scheme: mirror:2
subsegment: 1000B
network: { latency: 200us, jitter: 0ms }
workload: { kind: synthetic, image: 12289B, checkpointEvery: 250ms }
faults:
  - { at: 1500us..2s, kind: crash, target: any-backup, restartAfter: 1s }
duration: 1min
`);
  expect(words.network).toMatch(/, 200 µs one way$/);
  expect(words.protocol).toMatch(/^subsegments of 1000 B; /);
  expect(words.workload).toBe("a synthetic image of 12289 B; a checkpoint every 250 ms; a run lasts 1 min");
  expect(words.faults[0]).toMatch(/^at a moment between 1500 µs and 2 s, some backup server crashes/);
});

it("says large sizes in large units", () => {
  const words = wordsOf(`
name: words
servers: { backups: [a, b, c] }
scheme: mirror:2
subsegment: 1MiB
workload: { kind: synthetic, image: 1GiB, checkpointEvery: 1s }
duration: 10s
`);
  expect(words.protocol).toMatch(/^subsegments of 1 MiB; /);
  expect(words.workload).toContain("a synthetic image of 1 GiB; a checkpoint every 1 s");
});
