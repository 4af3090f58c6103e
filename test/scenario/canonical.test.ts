import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { canonicalJson, scenarioHash } from "../../src/scenario/canonical.ts";
import { scenarioErrorText } from "../../src/scenario/error.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { writeScenario } from "../../src/scenario/write.ts";
import { VALID_TEXT } from "./scenario-text.ts";

function load(text: string): Scenario {
  const result = loadScenario(text, "generated.yaml");
  if (!result.ok) throw new Error(`${scenarioErrorText(result.error)}\n${text}`);
  return result.scenario;
}

/** The same data with the keys of every map in an order that `order` decides. */
function reordered(value: unknown, order: () => number): unknown {
  if (Array.isArray(value)) return value.map((each) => reordered(each, order));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map((entry) => ({ entry, rank: order() }));
  entries.sort((a, b) => a.rank - b.rank);
  return Object.fromEntries(entries.map(({ entry: [key, each] }) => [key, reordered(each, order)]));
}

const NAMES = ["a", "b", "c", "d", "e"];

const duration = fc.oneof(
  fc.integer({ min: 1_000, max: 1e9 }).map((ns) => `${ns}ns`),
  fc.integer({ min: 1, max: 1_000 }).map((ms) => `${ms}ms`),
  fc.integer({ min: 1, max: 9 }).map((tenths) => `0.${tenths}s`),
);
const moment = fc.oneof(
  fc.integer({ min: 0, max: 999 }).map((ms) => `${ms}ms`),
  fc.integer({ min: 0, max: 499 }).map((ms) => `${ms}ms..${ms + 400}ms`),
);
const backup = fc.constantFrom(...NAMES, "any-backup");
const target = fc.oneof(backup, fc.constantFrom("production", "former"));
const targets = fc.uniqueArray(fc.oneof(target, fc.constant("all-backups")), { minLength: 1, maxLength: 4 });

