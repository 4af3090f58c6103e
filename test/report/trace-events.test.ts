import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { traceEvents, type TraceEvent, traceEventText } from "../../src/report/trace-events.ts";
import { traceLines, type TraceSubject } from "../../src/report/trace-lines.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { runTraced, type TracedRun } from "../../src/verify/run.ts";

const SCENARIO = JSON.stringify({
  name: "traced",
  servers: { backups: ["a", "b", "c"] },
  scheme: "parity:2+1",
  subsegment: "4KiB",
  network: { lossPpm: 20_000 },
  workload: { kind: "ledger", transfers: 20 },
  faults: [
    { at: "60ms", kind: "crash", target: "b", restartAfter: "20ms" },
    { at: "120ms", kind: "partition", from: ["a"], to: ["b"], healAfter: "20ms" },
    { at: "200ms", kind: "permanent-loss", target: "production" },
  ],
  duration: "500ms",
});

/** The Trace Event Format as far as it is used here: every phase with the fields that it needs, and no others. */
const common = { name: z.string().min(1), cat: z.string().min(1), pid: z.int().min(0), tid: z.int().min(0) };
const args = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const timed = { ...common, ts: z.number().min(0) };
const eventSchema = z.discriminatedUnion("ph", [
  z.strictObject({ ...timed, ph: z.literal("M"), args }),
  z.strictObject({ ...timed, ph: z.literal("X"), dur: z.number().min(0), args }),
  z.strictObject({ ...timed, ph: z.literal("i"), s: z.enum(["t", "p"]), args }),
  z.strictObject({ ...timed, ph: z.literal("s"), id: z.int().min(1) }),
  z.strictObject({ ...timed, ph: z.literal("f"), id: z.int().min(1), bp: z.literal("e") }),
]);
const documentSchema = z.strictObject({
  displayTimeUnit: z.literal("ns"),
  otherData: args,
  traceEvents: z.array(eventSchema),
});

type Slice = Extract<TraceEvent, { ph: "X" }>;

let traced: TracedRun;
let events: TraceEvent[];
let subject: TraceSubject;

beforeAll(async () => {
  const loaded = loadScenario(SCENARIO, "traced");
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  traced = await runTraced(loaded.scenario);
  const { scenario, seed, digest, version } = traced.result;
  subject = { scenario, seed, digest, version, hostNames: traced.hostNames };
  events = [...traceEvents(traced.trace, traced.hostNames)];
});

function slicesByThread(): Map<string, Slice[]> {
  const threads = new Map<string, Slice[]>();
  for (const event of events) {
    if (event.ph !== "X") continue;
    const thread = `${event.pid}/${event.tid}`;
    threads.set(thread, [...(threads.get(thread) ?? []), event]);
  }
  return threads;
}

