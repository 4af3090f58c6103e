/**
 * The kernels of src/core/redundancy/kernel.ts in fixed-width SIMD: what each function does is said there. No relaxed SIMD, since
 * runs must be alike on every processor.
 *
 * A block is eight planes of sixteen bytes, one SIMD register each. Doubling moves plane i to i + 1 and adds plane 7 to
 * planes 0, 2, 3 and 4: the moves are renaming for the processor, so three XORs are left.
 *
 * What decides about speed is that nothing is spilled. V8 up to version 11 moves all loads of a straight piece of code before its XORs,
 * and then runs out of registers. So no piece has more loads than registers are left: a sum of many sources is stored
 * plane by plane, and four planes of a source are added inside a branch that is always taken (`addBlock`).
 */
import { FunctionBody, moduleOf } from "./assembler.mjs";

const PLANES = [0, 1, 2, 3, 4, 5, 6, 7];
const PLANE_BYTES = 16;
const BLOCK_BYTES = 128;
const WORD_BYTES = 4;
/** What every row is computed over before the next: its sources then still lie in the first cache. */
const STEP_BYTES = 2048;
/** Planes between two branches of `addBlock`. */
const BRANCH_PLANES = 4;
/** Sources that are added at a time in a row of ones: as many addresses fit into registers. */
const XOR_SOURCES = 8;

/** Parameters of every row's function: its list, its target, and the offsets that it is computed over, at least one block. */
const [LIST, LIST_END, TARGET, FROM, TO] = [0, 1, 2, 3, 4];

/** Moves a position on; leaves whether it is still before the end. @param {FunctionBody} f @param {number} position @param {number} end @param {number} step */
function advance(f, position, end, step) {
  f.get(position).constant(step).do("i32.add").tee(position).get(end).do("i32.lt_u");
}

/** Runs the body for every block of the range. @param {FunctionBody} f @param {() => void} body */
function forEachBlock(f, body) {
  f.loopWhile(() => {
    body();
    advance(f, FROM, TO, BLOCK_BYTES);
  });
}

/** The place of the current block in the member whose address is on the stack. @param {FunctionBody} f @param {number} address */
function setBlockAddress(f, address) {
  f.get(FROM).do("i32.add").set(address);
}

/**
 * Adds the eight planes at an address local to the sum. The branches are always taken, since no member lies at address
 * 0; what is computed inside one has to be finished there.
 * @param {FunctionBody} f @param {number[]} sum @param {number} address
 */
