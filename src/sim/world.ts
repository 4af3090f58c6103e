/**
 * Makes a world from its options: every part at its beginning, and the first events in the queue.
 */
import { CostCounter } from "./costs.ts";
import { Disk } from "./disk.ts";
import { HistoryRecorder } from "./history-recorder.ts";
import { Machine } from "./machine.ts";
import { Network } from "./network.ts";
import { RandomRoot } from "./random.ts";
import { assertWorldOptions, type WorldOptions } from "./settings.ts";
import { Timeline } from "./timeline.ts";
import { Trace } from "./trace.ts";
import { World } from "./world-engine.ts";

export type { World } from "./world-engine.ts";

/** A world at its very beginning. Options that describe no world are a bug of the caller: AssertionError. */
export function createWorld(options: WorldOptions): World {
  assertWorldOptions(options);
  const random = new RandomRoot(options.seed);
  const trace = options.traced === true ? new Trace() : undefined;
  const tables = options.buffers?.take();
  const timeline = new Timeline(tables?.queue, undefined, undefined, trace);
  const { scale, clocks = [] } = options;
  const costs = new CostCounter(scale);
  const linkCount = options.hostCount + options.workload.clients.length;
  const network = new Network(
    { hostCount: linkCount, settings: options.network, timeline, costs, random },
    tables?.transits,
  );
  const machines = Array.from({ length: options.hostCount }, (_, host) => {
    const disk = new Disk(host, options.disk, timeline, random.stream("disk", host), scale);
    const clock = clocks.find((each) => each.host === host);
    return new Machine({ host, timeline, random, disk, processorSettings: options.processor, scale, clock });
  });
  const recorder = new HistoryRecorder(timeline, tables?.images);
  const world = new World({ options, random, timeline, costs, network, machines, recorder });
  world.begin();
  return world;
}
