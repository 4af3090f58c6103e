/**
 * How cost grows: time per event over hosts and events, memory per pending event, and copies of a large checkpoint.
 *
 * Time per event is compared with log2 of the pending events, which is what a heap must cost; the processor's caches cost
 * more the more there is, and show here too.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bareHeapNs } from "./bare-heap.mjs";
import { processorNs } from "./measure.mjs";
import { pingWorld } from "./ping.mjs";

const built = /** @param {string} file */ (file) => new URL(`../dist/${file}`, import.meta.url).href;
const MIB = 2 ** 20;

setFlagsFromString("--expose-gc");
/** @type {() => void} */
const collect = runInNewContext("gc");

/** Bytes that are in use after a collection. */
function usedBytes() {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function growth() {
  pingWorld({ seed: "warm", hostCount: 100, eventCountMax: 1_000_000 }).run();
  for (const [hostCount, eventCount] of /** @type {const} */ ([
    [10, 100_000],
    [100, 1_000_000],
    [1_000, 1_000_000],
    [1_000, 10_000_000],
  ])) {
    const world = pingWorld({ seed: "scale", hostCount, eventCountMax: eventCount });
    const eventNs = processorNs(() => world.run()) / eventCount;
    const bareNs = bareHeapNs(2 * hostCount, 1_000_000, processorNs);
    console.log(
      `scale    ${hostCount} hosts, ${eventCount} events: ${eventNs.toFixed(0)} ns an event, ` +
        `${(eventNs / Math.log2(2 * hostCount)).toFixed(1)} ns for each doubling of pending events, ` +
        `${(eventNs / bareNs).toFixed(2)} times the bare heap among as many`,
    );
  }
}

function pending() {
  const before = usedBytes();
  const hostCount = 1_000;
  const world = pingWorld({ seed: "pending", hostCount, eventCountMax: 1e9, pingCount: 1_000 });
  // Every host has sent all its messages when it is up, and none has arrived.
  for (let event = 0; event < hostCount; event += 1) world.step();
  const bytes = usedBytes() - before;
  console.log(
    `scale    ${world.pendingCount} pending events: ${(bytes / world.pendingCount).toFixed(0)} bytes each, everything included`,
  );
}

async function copies() {
  const { loadScenario } = await import(built("scenario/load.js"));
  const { prepareEngines, prepareRun } = await import(built("verify/run.js"));
  const text = JSON.stringify({
    name: "large",
    servers: { backups: ["a", "b", "c"] },
    scheme: "mirror:3",
    subsegment: "1MiB",
    workload: { kind: "synthetic", image: "64MiB", checkpointEvery: "100s" },
    duration: "2s",
  });
  const { scenario } = loadScenario(text, "bench");
  const engines = await prepareEngines(scenario);
  const before = usedBytes();
  /** @type {Set<ArrayBuffer>} */ const buffers = new Set();
  /** @type {Set<number>} */ const keys = new Set();
  let writtenBytes = 0;
  const { world } = prepareRun(scenario, engines, {
    // Looks at what the servers write: every member of the checkpoint, three times.
    plant: (/** @type {unknown} */ _, /** @type {any} */ program) => ({
      ...program,
      message: (
        /** @type {any} */ state,
        /** @type {any} */ env,
        /** @type {any} */ from,
        /** @type {any} */ message,
      ) => {
        if (message.type === "piece") {
          buffers.add(message.bytes.buffer);
          keys.add(message.key.sequence);
          writtenBytes += message.bytes.length;
        }
        program.message(state, env, from, message);
      },
    }),
  });
  world.run();
  let heldBytes = 0;
  for (const { byteLength } of buffers) heldBytes += byteLength;
  const bytes = usedBytes() - before;
  console.log(
    `scale    64 MiB mirrored three times: ${(writtenBytes / MIB).toFixed(0)} MiB of members, of ${keys.size} checkpoints, stand in ` +
      `${buffers.size} buffers of ${(heldBytes / MIB).toFixed(0)} MiB in all; with the software's state and the checkers' own copy the run holds ${(bytes / MIB).toFixed(0)} MiB`,
  );
}

export async function scale() {
  growth();
  pending();
  await copies();
}
