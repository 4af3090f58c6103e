/**
 * How often a small scenario runs: five servers, one checkpoint of 64 KiB known durable, the production server crashes and is lost,
 * a backup server restores; all promises are checked, and every member on every disk is compared with the image.
 *
 * The second figure is the same as if the bare heap loop did 13 million pops and pushes a second, so that runs on
 * different machines can be compared. Whoever else is at work only takes time away, and more from a run, which touches much
 * memory, than from the heap: so the least of many short rounds counts, for both. Memory is what is in use after a collection.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bareHeapNs } from "./bare-heap.mjs";
import { processorNs } from "./measure.mjs";

const built = /** @param {string} file */ (file) => new URL(`../dist/${file}`, import.meta.url).href;
const { loadScenario } = await import(built("scenario/load.js"));
const { prepareEngines, runPrepared } = await import(built("verify/run.js"));

const REFERENCE_NS = 1e3 / 13;
const ROUND_COUNT = 60;
const RUNS_A_ROUND = 40;
const WARM_UP_COUNT = 2_000;

setFlagsFromString("--expose-gc");
/** @type {() => void} */
const collect = runInNewContext("gc");

function memoryInUse() {
  collect();
  collect();
  return process.memoryUsage();
}

export async function small() {
  const text = JSON.stringify({
    name: "small",
    servers: { backups: ["a", "b", "c", "d", "e"] },
    scheme: "parity:4+1",
    subsegment: "16KiB",
    workload: { kind: "synthetic", image: "64KiB", checkpointEvery: "10s" },
    // The checkpoint is known durable after 2.1 ms. A backup server takes over after 60 ms of silence, and the restored
    // software runs after 61 ms: the run ends then, while the first checkpoint after the restore is on its way.
    faults: [{ at: "2500us", kind: "permanent-loss", target: "production" }],
    duration: "61100us",
  });
  const { scenario } = loadScenario(text, "bench");
  const engines = await prepareEngines(scenario);
  let runCount = 0;
  let eventCount = 0;
  const run = () => {
    const result = runPrepared(scenario, engines, { seed: `s${(runCount += 1)}` });
    if (result.verdict !== "held" || result.restores[0]?.verdict !== "restored") {
      throw new Error(`seed ${result.seed}: ${result.verdict}`);
    }
    eventCount = result.costs.eventCount;
  };
  for (let index = 0; index < WARM_UP_COUNT; index += 1) run();
  const before = memoryInUse();
  const rounds = Array.from({ length: ROUND_COUNT }, () => {
    const bareNs = bareHeapNs(512, 100_000, processorNs);
    const runNs =
      processorNs(() => {
        for (let index = 0; index < RUNS_A_ROUND; index += 1) run();
      }) / RUNS_A_ROUND;
    return { runNs, bareNs };
  });
  const after = memoryInUse();
  const runs = ROUND_COUNT * RUNS_A_ROUND;
  const heapBytes = (after.heapUsed - before.heapUsed) / runs;
  const bufferBytes = (after.arrayBuffers - before.arrayBuffers) / runs;
  const runNs = Math.min(...rounds.map((round) => round.runNs));
  const ratio = runNs / Math.min(...rounds.map((round) => round.bareNs));
  console.log(
    `small    5 servers, a 64 KiB checkpoint, a crash, a restore, all checkers (${eventCount} events): ` +
      `${(1e9 / runNs).toFixed(0)} runs a processor second; ${(1e9 / (ratio * REFERENCE_NS)).toFixed(0)} where the bare heap does 13 M/s; ` +
      `buffers grew by ${bufferBytes.toFixed(0)} bytes a run, the heap with its compiled code by ${heapBytes.toFixed(0)}`,
  );
}
