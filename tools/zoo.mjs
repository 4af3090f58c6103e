/**
 * The bug zoo: plants bugs into the core one by one and says which strategy finds each (docs/zoo.md).
 *
 * Usage: node tools/zoo.mjs [--all] [--seconds N] [--json] [--only ID,ID] [--strategy ID,ID] [--write-docs] [--workers N]
 * It is written in TypeScript under test/zoo. The last line of stdout is JSON: {passed, failed, skipped}. Exit code 1 when
 * anything failed.
 */
import { runBundledCommand } from "./bundled-command.mjs";

await runBundledCommand("zoo");
