/**
 * The determinism check: the same runs on every JavaScript engine that can be had (docs/determinism.md).
 *
 * Usage: node tools/determinism.mjs [--gate] [--offline] [--engines ID,ID] [--only TEXT] [--update --because TEXT]
 * It is written in TypeScript under test/determinism. The last line of stdout is JSON: {passed, failed, skipped}. Exit
 * code 1 when anything failed.
 */
import { runBundledCommand } from "./bundled-command.mjs";

await runBundledCommand("determinism");
