/**
 * protect of one large file against `cp` to as many directories, both flushed: time on the wall, since the disk takes most of it,
 * and processor time, which decides where other work keeps the processors busy.
 *
 * Usage: node bench/protect.mjs [--gib 4] [--rounds 1] [--schemes mirror:2,parity:3+1,rs:4+2]
 * It needs room for as many copies of the file as a scheme has members, and one more, in the system's temporary folder.
 * Before each measurement everything is flushed, files that were removed too: what one leaves behind would slow the next.
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measuredCommand } from "./measured-command.mjs";
import { median, processorNs } from "./measure.mjs";

const MIB = 2 ** 20;
const SCHEMES = ["mirror:2", "parity:3+1", "rs:4+2"];

/** @param {string} file */
function flush(file) {
  const handle = openSync(file, "r+");
  fsyncSync(handle);
  closeSync(handle);
}

/** @param {string} file @param {number} bytes */
function writeImage(file, bytes) {
  const handle = openSync(file, "w");
  const block = new Uint8Array(MIB);
  let word = 1;
  for (let index = 0; index < MIB; index += 1) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    block[index] = word >>> 24;
  }
  // Every block is another one.
  const number = new DataView(block.buffer);
  for (let written = 0; written < bytes; written += MIB) {
    number.setUint32(0, written / MIB);
    writeSync(handle, block);
  }
  closeSync(handle);
  flush(file);
}

/** Milliseconds of the action, with directories that are empty before and gone afterwards. @template Result @param {readonly string[]} servers @param {() => Result} action */
function timed(servers, action) {
  for (const server of servers) mkdirSync(server);
  spawnSync("sync");
  const started = performance.now();
  const result = action();
  const ms = performance.now() - started;
  for (const server of servers) rmSync(server, { recursive: true });
  return { ms, result };
}

/** @param {string} file @param {readonly string[]} servers */
function copyToAll(file, servers) {
  for (const server of servers) {
    const copy = path.join(server, "copy.bin");
    copyFileSync(file, copy);
    flush(copy);
  }
}

/** @param {{ gib?: number, rounds?: number, schemes?: readonly string[] }} [options] */
export function protect({ gib = 1, rounds = 3, schemes = SCHEMES } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "ckptlab-bench-"));
  try {
    const file = path.join(folder, "image.bin");
    writeImage(file, gib * 1024 * MIB);
    // Not counted: in a virtual machine, memory that the system uses for the first time costs more than the copy.
    const first = [path.join(folder, "first-0"), path.join(folder, "first-1")];
    timed(first, () => copyToAll(file, first));
    for (const scheme of schemes) {
      const counts = scheme.split(":")[1]?.split("+").map(Number) ?? [];
      const count = counts.reduce((sum, each) => sum + each, 0);
      const servers = Array.from({ length: count }, (_, index) => path.join(folder, `server-${index}`));
      /** @type {{ protectMs: number, copyMs: number, processorMs: number, copyProcessorMs: number, peakMib: string }[]} */
      const measured = [];
      for (let round = 0; round < rounds; round += 1) {
        const run = timed(servers, () =>
          measuredCommand(["protect", file, "--scheme", scheme, "--servers", ...servers]),
        );
        const { result, peakMib, processorMs } = run.result;
        if (result.status !== 0) throw new Error(`protect ended with ${result.status}: ${result.stderr}`);
        const copied = timed(servers, () => processorNs(() => copyToAll(file, servers)) / 1e6);
        measured.push({
          protectMs: run.ms,
          copyMs: copied.ms,
          processorMs,
          copyProcessorMs: copied.result,
          peakMib,
        });
      }
      const seconds = (/** @type {"protectMs" | "copyMs" | "processorMs" | "copyProcessorMs"} */ name) =>
        (median(measured.map((each) => each[name])) / 1000).toFixed(1);
      console.log(
        `protect  ${gib} GiB under ${scheme}: ${seconds("protectMs")} s, cp to ${count} directories ${seconds("copyMs")} s, ` +
          `cp/protect ${median(measured.map(({ copyMs, protectMs }) => copyMs / protectMs)).toFixed(2)}, ` +
          `processor ${seconds("processorMs")} s, of cp ${seconds("copyProcessorMs")} s, ` +
          `peak memory ${Math.max(...measured.map(({ peakMib }) => Number(peakMib)))} MiB`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      gib: { type: "string", default: "4" },
      rounds: { type: "string", default: "1" },
      schemes: { type: "string", default: SCHEMES.join(",") },
    },
  });
  protect({
    gib: Number(values.gib),
    rounds: Number(values.rounds),
    schemes: values.schemes.split(","),
  });
}
