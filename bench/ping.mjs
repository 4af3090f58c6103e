/**
 * The ping that measures the engine: a small program on the real World, with the network model, timers and the digest.
 *
 * Every host keeps one ping (or more) on its way to its neighbour. The neighbour's handler answers; the answer cancels the ping's timeout,
 * which is set again with the next ping. Latency is random, links have bandwidth, and every message is two events (its
 * first byte arrives, its last byte is delivered), so that messages queue at both ends.
 */
const built = /** @param {string} file */ (file) => new URL(`../dist/${file}`, import.meta.url).href;
const { createWorld } = await import(built("sim/index.js"));
const { parseScheme } = await import(built("core/index.js"));

const PING = { to: "former", type: "former-probe" };
const PONG = { to: "production", type: "former-here" };
const TIMEOUT = "timeout";
const TIMEOUT_NS = 1_000_000_000;

/** @param {number} hostCount @param {number} pingCount */
function pingProgram(hostCount, pingCount) {
  return {
    /** @param {number} host */
    create: (host) => ({ peer: (host + 1) % hostCount, pongCount: 0, timeoutCount: 0 }),
    /** @param {any} state @param {any} env */
    start(state, env) {
      env.setTimer(TIMEOUT, TIMEOUT_NS);
      for (let index = 0; index < pingCount; index += 1) env.send(state.peer, PING);
    },
    /** @param {any} state @param {any} env @param {number} from @param {{ type: string }} message */
    message(state, env, from, message) {
      if (message.type === PING.type) {
        env.send(from, PONG);
        return;
      }
      state.pongCount += 1;
      env.cancelTimer(TIMEOUT);
      env.setTimer(TIMEOUT, TIMEOUT_NS);
      env.send(state.peer, PING);
    },
    /** @param {any} state */
    timer(state) {
      state.timeoutCount += 1;
    },
    storage() {},
    checkpoint: () => undefined,
    incarnation: () => undefined,
  };
}

/**
 * A world of pinging hosts that ends after so many events.
 *
 * @param {{ seed: string, hostCount: number, eventCountMax: number, traced?: boolean, pingCount?: number }} wanted
 */
export function pingWorld({ seed, hostCount, eventCountMax, traced = false, pingCount = 1 }) {
  const hosts = Array.from({ length: hostCount }, (_, host) => host);
  const program = pingProgram(hostCount, pingCount);
  return createWorld({
    seed,
    configuration: {
      slotHosts: hosts.slice(1),
      productionHost: 0,
      formerPlace: "production",
      formerHost: 0,
      scheme: parseScheme("mirror:2").scheme,
      width: 2,
      subsegmentBytes: 4096,
      retentionCount: 1,
      windowGroups: 1,
      attemptCountMax: 1,
      times: {},
      digests: {},
    },
    program,
    hostCount,
    hostNames: hosts.map(String),
    network: {
      latencyNs: 50_000,
      latencyJitterNs: 20_000,
      bandwidthBytesPerSecond: 125_000_000,
      lossPpm: 0,
    },
    disk: { latencyNs: 1, bandwidthBytesPerSecond: 1e9, flushNs: 1 },
    processor: { encodeBytesPerSecond: 1e9, decodeBytesPerSecond: 1e9, digestBytesPerSecond: 1e9 },
    faults: [],
    workload: { clients: [], judge: () => ({ violations: [], checkedCounts: {} }) },
    durationNs: Number.MAX_SAFE_INTEGER,
    eventCountMax,
    traced,
  });
}
