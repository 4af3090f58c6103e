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
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createGroupArena } from "../dist/core/redundancy/arena.js";
import { parseScheme } from "../dist/core/redundancy/scheme.js";

/** @typedef {import("../src/core/redundancy/scheme.ts").Scheme} Scheme */

const KIB = 1024;
const MEMCPY_BYTES = 32 * KIB * KIB;
const ROUNDS = 7;
const PEERS = {
  "@ronomon/reed-solomon": "6.0.0",
  "@digitaldefiance/reed-solomon-erasure.wasm": "1.0.2",
  "@shelby-protocol/reed-solomon": "0.0.1",
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
 * @param {Record<Name, () => void | Promise<void>>} actions
 * @param {number} repeats
 */
async function leastMs(actions, repeats) {
  const names = /** @type {Name[]} */ (Object.keys(actions));
  const least = /** @type {Record<Name, number>} */ (
    Object.fromEntries(names.map((name) => [name, Number.POSITIVE_INFINITY]))
  );
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const name of names) {
      const started = performance.now();
      for (let repeat = 0; repeat < repeats; repeat += 1) {
        const underWay = actions[name]();
        if (underWay !== undefined) await underWay;
      }
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
async function measure(text, memberBytes) {
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
  const { memcpy } = await leastMs({ memcpy: () => target.set(source) }, 1);
  const least = await leastMs(
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

async function ours() {
  for (const memberKib of values.members.split(",").map(Number)) {
    for (const text of ["parity:8+1", "rs:4+2", "rs:8+3", "rs:10+4", "rs:20+6", "lrc:12,2,2"]) {
      const { bytes, kernelName, memcpy, copy, encode, decode, decodeMost } = await measure(
        text,
        memberKib * KIB,
      );
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

/**
 * What each peer does to encode one group again and again, each in buffers of the kind that it asks for.
 * @param {string} folder where the packages are installed
 * @returns {Promise<Record<string, (k: number, m: number, memberBytes: number) => () => void | Promise<void>>>}
 */
async function peersIn(folder) {
  const load = createRequire(path.join(folder, "package.json"));
  const imported = (/** @type {string} */ name) => import(pathToFileURL(load.resolve(name)).href);
  const ronomon = load("@ronomon/reed-solomon");
  const { ReedSolomonErasure } = load("@digitaldefiance/reed-solomon-erasure.wasm");
  const { createWasmReedSolomonBinding } = await imported("@shelby-protocol/reed-solomon");
  /** @param {{ encode(shards: Uint8Array, k: number, m: number): number }} coder @returns {(k: number, m: number, bytes: number) => () => void} */
  const contiguous = (coder) => (k, m, memberBytes) => {
    const shards = new Uint8Array((k + m) * memberBytes);
    fill(shards, 1);
    return () => {
      if (coder.encode(shards, k, m) !== 0) throw new Error("the peer refused to encode");
    };
  };
  return {
    // Native code on a thread of its own behind a JavaScript face, so that its time includes the way there and back.
    "@ronomon/reed-solomon (native)": (k, m, memberBytes) => {
      const context = ronomon.create(k, m);
      const buffer = Buffer.alloc(memberBytes * k);
      fill(buffer, 1);
      const parity = Buffer.alloc(memberBytes * m);
      const sources = 2 ** k - 1;
      const targets = (2 ** m - 1) * 2 ** k;
      return () =>
        new Promise((resolve, reject) => {
          /** @param {Error | undefined} error */
          const end = (error) => (error === undefined ? resolve() : reject(error));
          ronomon.encode(context, sources, targets, buffer, 0, buffer.length, parity, 0, parity.length, end);
        });
    },
    "@digitaldefiance/reed-solomon-erasure.wasm": contiguous(ReedSolomonErasure.fromCurrentDirectorySync()),
    "@shelby-protocol/reed-solomon": contiguous(createWasmReedSolomonBinding()),
    "plain JavaScript with tables": (k, m, memberBytes) => {
      const data = Array.from({ length: k }, () => new Uint8Array(memberBytes));
      for (const [member, bytes] of data.entries()) fill(bytes, member);
      const parity = Array.from({ length: m }, () => new Uint8Array(memberBytes));
      return () => plainTables(data, parity);
    },
  };
}

async function peers() {
  const folder = mkdtempSync(path.join(tmpdir(), "ckptlab-peers-"));
  try {
    writeFileSync(path.join(folder, "package.json"), "{}");
    const wanted = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
    // With install scripts: the native peer compiles itself.
    execFileSync("npm", ["install", "--no-audit", "--no-fund", ...wanted], {
      cwd: folder,
      stdio: "ignore",
      shell: process.platform === "win32",
    });
    const found = await peersIn(folder);
    for (const memberKib of values.members.split(",").map(Number)) {
      const memberBytes = memberKib * KIB;
      for (const text of ["rs:4+2", "rs:8+3", "rs:10+4"]) {
        const { k, m } = schemeOf(text);
        const bytes = k * memberBytes;
        const arena = createGroupArena(schemeOf(text), memberBytes);
        for (let member = 0; member < k; member += 1) fill(arena.member(member), member);
        for (const [name, prepare] of Object.entries(found)) {
          const encode = prepare(k, m, memberBytes);
          const least = await leastMs({ ours: () => arena.encode(k), theirs: encode }, 1);
          console.log(
            `${text.padEnd(9)}${`${memberKib} KiB`.padStart(9)}  ours ${rate(bytes, least.ours).padStart(9)}` +
              `  ${(least.theirs / least.ours).toFixed(1).padStart(6)} times ${name} (${rate(bytes, least.theirs)})`,
          );
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await ours();
if (values.peers === true) await peers();
