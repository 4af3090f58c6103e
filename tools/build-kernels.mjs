/**
 * Writes src/core/redundancy/kernel-bytes.ts: the WebAssembly module of tools/kernels/source.mjs as text.
 *
 * Usage: npm run build:kernels            (the written file is committed; test/tools/kernels.test.ts compares it)
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { kernelModule } from "./kernels/source.mjs";

const LINE_BYTES = 48;
const file = fileURLToPath(new URL("../src/core/redundancy/kernel-bytes.ts", import.meta.url));

/** The text of the file that holds these bytes. @param {Uint8Array} bytes */
function fileTextOf(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    lines.push(`  "${Buffer.from(bytes.subarray(at, at + LINE_BYTES)).toString("hex")}",`);
  }
  return `/**
 * The kernels as a WebAssembly module, in hexadecimal. Made by \`npm run build:kernels\` from tools/kernels/source.mjs; not to be
 * edited.
 */
export const KERNEL_BYTES_HEX: string = [
${lines.join("\n")}
].join("");
`;
}

/** What the committed file should hold, and what it holds. A module that an engine refuses throws here. */
export function kernelFile() {
  const bytes = kernelModule();
  const exported = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory: new WebAssembly.Memory({ initial: 1 }) },
  }).exports;
  if (typeof exported["runRows"] !== "function") throw new Error("the module exports no kernel");
  return { bytes, wanted: fileTextOf(bytes), committed: readFileSync(file, "utf8") };
}

if (import.meta.url === pathToFileURL(path.resolve(process.argv[1] ?? "")).href) {
  const { bytes, wanted } = kernelFile();
  writeFileSync(file, wanted);
  console.log(`${path.relative(process.cwd(), file)}: ${bytes.length} bytes`);
}
