/**
 * A trace in the Trace Event Format of Chrome, which ui.perfetto.dev and chrome://tracing open.
 *
 * Every host is a process with four threads: handlers (instants: timers, messages, notes, faults), disk (a slice for each
 * operation), link out and link in (a slice for each message while it occupies the link). A flow leads from the slice on the
 * sender's link to the one on the receiver's. Faults of the network, and messages that pass uplinks of domains, stand in a
 * process of their own. Times of the format
 * are microseconds; three decimals keep every nanosecond. Every event says which event it is and which one led to it.
 *
 * Invariant: slices of one thread do not overlap. A crash cuts off what a link was sending, so a slice that would reach into
 * the next one is cut there and says so. Format: "Trace Event Format", Google, 2016; docs/traces.md.
 */
import type { Trace, TraceRow } from "../sim/trace.ts";
import type { TraceSubject } from "./trace-lines.ts";

/** The phases used: metadata, a slice with its length, an instant, the start and the end of a flow. */
export type TraceEvent = {
  readonly name: string;
  readonly cat: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly args?: Readonly<Record<string, string | number | boolean>>;
} & (
  | { readonly ph: "M" }
  | { readonly ph: "X"; readonly dur: number }
  | { readonly ph: "i"; readonly s: "t" | "p" }
  | { readonly ph: "s"; readonly id: number }
  | { readonly ph: "f"; readonly id: number; readonly bp: "e" }
);

const THREAD_HANDLERS = 1;
const THREAD_DISK = 2;
const THREAD_LINK_OUT = 3;
const THREAD_LINK_IN = 4;
const THREAD_NAMES: readonly (readonly [number, string])[] = [
  [THREAD_HANDLERS, "handlers"],
  [THREAD_DISK, "disk"],
  [THREAD_LINK_OUT, "link out"],
  [THREAD_LINK_IN, "link in"],
];
/** The process of what concerns no single host; host h is process h + 1. */
const NETWORK_PROCESS = 0;
const THREAD_UPLINKS = 2;
const NS_A_MICROSECOND = 1_000;
const EVENTS_A_PIECE = 512;

/** The whole document, in pieces. */
export function* traceEventText(trace: Trace, subject: TraceSubject): Generator<string> {
  const { scenario, seed, digest, version } = subject;
  const about = JSON.stringify({ scenario, seed, digest, version });
  yield `{"displayTimeUnit":"ns","otherData":${about},"traceEvents":[\n`;
  let events: string[] = [];
  let isFirst = true;
  for (const event of traceEvents(trace, subject.hostNames)) {
    events.push(JSON.stringify(event));
    if (events.length < EVENTS_A_PIECE) continue;
    yield `${isFirst ? "" : ",\n"}${events.join(",\n")}`;
    isFirst = false;
    events = [];
  }
  yield `${isFirst || events.length === 0 ? "" : ",\n"}${events.join(",\n")}\n]}\n`;
}

/** All events: metadata first, then what has no length, then the slices with their flows, each thread by itself in order. */
export function* traceEvents(trace: Trace, hostNames: readonly string[]): Generator<TraceEvent> {
  yield* processes(hostNames);
  const slices = new Map<string, Slice[]>();
  const keep = (slice: Slice): void => {
    const thread = `${slice.pid}/${slice.tid}`;
    const others = slices.get(thread);
    if (others === undefined) slices.set(thread, [slice]);
    else others.push(slice);
  };
  const timeOf = eventTimes(trace);
  const delivered = deliveredArrivals(trace);
  for (const row of trace.rows()) {
    switch (row.kind) {
      case "arrive":
        keepSent(keep, row, row.host, row.peer, hostNames, delivered.has(row.event ?? 0));
        break;
      case "send-lost":
        keepSent(keep, row, row.peer, row.host, hostNames, false);
        break;
      case "deliver":
        if (row.transferNs > 0) keep(receivedSlice(row, hostNames));
        yield instant(row, "message");
        break;
      case "disk":
        keep(diskSlice(row, timeOf(row.cause)));
        break;
      case "uplink":
      case "downlink":
        yield { ...instant(row, row.kind), pid: NETWORK_PROCESS, tid: THREAD_UPLINKS };
        // Lost there, it comes to no receiver that would tell of it.
        if (row.lost) keepSent(keep, row, row.host, row.peer, hostNames, false);
        break;
      case "effect":
        // What a handler did comes out a moment later; the rows that it causes say what it was.
        break;
      default:
        yield instant(row, row.kind);
    }
  }
  for (const ofThread of slices.values()) yield* sliceEvents(ofThread);
}

function* processes(hostNames: readonly string[]): Generator<TraceEvent> {
  const about = (
    pid: number,
    tid: number,
    name: string,
    args: Record<string, string | number>,
  ): TraceEvent => ({
    ph: "M",
    name,
    cat: "__metadata",
    pid,
    tid,
    ts: 0,
    args,
  });
  for (const [pid, name] of ["network", ...hostNames].entries()) {
    yield about(pid, 0, "process_name", { name });
    yield about(pid, 0, "process_sort_index", { sort_index: pid });
    if (pid === NETWORK_PROCESS) {
      yield about(pid, THREAD_HANDLERS, "thread_name", { name: "faults" });
      yield about(pid, THREAD_UPLINKS, "thread_name", { name: "uplinks" });
      continue;
    }
    for (const [tid, thread] of THREAD_NAMES) yield about(pid, tid, "thread_name", { name: thread });
  }
}

