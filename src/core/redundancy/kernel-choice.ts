/** Which kernels are used: WebAssembly where it can be had, plain TypeScript elsewhere. Both give the same bytes. */

import type { Kernel } from "./kernel.ts";
import { createPlainKernel } from "./kernel-plain.ts";
import { createWasmKernel } from "./kernel-wasm.ts";

/** A kernel over at least this many bytes of fresh memory, which never grows. */
export function createKernel(memoryBytes: number): Kernel {
  return createWasmKernel(memoryBytes) ?? createPlainKernel(memoryBytes);
}
