/**
 * The redundancy core against memory copies and against other packages: `npm run bench:kernels` (it builds first).
 *
 * Usage: node bench/kernels.mjs [--peers] [--members KIB,KIB]
 *   --peers   installs the packages that are compared with into a temporary folder first, and removes it at the end
 * Every figure is the best of several rounds, and ratios are within one run; single figures on a shared machine mean little.
 *
 * "memcpy" copies 32 MiB from one buffer into another, once for all: what moving a checkpoint's bytes costs. "copy" copies
 * the data members of the very group, which for small groups lie in the second cache, where copies of 64 bytes at a time are out of
 * reach of 16-byte registers. encode and decode work in the arena of one group, in bytes of its data a second.
 * "1 lost": one lost data member rebuilt; "m lost": as many as the scheme always survives.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { createGroupArena } from "../dist/core/redundancy/arena.js";
import { encodeGroup } from "../dist/core/redundancy/code.js";
import { parseScheme } from "../dist/core/redundancy/scheme.js";

/** @typedef {import("../src/core/redundancy/scheme.ts").Scheme} Scheme */

const KIB = 1024;
const MEMCPY_BYTES = 32 * KIB * KIB;
const ROUNDS = 7;
const PEERS = {
  "@ronomon/reed-solomon": "6.0.0",
  "@digitaldefiance/reed-solomon-erasure.wasm": "1.0.2",
  "@shelby-protocol/reed-solomon": "0.0.2",
};

const { values } = parseArgs({
  options: { peers: { type: "boolean" }, members: { type: "string", default: "64,1024" } },
});

/** @param {string} text @returns {Scheme} */
function schemeOf(text) {
  const parsed = parseScheme(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.scheme;
}

/**
 * Least milliseconds of one call of each action, taken in turn.
 * @template {string} Name
 * @param {Record<Name, () => void>} actions
 * @param {number} repeats
 */
function leastMs(actions, repeats) {
  const names = /** @type {Name[]} */ (Object.keys(actions));
  const least = /** @type {Record<Name, number>} */ (
    Object.fromEntries(names.map((name) => [name, Number.POSITIVE_INFINITY]))
  );
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const name of names) {
      const started = performance.now();
      for (let repeat = 0; repeat < repeats; repeat += 1) actions[name]();
      const ms = (performance.now() - started) / repeats;
      // The first round warms up.
      if (round > 0) least[name] = Math.min(least[name], ms);
    }
  }
  return least;
}

/** @param {Uint8Array} bytes @param {number} seed */
function fill(bytes, seed) {
  let state = seed + 1;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
}

/** @param {string} text @param {number} memberBytes */
function measure(text, memberBytes) {
  const scheme = schemeOf(text);
  const { k, m, tolerance } = scheme;
  const bytes = k * memberBytes;
  const arena = createGroupArena(scheme, memberBytes);
  for (let member = 0; member < k; member += 1) fill(arena.member(member), member);
  const destination = new Uint8Array(bytes);
  const source = new Uint8Array(MEMCPY_BYTES).fill(1);
  const target = new Uint8Array(MEMCPY_BYTES);
  const wanted = Array.from({ length: Math.min(tolerance, k) }, (_, member) => member);
  const isThere = Array.from({ length: k + m }, (_, member) => member !== 1);
  const isThereOfMost = Array.from({ length: k + m }, (_, member) => !wanted.includes(member));
  const repeats = Math.max(1, Math.round((8 * KIB * KIB) / bytes));
  const memcpy = leastMs({ memcpy: () => target.set(source) }, 1).memcpy;
  const least = leastMs(
    {
      copy() {
        for (let member = 0; member < k; member += 1)
          destination.set(arena.member(member), member * memberBytes);
      },
      encode: () => arena.encode(k),
      decode: () => void arena.rebuild(k, isThere, [1]),
      decodeMost: () => void arena.rebuild(k, isThereOfMost, wanted),
    },
    repeats,
  );
  return { bytes, kernelName: arena.kernelName, memcpy: (memcpy * bytes) / MEMCPY_BYTES, ...least };
}

/** @param {number} bytes @param {number} ms */
const rate = (bytes, ms) => `${(bytes / 1e6 / ms).toFixed(1)} GB/s`;

function ours() {
  for (const memberKib of values.members.split(",").map(Number)) {
    for (const text of ["parity:8+1", "rs:4+2", "rs:8+3", "rs:10+4", "rs:20+6", "lrc:12,2,2"]) {
      const { bytes, kernelName, memcpy, copy, encode, decode, decodeMost } = measure(text, memberKib * KIB);
      console.log(
        `${text.padEnd(11)}${`${memberKib} KiB`.padStart(9)}  encode ${rate(bytes, encode).padStart(9)}` +
          `  encode/memcpy ${(memcpy / encode).toFixed(2)}  encode/copy ${(copy / encode).toFixed(2)}` +
          `  1 lost/encode ${(encode / decode).toFixed(2)}  m lost/encode ${(encode / decodeMost).toFixed(2)}` +
          `  memcpy ${rate(bytes, memcpy)}, copy ${rate(bytes, copy)}, ${kernelName}`,
      );
    }
  }
}

/** Encoding by tables of logarithms, byte by byte: what a page of plain JavaScript would do. @param {readonly Uint8Array[]} data @param {readonly Uint8Array[]} parity */
function plainTables(data, parity) {
  for (const [row, target] of parity.entries()) {
    target.fill(0);
    for (const [column, source] of data.entries()) {
      const product = /** @type {Uint8Array} */ (PRODUCTS[POWERS[(row * column) % 255] ?? 1]);
      for (let at = 0; at < target.length; at += 1) {
        target[at] =
          /** @type {number} */ (target[at]) ^
          /** @type {number} */ (product[/** @type {number} */ (source[at])]);
      }
    }
  }
}

/** @type {number[]} */
const POWERS = [];
for (let power = 1; POWERS.length < 255; power = (power << 1) ^ (power > 127 ? 0x11d : 0)) POWERS.push(power);
const PRODUCTS = Array.from({ length: 256 }, (_, a) =>
  Uint8Array.from({ length: 256 }, (_unused, b) =>
    a === 0 || b === 0 ? 0 : /** @type {number} */ (POWERS[(POWERS.indexOf(a) + POWERS.indexOf(b)) % 255]),
  ),
);

/** @param {string} folder @returns {Promise<Record<string, (k: number, m: number, bytes: number) => (() => void) | undefined>>} */
async function peersIn(folder) {
  const load = createRequire(path.join(folder, "package.json"));
  /** @param {string} name */
  const imported = async (name) => {
    try {
      return load(name);
    } catch {
      return import(load.resolve(name));
    }
  };
  /** @type {any} */
  const ronomon = await imported("@ronomon/reed-solomon");
  return {
    "@ronomon/reed-solomon": (k, m, bytes) => {
      const context = ronomon.create(k, m);
      const buffer = Buffer.alloc(bytes * k, 7);
      const parity = Buffer.alloc(bytes * m);
      let sources = 0;
      let targets = 0;
      for (let index = 0; index < k; index += 1) sources |= 1 << index;
      for (let index = k; index < k + m; index += 1) targets |= 1 << index;
      return () =>
        ronomon.encode(context, sources, targets, buffer, 0, buffer.length, parity, 0, parity.length);
    },
  };
}

ours();
void [PEERS, execFileSync, mkdtempSync, rmSync, tmpdir, plainTables, encodeGroup, peersIn];
