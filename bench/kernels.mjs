/**
 * The redundancy core against copies of memory, ISA-L and other packages: `npm run bench:kernels` (it builds first).
 *
 * Usage: node bench/kernels.mjs [--peers] [--isal] [--members KIB,KIB]
 *   --peers   installs the packages that are compared with into a temporary folder first, and removes it at the end
 *   --isal    the same measurements of Intel's ISA-L; needs a C compiler and the library, and is left out without them
 * Figures are medians of rounds, and ratios those of figures next to one another (kernel-rounds.mjs).
 *
 * "memcpy" copies 32 MiB from one buffer into another: what moving a checkpoint's bytes costs. "copy" copies the data members of
 * the very group, which in small groups lie in the second cache. encode and decode work in the arena of one group, in bytes of
 * its data a second. "1 lost": one lost data member rebuilt; "m lost": as many as the scheme always survives. "formed": members
 * that lie in an arena are encoded and digested, as protect does it, in one thread.
 */
import { parseArgs } from "node:util";
import { formGroup } from "../dist/core/checkpoint/form.js";
import { IMAGE_DIGEST_START } from "../dist/core/checkpoint/image-digest.js";
import { createGroupArena } from "../dist/core/redundancy/arena.js";
import { createLayout } from "../dist/core/redundancy/layout.js";
import { createDigests } from "../dist/sim/digests.js";
import { isal } from "./isal.mjs";
import { peers } from "./kernel-peers.mjs";
import { fill, rate, ratio, schemeOf, timed } from "./kernel-rounds.mjs";
import { median } from "./measure.mjs";

const KIB = 1024;
const MEMCPY_BYTES = 32 * KIB * KIB;
const ROUNDS = 15;
const SCHEMES = ["mirror:2", "parity:8+1", "rs:4+2", "rs:8+3", "rs:10+4", "rs:20+6", "lrc:12,2,2"];

const { values } = parseArgs({
  options: {
    peers: { type: "boolean" },
    isal: { type: "boolean" },
    members: { type: "string", default: "64,1024" },
  },
});
const memberKibs = values.members.split(",").map(Number);
const digests = await createDigests();

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
  const isThere = Array.from({ length: k + m }, (_, member) => member !== 0);
  const isThereOfMost = Array.from({ length: k + m }, (_, member) => !wanted.includes(member));
  const created = createLayout({ scheme, imageBytes: bytes, subsegmentBytes: memberBytes, width: k + m });
  if (!created.ok) throw new Error(created.error.message);
  const { layout } = created;
  const forming = { layout, group: 0, chain: IMAGE_DIGEST_START, digests, source: { arena, place: 0 } };
  let memcpyAt = 0;
  const ms = await timed(
    {
      // As many bytes as the group has, each time the next ones, so that none of them is in a cache.
      memcpy() {
        const end = Math.min(MEMCPY_BYTES, memcpyAt + bytes);
        target.set(source.subarray(memcpyAt, end), memcpyAt);
        memcpyAt = end === MEMCPY_BYTES ? 0 : end;
      },
      copy() {
        for (let member = 0; member < k; member += 1)
          destination.set(arena.member(member), member * memberBytes);
      },
      encode: () => arena.encode(k),
      decode: () => void arena.rebuild(k, isThere, [0]),
      decodeMost: () => void arena.rebuild(k, isThereOfMost, wanted),
      formed: () => void formGroup(forming),
    },
    Math.max(1, Math.round(MEMCPY_BYTES / bytes)),
    ROUNDS,
  );
  return { bytes, kernelName: arena.kernelName, ...ms };
}

for (const memberKib of memberKibs) {
  for (const text of SCHEMES) {
    const ms = await measure(text, memberKib * KIB);
    const rateOf = (/** @type {readonly number[]} */ all) => rate(ms.bytes, median(all)).padStart(10);
    console.log(
      `${text.padEnd(11)}${`${memberKib} KiB`.padStart(9)}  encode ${rateOf(ms.encode)}` +
        `  encode/memcpy ${ratio(ms.memcpy, ms.encode).toFixed(2)}  encode/copy ${ratio(ms.copy, ms.encode).toFixed(2)}` +
        `  1 lost/encode ${ratio(ms.encode, ms.decode).toFixed(2)}  m lost/encode ${ratio(ms.encode, ms.decodeMost).toFixed(2)}` +
        `  formed ${rateOf(ms.formed)}  memcpy ${rateOf(ms.memcpy)}  copy ${rateOf(ms.copy)}  ${ms.kernelName}`,
    );
  }
}
if (values.isal === true) isal(memberKibs);
if (values.peers === true) await peers(memberKibs);
