/**
 * Every scenario file that the project ships, and every one that once broke a promise, in the order of their names. A case is
 * one file.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isScheduleText } from "../../../src/verify/interleavings/index.ts";
import { judgedRun } from "./judged-run.ts";
import type { Strategy } from "./strategy.ts";

export const scenarios: Strategy = {
  id: "scenarios",
  unit: "scenario files",
  async hunt(root, deadline, within) {
    let cases = 0;
    for (const { name, file } of ["scenarios", "test/regressions"].flatMap((folder) =>
      filesOf(root, folder),
    )) {
      if (within !== undefined && within !== name) continue;
      const text = readFileSync(file, "utf8");
      if (isScheduleText(text)) continue;
      if (deadline.isOver()) return { cases, found: undefined, isCut: true };
      cases += 1;
      const found = await judgedRun(text, name, (paths) =>
        paths.map((each) => ({
          name: each,
          bytes: new Uint8Array(readFileSync(path.join(path.dirname(file), each))),
        })),
      );
      if (found !== undefined) return { cases, found };
    }
    return { cases, found: undefined };
  },
};

function filesOf(root: string, folder: string): { readonly name: string; readonly file: string }[] {
  const names = readdirSync(path.join(root, folder), { recursive: true }).map(String).sort();
  return names
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => ({ name, file: path.join(root, folder, name) }));
}
