/**
 * What the ledger workload alone costs a run, without protocol and simulator: 100 transfers and 10 checkpoints, a crash,
 * a restart with 20 more transfers, and the judgement; 240 runs of a 4 MiB ledger by default.
 *
 * Usage: npm run build && node bench/ledger.mjs [RUNS]
 * Prints milliseconds of processor time per run for each part, so that other work on the machine counts little, and the
 * memory at the end.
 */

const distribution = new URL("../dist/workload/index.js", import.meta.url).href;
const { createWorkload, prepareLedger } = await import(distribution);

const runCount = Number(process.argv[2] ?? 240);
const TRANSFERS_PER_CHECKPOINT = 10;
const settings = {
  kind: "ledger",
  accountCount: 200,
  imageBytesMin: 4 * 1024 * 1024,
  clientCount: 0,
  transferEveryNs: 1_000_000,
  transferCount: 0,
  checkpointEveryNs: 50_000_000,
  hostCount: 4,
  productionHost: 0,
};

/** @type {Map<string, number>} */
const spentMs = new Map();

/**
 * @template T
 * @param {string} part
 * @param {() => T} action
 * @returns {T}
 */
function timed(part, action) {
  const before = process.cpuUsage();
  const result = action();
  const { user, system } = process.cpuUsage(before);
  spentMs.set(part, (spentMs.get(part) ?? 0) + (user + system) / 1_000);
  return result;
}

let nowNs = 0;
let drawState = 1;
/** @type {readonly unknown[] | undefined} */
let segments;
let sequence = 0;
let answerCount = 0;
const env = {
  self: 0,
  nowNs: () => nowNs,
  random: () => (drawState = (Math.imul(drawState, 1_664_525) + 1_013_904_223) >>> 0),
  send: () => {
    answerCount += 1;
  },
  setTimer: () => {},
  cancelTimer: () => {},
  /** @param {readonly unknown[]} taken */
  checkpoint: (taken) => {
    segments = taken;
    sequence += 1;
    return sequence;
  },
  released: () => {},
};

const engine = await prepareLedger();
const image = timed("build the starting image (once)", () => engine.startingImage(settings));
console.log(
  `image ${image.length} bytes, built in ${spentMs.get("build the starting image (once)")?.toFixed(0)} ms`,
);
spentMs.clear();

for (let runIndex = 0; runIndex < runCount; runIndex += 1) {
  const run = createWorkload(settings, { ledger: engine });
  let nextTransfer = 0;
  /** @param {{ message(env: unknown, from: number, payload: unknown): void }} software @param {number} count */
  const post = (software, count) => {
    for (let index = 0; index < count; index += 1) {
      nowNs += 1_000_000;
      const fromAccount = 1 + (env.random() % 199);
      const transfer = {
        id: `0-${nextTransfer}`,
        fromAccount,
        toAccount: fromAccount + 1,
        amount: 1 + (nextTransfer % 400),
      };
      nextTransfer += 1;
      software.message(env, 4, { kind: "transfer-request", transfer });
    }
  };
  const first = timed("open", () => run.create());
  timed("first checkpoint", () => first.start(env));
  for (let round = 0; round < 9; round += 1) {
    first.durable(env, sequence);
    timed("100 transfers", () => post(first, TRANSFERS_PER_CHECKPOINT));
    timed("9 more checkpoints", () => first.timer(env, "checkpoint"));
  }
  first.durable(env, sequence);
  timed("100 transfers", () => post(first, TRANSFERS_PER_CHECKPOINT));
  timed("close", () => first.stop());
  const restarted = timed("restart with checks", () => run.restart(segments));
  if (!restarted.ok) throw new Error(restarted.reason);
  timed("checkpoint after restart", () => restarted.software.wanted(env));
  restarted.software.durable(env, sequence);
  timed("20 transfers after restart", () => post(restarted.software, 20));
  const judgement = timed("judge", () => run.judge([restarted.software]));
  if (judgement.violations.length > 0) throw new Error(JSON.stringify(judgement.violations));
  timed("close", () => restarted.software.stop());
}

let totalMs = 0;
for (const [part, ms] of spentMs) {
  totalMs += ms;
  console.log(`${part.padEnd(28)} ${(ms / runCount).toFixed(2).padStart(7)} ms a run`);
}
console.log(
  `${"all".padEnd(28)} ${(totalMs / runCount).toFixed(2).padStart(7)} ms a run, ${runCount} runs, ${answerCount} answers`,
);
const { rss, arrayBuffers } = process.memoryUsage();
console.log(
  `memory ${(rss / 1_048_576).toFixed(0)} MiB, array buffers ${(arrayBuffers / 1_048_576).toFixed(0)} MiB`,
);
