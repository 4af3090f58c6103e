/**
 * A trace as JSON lines: a first line that says what was traced, then one line for each row of the trace, in order.
 *
 * Fields that say nothing (no name, no size, not lost) are left out. Times are integer nanoseconds of virtual time. The text
 * comes in pieces of many lines, so that a long trace is never one string. Fields: docs/traces.md.
 */
import type { Trace, TraceRow } from "../sim/trace.ts";

/** What was traced, and the names of its hosts by index: the cluster's, then the clients'. */
export interface TraceSubject {
  readonly scenario: string;
  readonly seed: string;
  readonly digest: string;
  readonly version: string;
  readonly hostNames: readonly string[];
}

const LINES_A_PIECE = 512;
const MESSAGE_KINDS: ReadonlySet<TraceRow["kind"]> = new Set([
  "uplink",
  "downlink",
  "arrive",
  "deliver",
  "send-lost",
]);
const FORMAT_VERSION = 1;

export function* traceLines(trace: Trace, subject: TraceSubject): Generator<string> {
  const { scenario, seed, digest, version, hostNames } = subject;
  yield `${JSON.stringify({ trace: FORMAT_VERSION, scenario, seed, digest, version, servers: hostNames })}\n`;
  let lines: string[] = [];
  for (const row of trace.rows()) {
    lines.push(`${JSON.stringify(lineOf(row, hostNames))}\n`);
    if (lines.length < LINES_A_PIECE) continue;
    yield lines.join("");
    lines = [];
  }
  yield lines.join("");
}

function lineOf(row: TraceRow, hostNames: readonly string[]): Record<string, unknown> {
  const { event, cause, atNs, kind, host, name, subject, peer, bytes, leavesAtNs, transferNs, lost } = row;
  const isMessage = MESSAGE_KINDS.has(kind);
  return {
    ...(event === undefined ? {} : { event }),
    cause,
    atNs,
    kind,
    ...(host < 0 ? {} : { server: hostNames[host] }),
    ...(name === "" ? {} : { name }),
    ...(subject === "" ? {} : { subject }),
    ...(isMessage ? { [kind === "send-lost" ? "to" : "from"]: hostNames[peer] } : {}),
    ...(bytes === 0 ? {} : { bytes }),
    ...(isMessage ? { leavesAtNs, transferNs } : {}),
    ...(lost ? { lost } : {}),
  };
}
