/**
 * The file of a traced run: JSON lines or the Trace Event Format, told by the file's ending.
 */
import type { Checked } from "./input-error.ts";
import { checkOutputIsNoInput, checkOutputPath, writeFileAtomically } from "./atomic-file.ts";
import { refused } from "./input-error.ts";
import { traceEventText } from "../report/trace-events.ts";
import { traceLines, type TraceSubject } from "../report/trace-lines.ts";
import type { TracedRun } from "../verify/run.ts";

const LINES_ENDING = ".jsonl";
const EVENTS_ENDING = ".json";

/** Finds out before the run whether its trace can be stored. */
export async function checkTraceFile(file: string, inputs: readonly string[]): Promise<Checked<undefined>> {
  if (!file.endsWith(LINES_ENDING) && !file.endsWith(EVENTS_ENDING)) {
    return refused(
      `--trace ${file}: the name must end in ${LINES_ENDING} (JSON lines) or ${EVENTS_ENDING} (for ui.perfetto.dev)`,
    );
  }
  const output = await checkOutputPath(file, "--trace");
  return output.ok ? checkOutputIsNoInput(file, "--trace", inputs) : output;
}

export function writeTrace(file: string, traced: TracedRun): Promise<Checked<undefined>> {
  const { scenario, seed, digest, version } = traced.result;
  const subject: TraceSubject = { scenario, seed, digest, version, hostNames: traced.hostNames };
  const text = file.endsWith(LINES_ENDING)
    ? traceLines(traced.trace, subject)
    : traceEventText(traced.trace, subject);
  return writeFileAtomically(file, text);
}
