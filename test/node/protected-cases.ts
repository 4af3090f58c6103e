/** The cases that the properties of src/node run over: schemes on servers, sizes around every boundary, and what to hurt. */
import fc from "fast-check";
import { protect, type ProtectResult } from "../../src/node/protect.ts";
import type { ReassembleResult } from "../../src/node/reassemble.ts";
import type { ServerSet } from "./server-set.ts";
import { unflushedFiles } from "./unflushed-files.ts";

export const SUBSEGMENT_BYTES = 64;
export const TIMEOUT_MS = 120_000;

/** Schemes with the number of servers they run on. */
export const PROTECTED: readonly (readonly [string, number])[] = [
  ["mirror:2", 2],
  ["mirror:3", 3],
  ["mirror:2", 4],
  ["parity:1+1", 2],
  ["parity:2+1", 3],
  ["parity:3+1", 4],
  ["parity:3+1", 6],
  ["rs:4+2", 6],
  ["rs:2+3", 6],
  ["lrc:4,2,1", 7],
];

interface ProtectedCase {
  readonly scheme: readonly [string, number];
  readonly imageBytes: number;
  readonly seed: number;
  /** Which server is hurt: modulo their number. */
  readonly victim: number;
  /** Where in it, as a fraction. */
  readonly where: number;
}

/** Around the boundaries of subsegments and groups, and anything else. */
const imageBytesArbitrary = fc.oneof(
  fc.constantFrom(0, 1, 63, 64, 65, 127, 128, 129, 191, 192, 193, 64 * 12, 64 * 12 + 1),
  fc.integer({ min: 0, max: 5000 }),
);

/** Spread evenly: doubles as they come would be tiny most of the time, and every flipped bit would lie in the first file. */
export const fractionArbitrary: fc.Arbitrary<number> = fc
  .noBias(fc.nat(99_999))
  .map((part) => part / 100_000);

export const caseArbitrary: fc.Arbitrary<ProtectedCase> = fc.record({
  scheme: fc.constantFrom(...PROTECTED),
  imageBytes: imageBytesArbitrary,
  seed: fc.integer({ min: 0, max: 1_000_000 }),
  victim: fc.nat(1000),
  where: fractionArbitrary,
});

/** The result, or a failed test that says why there is none. */
export function expectOk<Result extends ProtectResult | ReassembleResult>(
  result: Result,
): Extract<Result, { ok: true }> {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result as Extract<Result, { ok: true }>;
}

export async function protectContent(set: ServerSet, scheme: string, content: Uint8Array): Promise<void> {
  const file = await set.write("input", content);
  const result = await protect({
    files: [file],
    scheme,
    servers: set.servers,
    subsegmentBytes: SUBSEGMENT_BYTES,
    layer: unflushedFiles,
  });
  expectOk(result);
}
