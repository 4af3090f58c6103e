/**
 * The kernels in WebAssembly with fixed-width SIMD (tools/kernels/source.mjs). The module is compiled once; each kernel is an
 * instance over a memory of its own, whose size is fixed when it is made.
 */

import type { Kernel } from "./kernel.ts";
import { KERNEL_BYTES_HEX } from "./kernel-bytes.ts";

const PAGE_BYTES = 65_536;

interface Exports {
  readonly runRows: Kernel["run"];
}

let compiled: WebAssembly.Module | undefined;
let isRefused = false;

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(KERNEL_BYTES_HEX.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = parseInt(KERNEL_BYTES_HEX.slice(2 * index, 2 * index + 2), 16);
  }
  return bytes;
}

/** A kernel over at least this many bytes of fresh memory, or undefined where WebAssembly or its SIMD is missing or forbidden. */
export function createWasmKernel(memoryBytes: number): Kernel | undefined {
  if (isRefused) return undefined;
  try {
    compiled ??= new WebAssembly.Module(moduleBytes());
    const pages = Math.ceil(memoryBytes / PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const instance = new WebAssembly.Instance(compiled, { env: { memory } });
    const { runRows } = instance.exports as unknown as Exports;
    return {
      name: "wasm",
      memory: new Uint8Array(memory.buffer),
      words: new Int32Array(memory.buffer),
      run: runRows,
    };
  } catch {
    // Absent, without SIMD, or forbidden by a page's content policy: the plain kernels give the same bytes.
    if (compiled === undefined) isRefused = true;
    return undefined;
  }
}