/** When an event happened, by its number; the start of the run for number 0. */
function eventTimes(trace: Trace): (event: number) => number {
  const times: number[] = [0];
  for (const { event, atNs } of trace.rows()) if (event !== undefined) times[event] = atNs;
  return (event) => times[event] ?? 0;
}

/** The numbers of the arrivals whose messages came to their end in the run: flows have both ends, or none. */
function deliveredArrivals(trace: Trace): ReadonlySet<number> {
  const arrivals = new Set<number>();
  for (const { kind, cause, transferNs } of trace.rows())
    if (kind === "deliver" && transferNs > 0) arrivals.add(cause);
  return arrivals;
}

interface Slice {
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly cat: string;
  readonly startNs: number;
  readonly lengthNs: number;
  readonly args: Readonly<Record<string, string | number | boolean>>;
  /** The flow of a message starts or ends here, by the number of the event in which it arrived. */
  readonly flow?: { readonly ph: "s" | "f"; readonly id: number };
}

function argsOf(row: TraceRow): Record<string, string | number | boolean> {
  const { event, cause, subject, bytes, lost } = row;
  return {
    ...(event === undefined ? {} : { event }),
    cause,
    ...(subject === "" ? {} : { subject }),
    ...(bytes === 0 ? {} : { bytes }),
    ...(lost ? { lost } : {}),
  };
}

function instant(row: TraceRow, cat: string): TraceEvent {
  const { host, atNs, name, kind } = row;
  const pid = host < 0 ? NETWORK_PROCESS : host + 1;
  return {
    ph: "i",
    s: "t",
    name: name === "" ? kind : name,
    cat,
    pid,
    tid: THREAD_HANDLERS,
    ts: atNs / NS_A_MICROSECOND,
    args: argsOf(row),
  };
}

/** A message on its sender's link. One to oneself is on none. */
function keepSent(
  keep: (slice: Slice) => void,
  row: TraceRow,
  to: number,
  from: number,
  hostNames: readonly string[],
  hasFlow: boolean,
): void {
  if (row.transferNs === 0) return;
  keep({
    pid: from + 1,
    tid: THREAD_LINK_OUT,
    name: row.name,
    cat: "message",
    startNs: row.leavesAtNs,
    lengthNs: row.transferNs,
    args: { ...argsOf(row), to: hostNames[to] ?? "" },
    ...(row.event === undefined || !hasFlow ? {} : { flow: { ph: "s", id: row.event } }),
  });
}

/** A message on its receiver's link, which it occupies for as long as its sender's. */
function receivedSlice(row: TraceRow, hostNames: readonly string[]): Slice {
  return {
    pid: row.host + 1,
    tid: THREAD_LINK_IN,
    name: row.name,
    cat: "message",
    startNs: row.atNs - row.transferNs,
    lengthNs: row.transferNs,
    args: { ...argsOf(row), from: hostNames[row.peer] ?? "" },
    // The event that led to a delivery is the arrival of the same message.
    flow: { ph: "f", id: row.cause },
  };
}

/** From the event that began the operation to the one that ends it. */
function diskSlice(row: TraceRow, startNs: number): Slice {
  return {
    pid: row.host + 1,
    tid: THREAD_DISK,
    name: row.name,
    cat: "disk",
    startNs,
    lengthNs: row.atNs - startNs,
    args: argsOf(row),
  };
}

/** The slices of one thread in order of time, none reaching into the next, each followed by its flow. */
function* sliceEvents(slices: readonly Slice[]): Generator<TraceEvent> {
  const ordered = slices.toSorted((a, b) => a.startNs - b.startNs);
  for (const [index, slice] of ordered.entries()) {
    const { pid, tid, name, cat, startNs, lengthNs, flow } = slice;
    const nextNs = ordered[index + 1]?.startNs ?? Number.POSITIVE_INFINITY;
    const isCut = startNs + lengthNs > nextNs;
    const ts = startNs / NS_A_MICROSECOND;
    // The end in microseconds less the start in microseconds: their rounding must not make neighbours overlap.
    const dur = Math.max(0, (isCut ? nextNs : startNs + lengthNs) / NS_A_MICROSECOND - ts);
    yield {
      ph: "X",
      name,
      cat,
      pid,
      tid,
      ts,
      dur,
      args: isCut ? { ...slice.args, cutShort: true } : slice.args,
    };
    if (flow === undefined) continue;
    if (flow.ph === "s") yield { ph: "s", name, cat, pid, tid, ts, id: flow.id };
    else yield { ph: "f", bp: "e", name, cat, pid, tid, ts, id: flow.id };
  }
}
