/**
 * `ckptlab schema`: the JSON Schema of scenario files, for editors.
 */
import { scenarioJsonSchema } from "../scenario/schema.ts";
import type { CommandContext } from "./command-context.ts";
import { EXIT_OK } from "./exit-code.ts";

export function schemaCommand(context: CommandContext): number {
  context.terminal.out(JSON.stringify(scenarioJsonSchema(), undefined, 2));
  return EXIT_OK;
}
