import { describe, expect, it } from "vitest";
import { createWasmKernel } from "../../src/core/redundancy/kernel-wasm.ts";
import { kernelFile } from "../../tools/build-kernels.mjs";

describe("the committed WebAssembly kernels", () => {
  it("are what the source in tools/kernels builds, byte for byte", () => {
    const { wanted, committed, bytes } = kernelFile();
    expect(committed).toBe(wanted);
    expect(bytes.length).toBeGreaterThan(1000);
  });

  it("run in this engine, so that the tests of the kernels are about them", () => {
    expect(createWasmKernel(65_536)?.name).toBe("wasm");
  });
});
