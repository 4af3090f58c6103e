/**
 * The figures of the project: `npm run bench` (it builds first). Each part is a process or a loop of its own and prints
 * what it measured. These machines are noisy: ratios within one run count, single figures do not.
 *
 * Usage: node bench/main.mjs [codes] [engine] [queues] [native] [scale] [small] [start] [protect]   (default: all)
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
  closeSync,
  fsyncSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { engine } from "./engine.mjs";
import { native } from "./native.mjs";
import { queues } from "./queues.mjs";
import { scale } from "./scale.mjs";
import { small } from "./small.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = path.join(root, "dist/cli/main.js");
const built = /** @param {string} file */ (file) => new URL(`../dist/${file}`, import.meta.url).href;
const MIB = 2 ** 20;

/** @param {number} bytes @param {number} ms */
const rate = (bytes, ms) => `${(bytes / 1e6 / ms).toFixed(2)} GB/s`;

/** Milliseconds a call, the best of several rounds. @param {() => void} action */
function best(action) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    const started = performance.now();
    for (let index = 0; index < 20; index += 1) action();
    least = Math.min(least, (performance.now() - started) / 20);
  }
  return least;
}

async function codes() {
  const { createLayout, formGroup, IMAGE_DIGEST_START, parseScheme, encodeGroup } = await import(
    built("core/index.js")
  );
  const { createDigests } = await import(built("sim/digests.js"));
  const digests = await createDigests();
  const subsegmentBytes = 65_536;
  for (const text of ["mirror:2", "parity:2+1", "parity:4+1", "parity:8+1"]) {
    const { scheme } = parseScheme(text);
    const imageBytes = scheme.k * subsegmentBytes;
    const source = new Uint8Array(imageBytes).map((_, index) => index * 31);
    const target = new Uint8Array(imageBytes);
    const data = Array.from({ length: scheme.k }, (_, index) =>
      source.subarray(index * subsegmentBytes, (index + 1) * subsegmentBytes),
    );
    const { layout } = createLayout({ scheme, imageBytes, subsegmentBytes });
    const copyMs = best(() => target.set(source));
    const encodeMs = best(() => encodeGroup(scheme, data));
    const formMs = best(() => formGroup({ layout, source, group: 0, chain: IMAGE_DIGEST_START, digests }));
    console.log(
      `codes    ${text.padEnd(11)} copy ${rate(imageBytes, copyMs)}  encode ${rate(imageBytes, encodeMs)}` +
        `  form with digests ${rate(imageBytes, formMs)}  encode/copy ${(copyMs / encodeMs).toFixed(2)}`,
    );
  }
}

function start() {
  const started = performance.now();
  const { peak, result } = measured(["compare", "scenarios/design-review.yaml", "--json"]);
  const ms = performance.now() - started;
  const { runCount, rows } = JSON.parse(result.stdout);
  console.log(
    `start    compare design-review: ${(ms / 1000).toFixed(1)} s, ${runCount} runs of a ` +
      `${(rows[0].imageBytes / MIB).toFixed(1)} MiB ledger, peak memory ${peak}, exit ${result.status}`,
  );
}

/** One run of the command line, with its peak memory as the process itself tells it at its end. @param {readonly string[]} words */
function measured(words) {
  const script =
    `process.on('exit',()=>process.stderr.write('PEAK '+process.resourceUsage().maxRSS+'\\n'));` +
    `process.argv.splice(1,0,${JSON.stringify(cli)});await import(${JSON.stringify(new URL(`file://${cli}`).href)})`;
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", script, "--", ...words], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  const match = /PEAK (\d+)/.exec(result.stderr);
  return { result, peak: match === null ? "unknown" : `${(Number(match[1]) / 1024).toFixed(0)} MiB` };
}

function protect() {
  const folder = mkdtempSync(path.join(tmpdir(), "ckptlab-bench-"));
  try {
    const file = path.join(folder, "image.bin");
    const fileBytes = 1024 * MIB;
    const handle = openSync(file, "w");
    const block = new Uint8Array(MIB);
    let word = 1;
    for (let written = 0; written < fileBytes; written += MIB) {
      for (let index = 0; index < MIB; index += 8)
        block[index] = word = (Math.imul(word, 1_664_525) + 1_013_904_223) & 255;
      writeSync(handle, block);
    }
    fsyncSync(handle);
    closeSync(handle);
    for (const [scheme, count] of /** @type {const} */ ([
      ["mirror:2", 2],
      ["parity:3+1", 4],
    ])) {
      const servers = Array.from({ length: count }, (_, index) => path.join(folder, `server-${index}`));
      for (const server of servers) mkdirSync(server);
      const started = performance.now();
      const result = spawnSync(process.execPath, [
        cli,
        "protect",
        file,
        "--scheme",
        scheme,
        "--servers",
        ...servers,
      ]);
      const ms = performance.now() - started;
      const copyStarted = performance.now();
      // cp to as many directories, flushed as protect flushes.
      for (const server of servers) {
        const copy = path.join(server, "copy.bin");
        copyFileSync(file, copy);
        const copied = openSync(copy, "r+");
        fsyncSync(copied);
        closeSync(copied);
      }
      const copyMs = performance.now() - copyStarted;
      console.log(
        `protect  1 GiB under ${scheme}: ${(ms / 1000).toFixed(1)} s, cp to ${count} directories ${(copyMs / 1000).toFixed(1)} s, ` +
          `cp/protect ${(copyMs / ms).toFixed(2)}, exit ${result.status}`,
      );
      for (const server of servers) rmSync(server, { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const parts = { codes, engine, queues, native, scale, small, start, protect };
const wanted = process.argv.slice(2);
for (const [name, part] of Object.entries(parts))
  if (wanted.length === 0 || wanted.includes(name)) await part();
