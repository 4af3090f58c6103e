/** Where a path leads, and whether one lies in another: symbolic links and other spellings do not hide it. */

import path from "node:path";
import { type FileLayer, isAbsence } from "./file-layer.ts";

/** The absolute path without symbolic links, also of something that does not exist (yet, or any more). */
export async function realPlace(layer: FileLayer, target: string): Promise<string> {
  const resolved = path.resolve(target);
  try {
    return await layer.realPath(resolved);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    const parent = path.dirname(resolved);
    return parent === resolved
      ? resolved
      : path.join(await realPlace(layer, parent), path.basename(resolved));
  }
}

/** Where the name itself stands: a symbolic link at the end of the path is not followed. */
export async function realPlaceOfName(layer: FileLayer, target: string): Promise<string> {
  const resolved = path.resolve(target);
  return path.join(await realPlace(layer, path.dirname(resolved)), path.basename(resolved));
}

/** True when `target` lies in `directory`, at any depth. Both are absolute. */
export function isInside(directory: string, target: string): boolean {
  const relative = path.relative(directory, target);
  return (
    relative !== "" &&
    relative !== ".." &&
    !relative.startsWith(`..${path.sep}`) &&
    !path.isAbsolute(relative)
  );
}
