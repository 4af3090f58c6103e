/**
 * The figures of the project: `npm run bench` (it builds first). Each part is a process or a loop of its own and prints
 * what it measured. These machines are noisy: ratios within one run count, single figures do not.
 *
 * Usage: node bench/main.mjs [engine] [queues] [native] [scale] [small] [start] [protect]   (default: all)
 */
import { engine } from "./engine.mjs";
import { measuredCommand } from "./measured-command.mjs";
import { native } from "./native.mjs";
import { protect } from "./protect.mjs";
import { queues } from "./queues.mjs";
import { scale } from "./scale.mjs";
import { small } from "./small.mjs";

const MIB = 2 ** 20;

function start() {
  const started = performance.now();
  const { peakMib, result } = measuredCommand(["compare", "scenarios/design-review.yaml", "--json"]);
  const ms = performance.now() - started;
  const { runCount, rows } = JSON.parse(result.stdout);
  console.log(
    `start    compare design-review: ${(ms / 1000).toFixed(1)} s, ${runCount} runs of a ` +
      `${(rows[0].imageBytes / MIB).toFixed(1)} MiB ledger, peak memory ${peakMib} MiB, exit ${result.status}`,
  );
}

const parts = { engine, queues, native, scale, small, start, protect };
const wanted = process.argv.slice(2);
for (const [name, part] of Object.entries(parts))
  if (wanted.length === 0 || wanted.includes(name)) await part();
