/**
 * The kernels of src/core/redundancy/kernel.ts in fixed-width SIMD: what each function does is said there. No relaxed SIMD, since
 * runs must be alike on every processor.
 *
 * A block is eight planes of sixteen bytes, one SIMD register each. Doubling moves plane i to i + 1 and adds plane 7 to
 * planes 0, 2, 3 and 4: the moves are renaming for the processor, so three XORs are left.
 */
import { FunctionBody, moduleOf } from "./assembler.mjs";

const PLANES = [0, 1, 2, 3, 4, 5, 6, 7];
const PLANE_BYTES = 16;
const BLOCK_BYTES = 128;

/** @param {FunctionBody} f @param {number} end @param {number} position @param {number} step */
function advance(f, position, end, step) {
  f.get(position).constant(step).do("i32.add").tee(position).get(end).do("i32.lt_u");
}

/** Adds eight registers at an address local to the accumulators. @param {FunctionBody} f @param {number[]} sum @param {number} address */
function addBlock(f, sum, address) {
  for (const plane of PLANES) {
    const local = /** @type {number} */ (sum[plane]);
    f.get(local)
      .get(address)
      .load(plane * PLANE_BYTES)
      .do("v128.xor")
      .set(local);
  }
}

/** @param {FunctionBody} f @param {number[]} sum @param {number} address */
function loadBlock(f, sum, address) {
  for (const plane of PLANES)
    f.get(address)
      .load(plane * PLANE_BYTES)
      .set(/** @type {number} */ (sum[plane]));
}

/** @param {FunctionBody} f @param {number[]} sum @param {number} address */
function storeBlock(f, sum, address) {
  for (const plane of PLANES)
    f.get(address)
      .get(/** @type {number} */ (sum[plane]))
      .store(plane * PLANE_BYTES);
}

/**
 * The sum times 2, in place: `order` names the locals that hold planes 0 to 7, and the answer is the order afterwards.
 * @param {FunctionBody} f @param {number[]} order
 */
function doubled(f, order) {
  const [p0, p1, p2, p3, p4, p5, p6, p7] =
    /** @type {[number, number, number, number, number, number, number, number]} */ (order);
  for (const plane of [p1, p2, p3]) f.get(plane).get(p7).do("v128.xor").set(plane);
  return [p7, p0, p1, p2, p3, p4, p5, p6];
}

/** The sum times 1/2. @param {FunctionBody} f @param {number[]} order */
function halved(f, order) {
  const [p0, p1, p2, p3, p4, p5, p6, p7] =
    /** @type {[number, number, number, number, number, number, number, number]} */ (order);
  for (const plane of [p2, p3, p4]) f.get(plane).get(p0).do("v128.xor").set(plane);
  return [p1, p2, p3, p4, p5, p6, p7, p0];
}

/** Puts planes that lie in `order` back into `sum`: all are read before any is written. @param {FunctionBody} f @param {number[]} sum @param {number[]} order */
function rename(f, sum, order) {
  for (const plane of PLANES) f.get(/** @type {number} */ (order[plane]));
  for (const plane of PLANES.toReversed()) f.set(/** @type {number} */ (sum[plane]));
}

/** Kinds of rows, as row-program.ts writes them into the table. */
const KIND_XOR = 0;
const KIND_DOUBLE = 1;
const KIND_HALVE = 2;
const KIND_QUADRUPLE = 3;
/** Words of a row in the table: kind, target, start and end of its list. */
const ROW_BYTES = 16;

/**
 * (table, tableEnd, from, to): for each block, each row of the table in turn, so that a source is fetched from memory
 * once and every stream of reads goes straight on.
 */
function runRows() {
  const f = new FunctionBody(4);
  const [table, tableEnd, position, to] = [0, 1, 2, 3];
  const sum = PLANES.map(() => f.local("v128"));
  const row = f.local("i32");
  const kind = f.local("i32");
  const target = f.local("i32");
  const list = f.local("i32");
  const end = f.local("i32");
  const entry = f.local("i32");
  const address = f.local("i32");
  const bits = f.local("i32");
  const fetch = () => f.loadWord().get(position).do("i32.add").set(address);

  /** From the last source to the first, the sum is multiplied and the source added. @param {(order: number[]) => number[]} multiplied */
  const horner = (multiplied) => {
    f.get(end).constant(4).do("i32.sub").tee(entry);
    fetch();
    loadBlock(f, sum, address);
    f.get(list).get(entry).do("i32.lt_u");
    f.when(() => {
      f.loopWhile(() => {
        f.get(entry).constant(4).do("i32.sub").tee(entry);
        fetch();
        const order = multiplied(sum);
        addBlock(f, order, address);
        rename(f, sum, order);
        f.get(list).get(entry).do("i32.lt_u");
      });
    });
  };
  /** Adds the sources of the list from entry to end. */
  const addAll = () => {
    f.get(entry).get(end).do("i32.lt_u");
    f.when(() => {
      f.loopWhile(() => {
        f.get(entry);
        fetch();
        addBlock(f, sum, address);
        advance(f, entry, end, 4);
      });
    });
  };
  const xor = () => {
    f.get(list).tee(entry);
    fetch();
    loadBlock(f, sum, address);
    f.get(entry).constant(4).do("i32.add").set(entry);
    addAll();
  };
  /** Bit by bit from the highest, the sum is doubled and the sources whose coefficient has the bit are added. */
  const general = () => {
    for (const plane of sum) f.splat(0).set(plane);
    f.get(list).set(entry);
    f.constant(8).set(bits);
    f.loopWhile(() => {
      rename(f, sum, doubled(f, sum));
      f.get(entry).loadWord().set(end);
      f.get(entry).constant(4).do("i32.add").set(entry);
      addAll();
      f.get(end).set(entry);
      f.get(bits).constant(1).do("i32.sub").tee(bits);
    });
  };

  f.loopWhile(() => {
    f.get(table).set(row);
    f.loopWhile(() => {
      f.get(row).loadWord().set(kind);
      f.get(row).loadWord(4).set(target);
      f.get(row).loadWord(8).set(list);
      f.get(row).loadWord(12).set(end);
      const otherwise = (
        /** @type {number} */ value,
        /** @type {() => void} */ yes,
        /** @type {() => void} */ no,
      ) => {
        f.get(kind).constant(value).do("i32.eq");
        f.whenElse(yes, no);
      };
      otherwise(KIND_XOR, xor, () =>
        otherwise(
          KIND_DOUBLE,
          () => horner((order) => doubled(f, order)),
          () =>
            otherwise(
              KIND_HALVE,
              () => horner((order) => halved(f, order)),
              () =>
                otherwise(KIND_QUADRUPLE, () => horner((order) => doubled(f, doubled(f, order))), general),
            ),
        ),
      );
      f.get(target).get(position).do("i32.add").set(address);
      storeBlock(f, sum, address);
      advance(f, row, tableEnd, ROW_BYTES);
    });
    advance(f, position, to, BLOCK_BYTES);
  });
  return f;
}

/** The bytes of the module. */
export function kernelModule() {
  return moduleOf({ runRows: runRows() });
}
