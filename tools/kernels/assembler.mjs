/**
 * A small assembler for WebAssembly: just what the kernels need, so that their bytes are made from a text of this project and
 * not from a compiler that has to be installed.
 *
 * A function body is written as a sequence of calls in stack order. Nothing is checked here: `WebAssembly.validate` refuses
 * what does not fit, and build.mjs asks it.
 */

/** @typedef {"i32" | "v128"} ValueType */

const VALUE_TYPES = { i32: 0x7f, v128: 0x7b };
const SIMD_PREFIX = 0xfd;
const OPERATIONS = {
  "i32.eq": [0x46],
  "i32.lt_u": [0x49],
  "i32.add": [0x6a],
  "i32.sub": [0x6b],
  "v128.or": [SIMD_PREFIX, 0x50],
  "v128.xor": [SIMD_PREFIX, 0x51],
};

/** @param {number} value not negative */
function unsigned(value) {
  /** @type {number[]} */
  const bytes = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** @param {number} value a 32-bit integer */
function signed(value) {
  /** @type {number[]} */
  const bytes = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** @param {number[][]} items */
const vector = (items) => [...unsigned(items.length), ...items.flat()];
/** @param {number} id @param {number[]} content */
const section = (id, content) => [id, ...unsigned(content.length), ...content];
/** @param {string} text ASCII */
const name = (text) => vector([...text].map((letter) => [letter.charCodeAt(0)]));

/** One function; its parameters are 32-bit integers and it returns nothing. */
export class FunctionBody {
  /** @type {number[]} */
  code = [];
  /** @type {ValueType[]} */
  locals = [];
  parameterCount;

  /** @param {number} parameterCount */
  constructor(parameterCount) {
    this.parameterCount = parameterCount;
  }

  /** A fresh local variable's index. @param {ValueType} type */
  local(type) {
    this.locals.push(type);
    return this.parameterCount + this.locals.length - 1;
  }

  /** @param {number} local */
  get(local) {
    this.code.push(0x20, ...unsigned(local));
    return this;
  }

  /** @param {number} local */
  set(local) {
    this.code.push(0x21, ...unsigned(local));
    return this;
  }

  /** Sets and leaves the value. @param {number} local */
  tee(local) {
    this.code.push(0x22, ...unsigned(local));
    return this;
  }

  /** @param {number} value */
  constant(value) {
    this.code.push(0x41, ...signed(value));
    return this;
  }

  /** The same byte in all sixteen lanes. @param {number} byte */
  splat(byte) {
    this.code.push(SIMD_PREFIX, 0x0c, ...new Array(16).fill(byte));
    return this;
  }

  /** @param {keyof typeof OPERATIONS} operation */
  do(operation) {
    this.code.push(...OPERATIONS[operation]);
    return this;
  }

  /** A 32-bit word; the address is on the stack. @param {number} [offset] */
  loadWord(offset = 0) {
    this.code.push(0x28, 2, ...unsigned(offset));
    return this;
  }

  /** Sixteen bytes; the address is on the stack. @param {number} [offset] */
  load(offset = 0) {
    this.code.push(SIMD_PREFIX, 0x00, 4, ...unsigned(offset));
    return this;
  }

  /** Sixteen bytes; address and value are on the stack. @param {number} [offset] */
  store(offset = 0) {
    this.code.push(SIMD_PREFIX, 0x0b, 4, ...unsigned(offset));
    return this;
  }

  /** Calls the function at this place in the module; its arguments are on the stack. @param {number} place */
  call(place) {
    this.code.push(0x10, ...unsigned(place));
    return this;
  }

  /** Runs the body, which leaves a condition, until that is zero. @param {() => void} body */
  loopWhile(body) {
    this.code.push(0x03, 0x40);
    body();
    this.code.push(0x0d, 0x00, 0x0b);
    return this;
  }

  /** Runs one of the bodies by the condition on the stack. @param {() => void} yes @param {() => void} no */
  whenElse(yes, no) {
    this.code.push(0x04, 0x40);
    yes();
    this.code.push(0x05);
    no();
    this.code.push(0x0b);
    return this;
  }

  /** Runs the body if the condition on the stack is not zero. @param {() => void} body */
  when(body) {
    this.code.push(0x04, 0x40);
    body();
    this.code.push(0x0b);
    return this;
  }

  bytes() {
    const declared = vector(this.locals.map((type) => [1, VALUE_TYPES[type]]));
    const content = [...declared, ...this.code, 0x0b];
    return [...unsigned(content.length), ...content];
  }
}

/**
 * A module of these functions over one memory imported as env.memory. The last one is exported.
 * @param {FunctionBody[]} bodies
 * @param {string} exported its name
 */
export function moduleOf(bodies, exported) {
  const types = bodies.map(({ parameterCount }) => [
    0x60,
    ...vector(Array.from({ length: parameterCount }, () => [VALUE_TYPES.i32])),
    0,
  ]);
  const magicAndVersion = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  return Uint8Array.from([
    ...magicAndVersion,
    ...section(1, vector(types)),
    ...section(2, vector([[...name("env"), ...name("memory"), 0x02, 0x00, 0x01]])),
    ...section(3, vector(bodies.map((_, index) => unsigned(index)))),
    ...section(7, vector([[...name(exported), 0x00, ...unsigned(bodies.length - 1)]])),
    ...section(10, vector(bodies.map((body) => body.bytes()))),
  ]);
}