describe("the Trace Event Format", () => {
  it("is one document that fits the format's schema", () => {
    const document = documentSchema.parse(JSON.parse([...traceEventText(traced.trace, subject)].join("")));
    expect(document.traceEvents).toEqual(events);
    expect(document.otherData).toMatchObject({ scenario: "traced", digest: traced.result.digest });
  });

  it("has in every event what each reader of the format needs: a phase, a time, a process and a thread", () => {
    const document = JSON.parse([...traceEventText(traced.trace, subject)].join("")) as {
      readonly traceEvents: readonly Record<string, unknown>[];
    };
    expect(document.traceEvents.length).toBeGreaterThan(1_000);
    for (const event of document.traceEvents) {
      expect(event["ph"]).toMatch(/^[MXisf]$/);
      for (const field of ["ts", "pid", "tid"]) expect(Number.isFinite(event[field]), field).toBe(true);
    }
  });

  it("shows messages that reach the uplinks of domains in the process of the network", async () => {
    const racks = JSON.stringify({
      ...(JSON.parse(SCENARIO) as Record<string, unknown>),
      domains: { rack: ["production", "a"] },
      network: { uplinks: { rack: "1Gb/s" } },
    });
    const loaded = loadScenario(racks, "racks");
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
    const { trace, hostNames } = await runTraced(loaded.scenario);
    const shown = [...traceEvents(trace, hostNames)];
    for (const kind of ["uplink", "downlink"] as const) {
      const rows = [...trace.rows()].filter((row) => row.kind === kind);
      expect(rows.length).toBeGreaterThan(50);
      expect(shown.filter(({ cat, pid, tid }) => cat === kind && pid === 0 && tid === 2)).toHaveLength(
        rows.length,
      );
    }
    const flows = (ph: "s" | "f"): number[] =>
      shown
        .flatMap((event) => (event.ph === ph && "id" in event ? [event.id] : []))
        .toSorted((x, y) => x - y);
    expect(flows("s")).toEqual(flows("f"));
    expect(flows("s").length).toBeGreaterThan(100);
  });

  it("has a process with named threads for every host, clients too, and one for the network", () => {
    const names = events.flatMap((event) =>
      event.ph === "M" && event.name === "process_name" ? [event.args?.["name"]] : [],
    );
    expect(names).toEqual(["network", ...traced.hostNames]);
    expect(traced.hostNames).toContain("client 1");
    const threads = new Set(
      events.flatMap((event) =>
        event.ph === "M" && event.name === "thread_name" ? [`${event.pid}/${event.tid}`] : [],
      ),
    );
    for (const event of events) {
      if (event.ph !== "M") expect(threads).toContain(`${event.pid}/${event.tid}`);
    }
  });

  it("has slices for disks and links, none of which overlaps the next one of its thread", () => {
    const threads = slicesByThread();
    expect(threads.size).toBeGreaterThan(9);
    for (const slices of threads.values()) {
      for (const [index, { ts }] of slices.entries()) {
        const before = slices[index - 1];
        if (before !== undefined) expect(before.ts + before.dur).toBeLessThanOrEqual(ts + 1e-6);
      }
    }
  });

  it("leads a flow from each message's slice at its sender to its slice at its receiver", () => {
    const starts = new Map(events.flatMap((event) => (event.ph === "s" ? [[event.id, event] as const] : [])));
    const ends = events.flatMap((event) => (event.ph === "f" ? [event] : []));
    expect(ends.length).toBeGreaterThan(100);
    expect(ends.map(({ id }) => id).toSorted()).toEqual([...starts.keys()].toSorted());
    const threads = slicesByThread();
    for (const end of ends) {
      const start = starts.get(end.id);
      if (start === undefined) throw new Error(`the flow ${end.id} has no start`);
      expect([start.name, start.cat]).toEqual([end.name, end.cat]);
      expect(start.ts).toBeLessThanOrEqual(end.ts);
      expect(start.pid).not.toBe(end.pid);
      for (const { pid, tid, ts } of [start, end]) {
        const enclosing = threads.get(`${pid}/${tid}`)?.find((slice) => slice.ts === ts);
        expect(enclosing?.name).toBe(end.name);
      }
    }
  });

  it("shows every fault, note and timer of the trace as an instant", () => {
    const kinds = ["fault", "note", "timer", "boot", "restart"] as const;
    for (const kind of kinds) {
      const rows = [...traced.trace.rows()].filter((row) => row.kind === kind);
      expect(rows.length).toBeGreaterThan(0);
      expect(events.filter((event) => event.ph === "i" && event.cat === kind)).toHaveLength(rows.length);
    }
  });
});

describe("JSON lines", () => {
  it("are a line that says what was traced, and one for each row, with the names of the servers", () => {
    const lines = [...traceLines(traced.trace, subject)]
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ trace: 1, scenario: "traced", servers: traced.hostNames });
    expect(lines).toHaveLength(traced.trace.rowCount + 1);
    const rows = [...traced.trace.rows()];
    for (const [index, row] of rows.entries()) {
      const line = lines[index + 1] as Record<string, unknown>;
      expect([line["event"], line["cause"], line["atNs"], line["kind"]]).toEqual([
        row.event,
        row.cause,
        row.atNs,
        row.kind,
      ]);
      expect(line["server"]).toBe(row.host < 0 ? undefined : traced.hostNames[row.host]);
      if (row.kind === "deliver") expect(line["from"]).toBe(traced.hostNames[row.peer]);
    }
  });
});
