/** Which kernels this process uses. */

import type { Kernel } from "./kernel.ts";
import { createPlainKernel } from "./kernel-plain.ts";

/** A kernel over fresh memory of this many bytes, which never grows. */
export function createKernel(memoryBytes: number): Kernel {
  return createPlainKernel(memoryBytes);
}
