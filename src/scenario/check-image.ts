/**
 * Whether an image of a given size can be cut as a scenario says, under every scheme that it names.
 *
 * The sizes of a `files` workload are known only when its files have been read, so the reader asks this.
 */
import { createLayout } from "../core/redundancy/layout.ts";
import { parseScheme } from "../core/redundancy/scheme.ts";
import type { Finding } from "./error.ts";
import type { Scenario } from "./scenario.ts";

/** The finding is about the subsegment size: what is wrong, and a size that would do where there is one. */
export function imageFinding(scenario: Scenario, imageBytes: number): Finding | undefined {
  const { subsegmentBytes, compare } = scenario;
  for (const text of [scenario.scheme, ...(compare?.schemes ?? [])]) {
    const parsed = parseScheme(text);
    if (!parsed.ok) throw new Error(`a checked scheme is refused: ${text}`);
    const result = createLayout({ scheme: parsed.scheme, imageBytes, subsegmentBytes });
    if (!result.ok) {
      const code = result.error.code === "too-many-groups" ? "too-many-groups" : "out-of-range";
      return { path: ["subsegment"], code, message: result.error.message };
    }
  }
  return undefined;
}
