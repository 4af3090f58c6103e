/** Every scenario file that the project ships, in the order of their names. A case is one file. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { judgedRun } from "./judged-run.ts";
import type { Strategy } from "./strategy.ts";

export const scenarios: Strategy = {
  id: "scenarios",
  unit: "shipped scenario files",
  async hunt(root, isOver, within) {
    const folder = path.join(root, "scenarios");
    const names = readdirSync(folder, { recursive: true }).map(String).sort();
    let cases = 0;
    for (const name of names) {
      if (!name.endsWith(".yaml") || (within !== undefined && within !== name)) continue;
      if (isOver()) return { cases, found: undefined, isCut: true };
      cases += 1;
      const file = path.join(folder, name);
      const found = await judgedRun(readFileSync(file, "utf8"), name, (paths) =>
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
