/**
 * The proof of the codes as a step of the gate: for every scheme with up to 16 members, every pattern of members left is
 * decided against the rank of the generator matrix, and what is recoverable is decoded to a basis (src/verify/proof).
 *
 * Usage: node tools/proof-gate.mjs [--profile commit|nightly]
 *   commit    every scheme with up to 13 members and the larger ones of SCHEMES_TAKEN; short groups up to 9 members
 *   nightly   every scheme with up to 16 members; short groups up to 12
 * Members are one block long, and up to 11 (14) members also so long that all rows are computed in WebAssembly.
 * The last line of stdout is JSON: {passed, failed, skipped}: one check for each scheme.
 */
import { parseArgs } from "node:util";
import { parseScheme } from "../dist/core/redundancy/scheme.js";
import { createKernel } from "../dist/core/redundancy/kernel-choice.js";
import { LONG_BLOCK_COUNT, proveCode } from "../dist/verify/proof/code-proof.js";
import { CORE_CODE, schemesOf } from "../dist/verify/proof/proof-schemes.js";

/** All rows of theirs are ones, and no short row of ones goes through WebAssembly: long members whatever their count. */
const LONG_KINDS = new Set(["mirror", "stripe", "parity"]);

/** Schemes that people take, and that scenarios name, beyond the bound of the commit profile. */
const SCHEMES_TAKEN = [
  "rs:10+4",
  "rs:9+3",
  "rs:12+3",
  "rs:12+4",
  "lrc:12,2,2",
  "parity:15+1",
  "mirror:16",
  "stripe:16",
];
const PROFILES = {
  commit: { membersMax: 13, shortMembersMax: 9, longMembersMax: 11 },
  nightly: { membersMax: 16, shortMembersMax: 12, longMembersMax: 14 },
};

const { values } = parseArgs({ options: { profile: { type: "string", default: "commit" } } });
const profile = values.profile === "nightly" ? PROFILES.nightly : PROFILES.commit;

const schemes = [];
for (let memberCount = 1; memberCount <= profile.membersMax; memberCount += 1)
  schemes.push(...schemesOf(memberCount));
for (const text of SCHEMES_TAKEN) {
  const parsed = parseScheme(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  if (!schemes.some((scheme) => scheme.text === text)) schemes.push(parsed.scheme);
}

let passed = 0;
let failed = 0;
let patternCount = 0;
let decodedCount = 0;
let withinToleranceCount = 0;
let longPatternCount = 0;
for (const scheme of schemes) {
  const memberCount = scheme.k + scheme.m;
  const shortGroups = memberCount <= profile.shortMembersMax;
  const proofs = [proveCode(scheme, CORE_CODE, { shortGroups, tail: shortGroups, blockCount: 1 })];
  if (memberCount <= profile.longMembersMax || LONG_KINDS.has(scheme.kind)) {
    const proof = proveCode(scheme, CORE_CODE, {
      shortGroups: false,
      tail: true,
      blockCount: LONG_BLOCK_COUNT,
    });
    longPatternCount += proof.patternCount;
    proofs.push(proof);
  }
  for (const proof of proofs) {
    patternCount += proof.patternCount;
    decodedCount += proof.decodedCount;
    withinToleranceCount += proof.withinToleranceCount;
    for (const sentence of proof.failures) console.log(`FAILED ${sentence}`);
  }
  if (proofs.every((proof) => proof.failures.length === 0 && proof.patternCount > 0)) passed += 1;
  else failed += 1;
}
console.log(
  `${schemes.length} schemes, ${patternCount} patterns decided: ${withinToleranceCount} within the tolerance, ` +
    `${decodedCount} decoded to the basis in all, ${patternCount - decodedCount} refused; ` +
    `${longPatternCount} of them with long members, in kernels of ${createKernel(1).name}; ${process.uptime().toFixed(1)} s`,
);
console.log(JSON.stringify({ passed, failed, skipped: [] }));
process.exitCode = failed === 0 ? 0 : 1;
