/** The schemes that the proof goes through: every one with at most so many members, and the code that it is about. */
import { decodeGroup, encodeGroup, recoverable } from "../../core/redundancy/code.ts";
import { parseScheme, type Scheme } from "../../core/redundancy/scheme.ts";
import type { CodeUnderProof } from "./code-proof.ts";

/** The core's own code. */
export const CORE_CODE: CodeUnderProof = {
  encode: encodeGroup,
  decode: (scheme, dataCount, members) => {
    const result = decodeGroup(scheme, dataCount, members);
    return result.ok ? result.data : undefined;
  },
  isRecoverable: recoverable,
};

/** All schemes of all kinds with memberCount = k + m, each once. */
export function schemesOf(memberCount: number): Scheme[] {
  const texts = [`mirror:${memberCount}`, `stripe:${memberCount}`, `parity:${memberCount - 1}+1`];
  for (let m = 1; m < memberCount; m += 1) texts.push(`rs:${memberCount - m}+${m}`);
  for (let l = 1; l < memberCount; l += 1) {
    for (let g = 1; g < memberCount; g += 1) texts.push(`lrc:${memberCount - l - g},${l},${g}`);
  }
  return texts.flatMap((text) => {
    // What is no scheme (k below 1, k not a multiple of l) is left out by the one rule that there is.
    const parsed = parseScheme(text);
    return parsed.ok ? [parsed.scheme] : [];
  });
}
