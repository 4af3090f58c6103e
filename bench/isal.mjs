/** ISA-L (isal.c) beside the kernels, where a compiler and the library are there: part of bench/kernels.mjs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const COMPILERS = ["cc", "gcc", "clang"];

/** Where a library outside the system lies, CPATH and LIBRARY_PATH tell the compiler. @param {readonly number[]} memberKibs */
export function isal(memberKibs) {
  const compiler = COMPILERS.find((name) => spawnSync(name, ["--version"]).status === 0) ?? "cc";
  const folder = mkdtempSync(path.join(tmpdir(), "ckptlab-isal-"));
  try {
    const program = path.join(folder, "isal");
    const source = fileURLToPath(new URL("isal.c", import.meta.url));
    const compiled = spawnSync(compiler, ["-O2", "-o", program, source, "-lisal"], { encoding: "utf8" });
    if (compiled.status !== 0) {
      console.log("ISA-L skipped: no C compiler, or no ISA-L for it (Debian: libisal-dev)");
      return;
    }
    const { LIBRARY_PATH } = process.env;
    const env = LIBRARY_PATH === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: LIBRARY_PATH };
    for (const memberKib of memberKibs) {
      const ran = spawnSync(program, [String(memberKib)], { encoding: "utf8", env });
      if (ran.status !== 0) throw new Error(`ISA-L: ${ran.stderr}`);
      process.stdout.write(ran.stdout);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
