/** What wasm-dispatch.test.ts bundles together with a planted bug: the proof of that very code. */
import { parseScheme } from "../../../src/core/redundancy/scheme.ts";
import { proveCode } from "../../../src/verify/proof/code-proof.ts";
import { CORE_CODE } from "../../../src/verify/proof/proof-schemes.ts";

export function failuresOf(text: string, blockCount: number): readonly string[] {
  const parsed = parseScheme(text);
  if (!parsed.ok) throw new RangeError(parsed.error.message);
  return proveCode(parsed.scheme, CORE_CODE, { shortGroups: true, tail: true, blockCount }).failures;
}
