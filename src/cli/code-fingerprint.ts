/**
 * A fingerprint of the code that runs: SHA-256 over the names and bytes of all its modules, 16 hex characters.
 *
 * The version alone does not tell two builds apart. Does not cover: packages and the engine.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds the layers: dist/ once built. */
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What decides the result of a piece; the command line and the report do not. */
const LAYERS = ["core", "sim", "workload", "scenario", "verify"] as const;

export function codeFingerprint(): string {
  const hash = createHash("sha256");
  for (const layer of LAYERS) {
    const files = readdirSync(path.join(ROOT, layer), { recursive: true }).map(String).sort();
    for (const file of files) {
      if (!/\.[jt]s$/.test(file) || file.endsWith(".d.ts")) continue;
      const bytes = readFileSync(path.join(ROOT, layer, file));
      hash.update(`${layer}/${file.split(path.sep).join("/")} ${bytes.length}\n`).update(bytes);
    }
  }
  return hash.digest("hex").slice(0, 16);
}