function addBlock(f, sum, address) {
  for (let first = 0; first < PLANES.length; first += BRANCH_PLANES) {
    f.get(address).when(() => {
      for (const plane of PLANES.slice(first, first + BRANCH_PLANES)) {
        const local = /** @type {number} */ (sum[plane]);
        f.get(local)
          .get(address)
          .load(plane * PLANE_BYTES)
          .do("v128.xor")
          .set(local);
      }
    });
  }
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

/** A row of ones: up to eight sources at a time, and what was stored before is the first of the next eight. */
function xorRow() {
  const f = new FunctionBody(5);
  const position = f.local("i32");
  const end = f.local("i32");
  const target = f.local("i32");
  const addresses = Array.from({ length: XOR_SOURCES }, () => f.local("i32"));
  const first = /** @type {number} */ (addresses[0]);

  /** Adds the first and `count` more sources of the list. @param {number} count */
  const addAll = (count) => {
    const sources = addresses.slice(0, count + 1);
    for (const [index, address] of sources.slice(1).entries()) {
      f.get(LIST).loadWord(index * WORD_BYTES);
      setBlockAddress(f, address);
    }
    f.get(FROM).set(position);
    f.get(TARGET);
    setBlockAddress(f, target);
    f.loopWhile(() => {
      for (const plane of PLANES) {
        f.get(target);
        for (const [index, address] of sources.entries()) {
          f.get(address).load(plane * PLANE_BYTES);
          if (index > 0) f.do("v128.xor");
        }
        f.store(plane * PLANE_BYTES);
      }
      for (const address of [...sources, target]) {
        f.get(address).constant(BLOCK_BYTES).do("i32.add").set(address);
      }
      advance(f, position, TO, BLOCK_BYTES);
    });
  };
  /** As many as the list still has, at most seven beside the first. @param {number} count */
  const addRest = (count) => {
    if (count === XOR_SOURCES - 1) return addAll(count);
    f.get(end)
      .get(LIST)
      .constant(count * WORD_BYTES)
      .do("i32.add")
      .do("i32.eq");
    f.whenElse(
      () => addAll(count),
      () => addRest(count + 1),
    );
  };

  f.get(LIST).loadWord();
  setBlockAddress(f, first);
  f.get(LIST).constant(WORD_BYTES).do("i32.add").set(LIST);
  f.get(LIST_END).set(end);
  f.loopWhile(() => {
    addRest(0);
    f.get(TARGET);
    setBlockAddress(f, first);
    advance(f, LIST, end, (XOR_SOURCES - 1) * WORD_BYTES);
  });
  return f;
}

/**
 * From the last source to the first, the sum is multiplied and the source added.
 * @param {(f: FunctionBody, order: number[]) => number[]} multiplied
 */
function hornerRow(multiplied) {
  const f = new FunctionBody(5);
  const sum = PLANES.map(() => f.local("v128"));
  const entry = f.local("i32");
  const address = f.local("i32");
  /** Goes back to the source before; its block is the next. */
  const goBack = (/** @type {number} */ local) => {
    f.get(local).constant(WORD_BYTES).do("i32.sub").tee(entry).loadWord();
    setBlockAddress(f, address);
  };
  forEachBlock(f, () => {
    goBack(LIST_END);
    for (const plane of PLANES)
      f.get(address)
        .load(plane * PLANE_BYTES)
        .set(/** @type {number} */ (sum[plane]));
    f.get(LIST).get(entry).do("i32.lt_u");
    f.when(() => {
      f.loopWhile(() => {
        goBack(entry);
        const order = multiplied(f, sum);
        addBlock(f, order, address);
        rename(f, sum, order);
        f.get(LIST).get(entry).do("i32.lt_u");
      });
    });
    f.get(TARGET);
    setBlockAddress(f, address);
    storeBlock(f, sum, address);
  });
  return f;
}

/** Bit by bit from the highest, the sum is doubled and the sources whose coefficient has the bit are added. */
function generalRow() {
  const f = new FunctionBody(5);
  const sum = PLANES.map(() => f.local("v128"));
  const entry = f.local("i32");
  const end = f.local("i32");
  const address = f.local("i32");
  forEachBlock(f, () => {
    for (const plane of sum) f.splat(0).set(plane);
    f.get(LIST).set(entry);
    f.loopWhile(() => {
      rename(f, sum, doubled(f, sum));
      f.get(entry).loadWord().set(end);
      f.get(entry).constant(WORD_BYTES).do("i32.add").tee(entry).get(end).do("i32.lt_u");
      f.when(() => {
        f.loopWhile(() => {
          f.get(entry).loadWord();
          setBlockAddress(f, address);
          addBlock(f, sum, address);
          advance(f, entry, end, WORD_BYTES);
        });
      });
      f.get(end).tee(entry).get(LIST_END).do("i32.lt_u");
    });
    f.get(TARGET);
    setBlockAddress(f, address);
    storeBlock(f, sum, address);
  });
  return f;
}

/** In the order of their kinds, as row-program.ts writes them into the table: XOR, double, halve, quadruple, general. */
const ROWS = [
  xorRow,
  () => hornerRow(doubled),
  () => hornerRow(halved),
  () => hornerRow((f, order) => doubled(f, doubled(f, order))),
  generalRow,
];
/** Words of a row in the table: kind, target, start and end of its list. */
const ROW_BYTES = 16;

/** (table, tableEnd, from, to): step by step, each row of the table in turn. */
function runRows() {
  const f = new FunctionBody(4);
  const [table, tableEnd, from, to] = [0, 1, 2, 3];
  const row = f.local("i32");
  const stepEnd = f.local("i32");
  /** @param {number} kind */
  const callRow = (kind) => {
    const call = () => {
      f.get(row).loadWord(8).get(row).loadWord(12).get(row).loadWord(4);
      f.get(from).get(stepEnd).call(kind);
    };
    if (kind === ROWS.length - 1) return call();
    f.get(row).loadWord().constant(kind).do("i32.eq");
    f.whenElse(call, () => callRow(kind + 1));
  };
  f.loopWhile(() => {
    f.get(to).set(stepEnd);
    f.get(from).constant(STEP_BYTES).do("i32.add").get(to).do("i32.lt_u");
    f.when(() => f.get(from).constant(STEP_BYTES).do("i32.add").set(stepEnd));
    f.get(table).set(row);
    f.loopWhile(() => {
      callRow(0);
      advance(f, row, tableEnd, ROW_BYTES);
    });
    f.get(stepEnd).tee(from).get(to).do("i32.lt_u");
  });
  return f;
}

/** The bytes of the module. */
export function kernelModule() {
  return moduleOf([...ROWS.map((make) => make()), runRows()], "runRows");
}
