/**
 * Writes the WebAssembly modules of tools/kernels as text: src/core/redundancy/kernel-bytes.ts and src/sim/byte-sums-kernel.ts.
 *
 * Usage: npm run build:kernels            (the written files are committed; test/tools/kernels.test.ts compares them)
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { kernelModule } from "./kernels/source.mjs";
import { sumModule } from "./kernels/sum-source.mjs";

const LINE_BYTES = 48;
const KERNELS = [
  {
    file: "src/core/redundancy/kernel-bytes.ts",
    name: "KERNEL_BYTES_HEX",
    title:
      "The kernels as a WebAssembly module, in hexadecimal. Made by `npm run build:kernels` from tools/kernels/source.mjs; not to be\n * edited.",
    bytes: kernelModule(),
    exported: "runRows",
  },
  {
    file: "src/sim/byte-sums-kernel.ts",
    name: "SUM_KERNEL_HEX",
    title:
      "The kernel of byte-sums.ts as a WebAssembly module, in hexadecimal. Made by `npm run build:kernels` from\n * tools/kernels/sum-source.mjs; not to be edited.",
    bytes: sumModule(),
    exported: "addRuns",
  },
];

/** @typedef {(typeof KERNELS)[number]} KernelFile */

/** @param {string} file */
const placeOf = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** The text of the file that holds these bytes. @param {KernelFile} kernel */
function fileTextOf({ title, name, bytes }) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    lines.push(`  "${Buffer.from(bytes.subarray(at, at + LINE_BYTES)).toString("hex")}",`);
  }
  return `/**
 * ${title}
 */
export const ${name}: string = [
${lines.join("\n")}
].join("");
`;
}

/** What the committed files should hold, and what they hold. A module that an engine refuses throws here. */
export function kernelFiles() {
  return KERNELS.map((kernel) => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(kernel.bytes), {
      env: { memory: new WebAssembly.Memory({ initial: 1 }) },
    });
    if (typeof exports[kernel.exported] !== "function") throw new Error(`no ${kernel.exported}`);
    return { ...kernel, wanted: fileTextOf(kernel), committed: readFileSync(placeOf(kernel.file), "utf8") };
  });
}

if (import.meta.url === pathToFileURL(path.resolve(process.argv[1] ?? "")).href) {
  for (const kernel of KERNELS) {
    writeFileSync(placeOf(kernel.file), fileTextOf(kernel));
    console.log(`${kernel.file}: ${kernel.bytes.length} bytes`);
  }
}
