/**
 * The kernel of src/sim/byte-sums.ts in fixed-width SIMD: whether runs of bytes add up to zero.
 */
import { FunctionBody, moduleOf } from "./assembler.mjs";

const LANES = [0, 1, 2, 3];
const LANE_BYTES = 16;
/** Where sixteen bytes are left that are all zero when the sum is. */
const RESULT_ADDRESS = 0;

/**
 * (list, listEnd, from, to): adds what lies at the addresses of the list, one or more, over the offsets from..to, a multiple of
 * 64 and at least that.
 */
function addRuns() {
  const f = new FunctionBody(4);
  const [list, listEnd, position, to] = [0, 1, 2, 3];
  const found = LANES.map(() => f.local("v128"));
  const sum = LANES.map(() => f.local("v128"));
  const entry = f.local("i32");
  const address = f.local("i32");
  const lane = (/** @type {number[]} */ locals, /** @type {number} */ index) =>
    /** @type {number} */ (locals[index]);
  const advance = (/** @type {number} */ local, /** @type {number} */ step, /** @type {number} */ end) =>
    f.get(local).constant(step).do("i32.add").tee(local).get(end).do("i32.lt_u");
  f.loopWhile(() => {
    for (const each of sum) f.splat(0).set(each);
    f.get(list).set(entry);
    f.loopWhile(() => {
      f.get(entry).loadWord().get(position).do("i32.add").set(address);
      for (const index of LANES) {
        const local = lane(sum, index);
        f.get(local)
          .get(address)
          .load(index * LANE_BYTES)
          .do("v128.xor")
          .set(local);
      }
      advance(entry, 4, listEnd);
    });
    for (const index of LANES) {
      const local = lane(found, index);
      f.get(local).get(lane(sum, index)).do("v128.or").set(local);
    }
    advance(position, LANES.length * LANE_BYTES, to);
  });
  f.constant(RESULT_ADDRESS).get(lane(found, 0));
  for (const index of LANES.slice(1)) f.get(lane(found, index)).do("v128.or");
  f.store();
  return f;
}

/** The bytes of the module. */
export function sumModule() {
  return moduleOf([addRuns()], "addRuns");
}
