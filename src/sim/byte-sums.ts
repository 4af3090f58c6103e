/**
 * Whether bytes are the sum (XOR) of runs of other bytes: the parity of a group, or, for a single run, the same bytes.
 *
 * Every member on every disk and every image is compared with the run's own copy, and that is most of the bytes that a run
 * touches. WebAssembly compares 64 bytes at a time; where an engine has none, a plain loop gives the same answers.
 * Invariant: nothing is kept between calls. Shares no code with the core's kernels, which it serves to judge.
 */
import { SUM_KERNEL_HEX } from "./byte-sums-kernel.ts";

const BLOCK_BYTES = 64;
const PAGE_BYTES = 65_536;
const MEMORY_PAGES = 10;
/** The kernel leaves its result at 0; the list of addresses follows. */
const LIST_ADDRESS = 64;
const LIST_LENGTH_MAX = 256;
const RUNS_ADDRESS: number = LIST_ADDRESS + 4 * LIST_LENGTH_MAX;
const PIECE_BYTES_MAX = 65_536;
/** Below this a loop is quicker than copying. */
const KERNEL_BYTES_MIN = 512;

interface SumKernel {
  readonly memory: Uint8Array;
  readonly words: Int32Array;
  readonly addRuns: (list: number, listEnd: number, from: number, to: number) => void;
}

/** Made at first use; undefined where WebAssembly or its SIMD is missing or forbidden. */
let kernel: SumKernel | undefined;
let isRefused = false;

function sumKernel(): SumKernel | undefined {
  if (kernel !== undefined || isRefused) return kernel;
  try {
    const code = new Uint8Array(SUM_KERNEL_HEX.length / 2);
    for (let index = 0; index < code.length; index += 1) {
      code[index] = parseInt(SUM_KERNEL_HEX.slice(2 * index, 2 * index + 2), 16);
    }
    const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
    const { addRuns } = exports as unknown as Pick<SumKernel, "addRuns">;
    kernel = { memory: new Uint8Array(memory.buffer), words: new Int32Array(memory.buffer), addRuns };
  } catch {
    isRefused = true;
  }
  return kernel;
}

/** True when both are as long and hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && isSum(a, b, 0, 1, 0));
}

/**
 * Whether `sum` is the XOR of `count` runs of `source`, as long as itself, the first at `offset` and each `strideBytes` behind
 * the one before. The runs lie within the source (else they are wrong).
 */
export function isSum(
  sum: Uint8Array,
  source: Uint8Array,
  offset: number,
  count: number,
  strideBytes: number,
): boolean {
  const { length } = sum;
  if (offset + (count - 1) * strideBytes + length > source.length) return false;
  const kernelEnd =
    length < KERNEL_BYTES_MIN || count >= LIST_LENGTH_MAX ? 0 : length - (length % BLOCK_BYTES);
  const known = kernelEnd === 0 ? undefined : sumKernel();
  if (known !== undefined && !isSumOfBlocks(known, sum, source, offset, count, strideBytes, kernelEnd)) {
    return false;
  }
  for (let index = known === undefined ? 0 : kernelEnd; index < length; index += 1) {
    let byte = sum[index] as number;
    for (let run = 0, at = offset + index; run < count; run += 1, at += strideBytes) {
      byte ^= source[at] as number;
    }
    if (byte !== 0) return false;
  }
  return true;
}

/** Copies the runs piece by piece into the kernel's memory, and has them added there. */
function isSumOfBlocks(
  { memory, words, addRuns }: SumKernel,
  sum: Uint8Array,
  source: Uint8Array,
  offset: number,
  count: number,
  strideBytes: number,
  endBytes: number,
): boolean {
  const room = Math.floor((MEMORY_PAGES * PAGE_BYTES - RUNS_ADDRESS) / (count + 1));
  const pieceBytes = Math.min(PIECE_BYTES_MAX, room - (room % BLOCK_BYTES));
  const listEnd = LIST_ADDRESS + 4 * (count + 1);
  for (let run = 0; run <= count; run += 1) words[LIST_ADDRESS / 4 + run] = RUNS_ADDRESS + run * pieceBytes;
  for (let start = 0; start < endBytes; start += pieceBytes) {
    const end = Math.min(endBytes, start + pieceBytes);
    memory.set(sum.subarray(start, end), RUNS_ADDRESS);
    for (let run = 0; run < count; run += 1) {
      const from = offset + run * strideBytes;
      memory.set(source.subarray(from + start, from + end), RUNS_ADDRESS + (run + 1) * pieceBytes);
    }
    addRuns(LIST_ADDRESS, listEnd, 0, end - start);
    if (((words[0] as number) | (words[1] as number) | (words[2] as number) | (words[3] as number)) !== 0) {
      return false;
    }
  }
  return true;
}