const fault = fc.oneof(
  fc.record(
    {
      at: moment,
      kind: fc.constant("crash"),
      target,
      disk: fc.constantFrom("kept", "lost"),
      restartAfter: duration,
    },
    { requiredKeys: ["at", "kind", "target"] },
  ),
  fc.record(
    {
      atEvent: fc.integer({ min: 0, max: 1e6 }),
      kind: fc.constant("crash"),
      target,
      keeps: fc.record(
        { completed: fc.constantFrom("all", "none"), inFlightBytes: fc.integer({ min: 0, max: 5000 }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ["atEvent", "kind", "target"] },
  ),
  // As late as possible: nothing may strike a server that is lost.
  fc.record({ at: fc.constantFrom("999ms", "3ms..999ms"), kind: fc.constant("permanent-loss"), target }),
  fc.record(
    {
      at: moment,
      kind: fc.constant("partition"),
      from: targets,
      to: targets,
      symmetric: fc.boolean(),
      healAfter: duration,
    },
    { requiredKeys: ["at", "kind", "from", "to"] },
  ),
  fc.record({
    at: moment,
    kind: fc.constant("loss"),
    ratePpm: fc.integer({ min: 1, max: 1e6 }),
    lasts: duration,
  }),
  fc.record(
    {
      at: moment,
      kind: fc.constant("bit-rot"),
      target,
      files: fc.constantFrom("members", "manifests", "control", "any"),
      bits: fc.integer({ min: 1, max: 99 }),
    },
    { requiredKeys: ["at", "kind", "target"] },
  ),
  fc.record(
    {
      at: moment,
      kind: fc.constantFrom("torn-write", "lost-write", "misdirected-write"),
      target: targets,
      within: fc.constantFrom("300us", "20us"),
      files: fc.constantFrom("members", "manifests", "control", "any"),
      writes: fc.integer({ min: 1, max: 99 }),
    },
    { requiredKeys: ["at", "kind", "target"] },
  ),
  fc.record(
    {
      at: moment,
      kind: fc.constantFrom("duplication", "reordering"),
      from: targets,
      to: targets,
      ratePpm: fc.integer({ min: 1, max: 1e6 }),
      by: duration,
      lasts: duration,
    },
    { requiredKeys: ["at", "kind", "ratePpm", "by", "lasts"] },
  ),
  fc.record({
    at: moment,
    kind: fc.constant("limited-bandwidth"),
    target: targets,
    bandwidth: fc.constantFrom("10MB/s", "1Gb/s"),
    lasts: duration,
  }),
  fc.record(
    {
      at: moment,
      kind: fc.constant("pause"),
      target,
      messages: fc.constantFrom("wait", "lost"),
      lasts: duration,
    },
    { requiredKeys: ["at", "kind", "target", "lasts"] },
  ),
  fc.record({
    at: moment,
    kind: fc.constant("clock-step"),
    target,
    direction: fc.constantFrom("forward", "back"),
    by: duration,
  }),
  fc.record({
    at: moment,
    kind: fc.constant("clock-drift"),
    target,
    driftPpm: fc.integer({ min: -500_000, max: 1_000_000 }),
    lasts: duration,
  }),
  fc.record(
    {
      perHour: fc.constantFrom(1, 0.5, 100_000),
      during: fc.constantFrom("1ms..9ms", "5ms"),
      kind: fc.constant("latent-error"),
      target,
      sectors: fc.integer({ min: 1, max: 99 }),
    },
    { requiredKeys: ["perHour", "kind", "target"] },
  ),
  fc.record(
    {
      at: moment,
      kind: fc.constantFrom("slow-disk"),
      target: targets,
      factor: fc.integer({ min: 2, max: 99 }),
      lasts: duration,
    },
    { requiredKeys: ["at", "kind", "target", "factor", "lasts"] },
  ),
  fc.record(
    {
      at: moment,
      kind: fc.constant("disk-full"),
      target,
      free: fc.constantFrom("4KiB", 17),
      lasts: duration,
    },
    { requiredKeys: ["at", "kind", "target", "lasts"] },
  ),
  fc.record(
    {
      at: moment,
      kind: fc.constant("failed-flush"),
      target,
      flushes: fc.integer({ min: 1, max: 9 }),
      cache: fc.constantFrom("kept", "dropped"),
    },
    { requiredKeys: ["at", "kind", "target"] },
  ),
  fc.record(
    {
      at: moment,
      kind: fc.constant("read-error"),
      target,
      ratePpm: fc.integer({ min: 1, max: 1e6 }),
      lasts: duration,
    },
    { requiredKeys: ["at", "kind", "target", "ratePpm", "lasts"] },
  ),
  fc.record(
    {
      at: moment,
      kind: fc.constant("operator-restore"),
      target: backup,
      lost: fc.subarray(NAMES),
      acceptOlder: fc.boolean(),
    },
    { requiredKeys: ["at", "kind", "target"] },
  ),
);

const workload = fc.oneof(
  fc.record(
    {
      kind: fc.constant("ledger"),
      accounts: fc.integer({ min: 2, max: 500 }),
      image: fc.constantFrom("64KiB", 100_000, "4MiB"),
      transferEvery: duration,
      transfers: fc.nat(1000),
    },
    { requiredKeys: ["kind"] },
  ),
  fc.record({
    kind: fc.constant("files"),
    paths: fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }),
  }),
  fc.record(
    { kind: fc.constant("synthetic"), image: fc.nat(1e6), contentSeed: fc.nat(), checkpointEvery: duration },
    { requiredKeys: ["kind"] },
  ),
);

const former = fc.constantFrom("production", "backup", "dedicated");
const scheme = fc.constantFrom("mirror:2", "mirror:3", "stripe:3", "parity:2+1");

const link = fc.record(
  {
    from: fc.constantFrom(["rack"], ["production"]),
    to: fc.constantFrom(NAMES.slice(2), ["former"]),
    symmetric: fc.boolean(),
    latency: duration,
    jitter: fc.constantFrom("1us", "0.5ms"),
    tail: fc.constantFrom("2ms", "7ns"),
  },
  { requiredKeys: ["from", "to", "latency", "jitter"] },
);

/** Latencies that were measured: a constant one, and one with a step. */
const quantiles = fc.constantFrom(
  [
    { share: 0, latency: "5us" },
    { share: 1, latency: "5us" },
  ],
  [
    { share: 0, latency: 0 },
    { share: 0.1234567, latency: "17ns" },
    { share: 1, latency: "0.5s" },
  ],
);
const measuredLink = fc.record({
  from: fc.constantFrom(["rack"], ["production"]),
  to: fc.constantFrom(NAMES.slice(2), ["former"]),
  quantiles,
});
const otherNetworkFields = {
  bandwidth: fc.constantFrom("1Gb/s", "125MB/s", "7B/s"),
  lossPpm: fc.nat(1000),
  links: fc.array(fc.oneof(link, measuredLink), { minLength: 1, maxLength: 3 }),
  uplinks: fc.record({ rack: fc.constantFrom("1Gb/s", "3B/s") }),
};

/** Scenarios in the YAML form, as data, all of them valid. */
const scenarioSource = fc.record(
  {
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
    title: fc.string({ minLength: 1 }),
    seed: fc.oneof(fc.string({ minLength: 1 }), fc.maxSafeInteger()),
    servers: fc.record(
      { production: fc.constantFrom("production", "p0"), backups: fc.constant(NAMES) },
      { requiredKeys: ["backups"] },
    ),
    former,
    scheme,
    width: fc.constantFrom(3, 4, 5),
    subsegment: fc.constantFrom("4KiB", 1000, "1MiB"),
    retention: fc.integer({ min: 1, max: 9 }),
    network: fc.oneof(
      fc.record(
        { latency: duration, tail: fc.constantFrom("1ms", "20ms"), ...otherNetworkFields },
        { requiredKeys: [] },
      ),
      fc.record({ quantiles, ...otherNetworkFields }, { requiredKeys: ["quantiles"] }),
    ),
    domains: fc.constant({ rack: NAMES.slice(0, 2) }),
    clocks: fc.constantFrom(
      [{ target: NAMES.slice(0, 1), ahead: "5ms" }],
      [
        { target: ["rack"], behind: "1ns", driftPpm: 3 },
        { target: ["production"], driftPpm: -100_000 },
      ],
    ),
    scale: fc.integer({ min: 1, max: 1_000_000 }),
    // Longer than any round trip that is drawn.
    times: fc.record(
      {
        heartbeat: fc.constantFrom("800ms", "0.9s"),
        takeover: fc.constantFrom("4s", "5000ms"),
        scrub: fc.constantFrom("0", 0, "50ms"),
        retry: fc.constantFrom("1s", "800ms"),
      },
      { requiredKeys: ["heartbeat", "takeover", "retry"] },
    ),
    workload,
    faults: fc.array(fault, { maxLength: 4 }),
    budget: fc.constantFrom("within", "beyond"),
    expect: fc.record(
      { restoreMsP99: fc.record({ max: fc.nat() }), restoredShare: fc.record({ min: fc.constant(0.25) }) },
      { requiredKeys: [] },
    ),
    compare: fc.record(
      {
        schemes: fc.uniqueArray(scheme, { minLength: 1 }),
        formers: fc.uniqueArray(former, { minLength: 1 }),
        commonWidth: fc.constant(4),
      },
      { requiredKeys: ["schemes"] },
    ),
  },
  // Uplinks name the domain.
  { requiredKeys: ["name", "servers", "scheme", "times", "workload", "domains"] },
);

describe("the canonical form", () => {
  it("has sorted keys, no undefined fields, and the JSON of its values", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "ü" }], a: undefined, "": true })).toBe(
      '{"":true,"b":[1,{"c":"ü","d":null}]}',
    );
  });

  it("refuses what JSON would change silently", () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow("NaN");
    expect(() => canonicalJson([() => 1])).toThrow("function");
    expect(() => canonicalJson(10n)).toThrow("bigint");
  });

  it("is hashed with SHA-256", () => {
    const scenario = load(VALID_TEXT);
    const independent = createHash("sha256").update(canonicalJson(scenario)).digest("hex").slice(0, 16);
    expect(scenarioHash(scenario)).toBe(independent);
  });

  it("any valid scenario loads to the same hash whatever the order of its keys and its layout", () => {
    fc.assert(
      fc.property(scenarioSource, fc.infiniteStream(fc.nat()), (source, ranks) => {
        const hash = scenarioHash(load(stringify(source)));
        const order = (): number => ranks.next().value as number;
        expect(scenarioHash(load(stringify(reordered(source, order), { indent: 4 })))).toBe(hash);
        expect(scenarioHash(load(JSON.stringify(reordered(source, order))))).toBe(hash);
      }),
      { numRuns: 60 },
    );
  });

  it("any valid scenario that is written out loads to an equal one", () => {
    fc.assert(
      fc.property(scenarioSource, (source) => {
        const scenario = load(stringify(source));
        const again = load(writeScenario(scenario));
        expect(again).toEqual(scenario);
        expect(scenarioHash(again)).toBe(scenarioHash(scenario));
      }),
      { numRuns: 100 },
    );
  });

  it("another unit or a default written out changes nothing, another value does", () => {
    const hash = scenarioHash(load(VALID_TEXT));
    expect(scenarioHash(load(VALID_TEXT.replace("4KiB", "4096")))).toBe(hash);
    expect(scenarioHash(load(VALID_TEXT.replace("duration: 1s", "duration: 1000ms\nretention: 2")))).toBe(
      hash,
    );
    expect(scenarioHash(load(VALID_TEXT.replace("4KiB", "4097")))).not.toBe(hash);
  });
});
