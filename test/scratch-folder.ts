/**
 * Folders for what tests and their programs build and throw away again: inside the project, where what was bundled finds the
 * project's packages. Who asks for one removes it.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";

/** `root`: the project. `name`: for people who find one that was left. */
export function scratchFolder(root: string, name: string): string {
  const parent = path.join(root, "node_modules/.cache");
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(path.join(parent, `ckptlab-${name}-`));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
