/**
 * The search: random scenarios within and beyond the budget, and operations against a model (docs/verification.md).
 *
 * Usage: node tools/search.mjs [--lane commit|long] [--seed N] [--factor N] [--out DIRECTORY]
 * It is written in TypeScript under test/search. The last line of stdout is JSON: {passed, failed, skipped}. Exit code 1 when
 * anything failed.
 */
import { runBundledCommand } from "./bundled-command.mjs";

await runBundledCommand("search");
