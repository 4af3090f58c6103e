/** How fast the engine is, beside the bare heap loop that is the least a simulator can do. */
import { bareHeapNs } from "./bare-heap.mjs";
import { pingWorld } from "./ping.mjs";
import { median, processorNs } from "./measure.mjs";

const EVENT_COUNT = 2_000_000;
const HOST_COUNT = 256;
/** One message and one timer a host. */
const PENDING_COUNT = 2 * HOST_COUNT;
const ROUND_COUNT = 7;

/** @param {string} seed @param {boolean} traced */
function onePing(seed, traced) {
  const world = pingWorld({ seed, hostCount: HOST_COUNT, eventCountMax: EVENT_COUNT, traced });
  /** @type {any} */ let history;
  const spentNs = processorNs(() => (history = world.run()));
  return { eventNs: spentNs / EVENT_COUNT, messageNs: spentNs / history.costs.messageCount };
}

export function engine() {
  const rounds = [];
  for (let round = -2; round < ROUND_COUNT; round += 1) {
    const bareNs = bareHeapNs(PENDING_COUNT, EVENT_COUNT, processorNs);
    const { eventNs, messageNs } = onePing(`round ${round}`, false);
    const { eventNs: tracedNs } = onePing(`round ${round}`, true);
    // The first rounds are warm-up.
    if (round >= 0) rounds.push({ bareNs, eventNs, messageNs, tracedNs });
  }
  const bareNs = median(rounds.map((round) => round.bareNs));
  const eventNs = median(rounds.map((round) => round.eventNs));
  const messageNs = median(rounds.map((round) => round.messageNs));
  const ratio = median(rounds.map((round) => round.eventNs / round.bareNs));
  const tracedRatio = median(rounds.map((round) => round.tracedNs / round.eventNs));
  console.log(
    `engine   ping of ${HOST_COUNT} hosts: bare heap ${(1e3 / bareNs).toFixed(1)} M/s, engine ${(1e3 / eventNs).toFixed(2)} M events/s ` +
      `(${(1e3 / messageNs).toFixed(2)} M messages/s), time per event ${ratio.toFixed(2)} times the bare heap's; ` +
      `with the full trace ${tracedRatio.toFixed(2)} times its own`,
  );
}
