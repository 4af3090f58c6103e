/**
 * Measures what the core's own work costs on this machine: encoding and decoding by scheme, digests, copying memory.
 *
 * Rates are bytes a second over the bytes that the simulator charges: the image bytes of a group for encoding and decoding,
 * the bytes digested for digests. Each is the median of several rounds, so that a busy moment does not count.
 * Does not cover: several cores at once, and caches that other programs fill.
 */
import { decodeGroup, encodeGroup } from "../core/redundancy/code.ts";
import { parseScheme, type Scheme } from "../core/redundancy/scheme.ts";
import { createDigests } from "../sim/digests.ts";

export interface MeasureOptions {
  /** How long each rate is measured, about. */
  readonly secondsPerRate: number;
  /** Before each rate, with its name. */
  readonly onRate?: ((name: string) => void) | undefined;
}

export interface SchemeRate {
  readonly scheme: string;
  readonly encodeBytesPerSecond: number;
  /** With as many data subsegments lost as the scheme always survives. */
  readonly decodeBytesPerSecond: number;
}

export interface ProcessorRates {
  readonly schemes: readonly SchemeRate[];
  /** XXH64, over members. */
  readonly memberDigestBytesPerSecond: number;
  /** SHA-256, over manifests. */
  readonly manifestDigestBytesPerSecond: number;
  readonly copyBytesPerSecond: number;
}

/** Where computing redundancy costs something, and usual: XOR, two Reed–Solomon codes, a local code. */
const SCHEMES = ["parity:2+1", "parity:4+1", "parity:7+1", "rs:4+2", "rs:6+3", "lrc:4,2,2"];
/** The default of scenarios. */
const SUBSEGMENT_BYTES = 65_536;
/** Beyond the caches of a core, so that memory counts. */
const COPY_BYTES = 32 * 1024 * 1024;
const MANIFEST_BYTES = 65_536;
const ROUND_COUNT = 7;

/** Bytes that no kernel can take a short cut through; the same each time. */
function filled(bytes: number, seed: number): Uint8Array {
  const buffer = new Uint8Array(bytes);
  let word = seed | 1;
  for (let index = 0; index < bytes; index += 1) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
    buffer[index] = word >>> 24;
  }
  return buffer;
}

/** Median over rounds of the bytes a second that `work` does, when one call does `bytes`. */
function rateOf(bytes: number, seconds: number, work: () => unknown): number {
  const roundMs = (seconds * 1000) / (ROUND_COUNT + 1);
  // The first round warms up and says how many calls a round has.
  let callCount = 0;
  for (const startMs = performance.now(); performance.now() - startMs < roundMs; callCount += 1) work();
  const rates = Array.from({ length: ROUND_COUNT }, () => {
    const startMs = performance.now();
    for (let call = 0; call < callCount; call += 1) work();
    return (bytes * callCount * 1000) / Math.max(performance.now() - startMs, 1e-6);
  });
  rates.sort((a, b) => a - b);
  return Math.max(1, Math.round(rates[ROUND_COUNT >> 1] ?? 1));
}

function schemeRate(scheme: Scheme, seconds: number): SchemeRate {
  const data = Array.from({ length: scheme.k }, (_, index) => filled(SUBSEGMENT_BYTES, index + 1));
  const members = [...data, ...encodeGroup(scheme, data)];
  const damaged = members.map((bytes, member) => (member < scheme.tolerance ? undefined : bytes));
  const groupBytes = SUBSEGMENT_BYTES * scheme.k;
  return {
    scheme: scheme.text,
    encodeBytesPerSecond: rateOf(groupBytes, seconds, () => encodeGroup(scheme, data)),
    decodeBytesPerSecond: rateOf(groupBytes, seconds, () => decodeGroup(scheme, scheme.k, damaged)),
  };
}

export async function measureProcessor(options: MeasureOptions): Promise<ProcessorRates> {
  const { secondsPerRate, onRate } = options;
  const digests = await createDigests();
  const schemes = SCHEMES.flatMap((text): SchemeRate[] => {
    const parsed = parseScheme(text);
    if (!parsed.ok) return [];
    onRate?.(text);
    return [schemeRate(parsed.scheme, secondsPerRate)];
  });
  onRate?.("digests");
  const member = filled(SUBSEGMENT_BYTES, 77);
  const manifest = filled(MANIFEST_BYTES, 78);
  const memberDigest = rateOf(SUBSEGMENT_BYTES, secondsPerRate, () => digests.member(member));
  const manifestDigest = rateOf(MANIFEST_BYTES, secondsPerRate, () => digests.manifest(manifest));
  onRate?.("memory");
  const source = filled(COPY_BYTES, 79);
  const target = new Uint8Array(COPY_BYTES);
  return {
    schemes,
    memberDigestBytesPerSecond: memberDigest,
    manifestDigestBytesPerSecond: manifestDigest,
    copyBytesPerSecond: rateOf(COPY_BYTES, secondsPerRate, () => target.set(source)),
  };
}
