/**
 * What other packages take to encode a group: part of bench/kernels.mjs. They are installed into a temporary folder, since the
 * project does not depend on them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createGroupArena } from "../dist/core/redundancy/arena.js";
import { fill, rate, ratio, schemeOf, timed } from "./kernel-rounds.mjs";
import { median } from "./measure.mjs";

const KIB = 1024;
const ROUNDS = 9;
/** What a round encodes at least, so that short calls are measured well. */
const ROUND_BYTES = 16 * KIB * KIB;
const PEERS = {
  "@ronomon/reed-solomon": "6.0.0",
  "@digitaldefiance/reed-solomon-erasure.wasm": "1.0.2",
  "@shelby-protocol/reed-solomon": "0.0.1",
};
const SCHEMES = ["rs:4+2", "rs:8+3", "rs:10+4"];

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
    // Native code on a thread of its own behind a JavaScript face: the way there and back is in its time.
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

/** @param {readonly number[]} memberKibs */
export async function peers(memberKibs) {
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
    for (const memberKib of memberKibs) {
      const memberBytes = memberKib * KIB;
      for (const text of SCHEMES) {
        const { k, m } = schemeOf(text);
        const bytes = k * memberBytes;
        const arena = createGroupArena(schemeOf(text), memberBytes);
        for (let member = 0; member < k; member += 1) fill(arena.member(member), member);
        for (const [name, prepare] of Object.entries(found)) {
          const encode = prepare(k, m, memberBytes);
          const repeats = Math.max(1, Math.round(ROUND_BYTES / bytes));
          const ms = await timed({ ours: () => arena.encode(k), theirs: encode }, repeats, ROUNDS);
          console.log(
            `${text.padEnd(9)}${`${memberKib} KiB`.padStart(9)}  ours ${rate(bytes, median(ms.ours)).padStart(10)}` +
              `  ${ratio(ms.theirs, ms.ours).toFixed(1).padStart(6)} times ${name} (${rate(bytes, median(ms.theirs))})`,
          );
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
