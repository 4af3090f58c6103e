/**
 * Builds the hunt (hunt-worker.ts with everything that it needs of src/) as one module, with one bug planted or none.
 *
 * Not covered: packages, which stay outside and are found beside the project; so the module must lie within it.
 */
import path from "node:path";
import type { PlantedBug } from "./planted-bug.ts";
import { buildPlanted } from "./planted-build.ts";

export interface BundleOptions {
  /** Folder of the project. */
  readonly root: string;
  readonly bug: PlantedBug | undefined;
  readonly outFile: string;
  /** Relative to the project. */
  readonly entry?: string;
}

const ENTRY = "test/zoo/hunt-worker.ts";

/** Throws PatchRefused when the bug does not fit the source, or when its file is not part of the bundle. */
export async function buildHunt({ root, bug, outFile, entry = ENTRY }: BundleOptions): Promise<void> {
  await buildPlanted(root, bug, {
    entryPoints: [path.join(root, entry)],
    outfile: outFile,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
  });
}
