import { describe, expect, it } from "vitest";
import { createWasmKernel } from "../../src/core/redundancy/kernel-wasm.ts";
import { kernelFiles } from "../../tools/build-kernels.mjs";

describe("the committed WebAssembly kernels", () => {
  it.each(kernelFiles())("$file is what the source in tools/kernels builds, byte for byte", (kernel) => {
    expect(kernel.committed).toBe(kernel.wanted);
    expect(kernel.bytes.length).toBeGreaterThan(100);
  });

  it("run in this engine, so that the tests of the kernels are about them", () => {
    expect(createWasmKernel(65_536)?.name).toBe("wasm");
  });
});
