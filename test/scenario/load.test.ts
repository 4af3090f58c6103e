import { describe, expect, it } from "vitest";
import { scenarioErrorText } from "../../src/scenario/error.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { spoiled, VALID_TEXT } from "./scenario-text.ts";

function load(text: string): Scenario {
  const result = loadScenario(text, "small.yaml");
  if (!result.ok) throw new Error(scenarioErrorText(result.error));
  return result.scenario;
}

/** `LINE:COLUMN FIELD code` of the one error. */
function placeOf(text: string): string {
  const result = loadScenario(text, "small.yaml");
  if (result.ok) return "accepted";
  const { file, line, column, field, code } = result.error;
  expect(file).toBe("small.yaml");
  return `${line}:${column} ${field} ${code}`;
}

describe("loading a scenario", () => {
  it("fills in every default", () => {
    const scenario = load(VALID_TEXT);
    expect(scenario).toMatchObject({
      name: "small",
      title: "small",
      seed: "1",
      former: "production",
      subsegmentBytes: 4096,
      retentionCount: 2,
      network: {
        latencyNs: 50_000,
        latencyJitterNs: 20_000,
        bandwidthBytesPerSecond: 1_250_000_000,
        lossPpm: 0,
      },
      disk: { latencyNs: 80_000, bandwidthBytesPerSecond: 1_000_000_000, flushNs: 500_000 },
      times: { heartbeatNs: 10_000_000, takeoverNs: 60_000_000, silentTicksMax: 3 },
      workload: { kind: "synthetic", imageBytes: 65_536, contentSeed: 1, checkpointEveryNs: 50_000_000 },
      budget: "within",
      compare: { schemes: ["mirror:2"], formers: ["production"], seedCount: 10 },
    });
    expect(scenario.faults).toEqual([
      {
        at: { fromNs: 1e8, toNs: 1e8 },
        toleranceMin: 0,
        kind: "crash",
        target: "a",
        disk: "kept",
        restartAfterNs: undefined,
      },
    ]);
  });

  it("resolves servers of links and clocks, and leaves out what is not said", () => {
    const network =
      "domains: { rack: [prod, a] }\n" +
      "network: { tail: 1ms, uplinks: { rack: 8Gb/s }, links: [{ from: [rack], to: [all-backups], latency: 2ms }] }\n" +
      "clocks: [{ target: [rack], behind: 3ms, driftPpm: -7 }]\nscale: 1";
    const scenario = load(spoiled(8, network));
    expect(scenario.network).toMatchObject({
      latencyTailNs: 1e6,
      uplinks: { rack: 1e9 },
      links: [
        {
          from: ["prod", "a"],
          to: ["a", "b", "c", "d"],
          symmetric: true,
          latencyNs: 2e6,
          latencyJitterNs: 0,
        },
      ],
    });
    expect(scenario.clocks).toEqual([{ target: ["prod", "a"], offsetNs: -3e6, driftPpm: -7 }]);
    expect(Object.keys(load(VALID_TEXT))).not.toContain("clocks");
    expect(Object.keys(scenario)).not.toContain("scale");
  });

  it("resolves the words for servers that do not depend on a run", () => {
    const fault = "  - { at: 1ms..2ms, kind: partition, from: [production], to: [all-backups, former] }";
    expect(load(spoiled(13, fault)).faults).toEqual([
      {
        at: { fromNs: 1e6, toNs: 2e6 },
        toleranceMin: 0,
        kind: "partition",
        from: ["prod"],
        to: ["a", "b", "c", "d", "former"],
        symmetric: true,
        healAfterNs: undefined,
      },
    ]);
  });

  it("gives the dedicated former a name where one is used and none is given", () => {
    expect(load(spoiled(17, "  formers: [dedicated]")).servers.dedicatedFormer).toBe("former");
    expect(load(VALID_TEXT).servers.dedicatedFormer).toBeUndefined();
  });

  it("takes a number as a seed and keeps a text as it is", () => {
    expect(load(spoiled(1, "name: small\nseed: 42")).seed).toBe("42");
    expect(load(spoiled(1, 'name: small\nseed: "042"')).seed).toBe("042");
  });

  it.each([
    ["at the moment of the loss", "at: 5ms, kind: crash, target: a"],
    ["of which another server is left", "at: 9ms, kind: crash, target: [a, b]"],
    ["of a server that the seed draws", "at: 9ms, kind: crash, target: any-backup"],
    ["that may strike before the loss", "at: 4ms..9ms, kind: crash, target: a"],
    ["after a count of events", "atEvent: 1000000, kind: crash, target: a"],
    ["that ends with the run", "at: 5ms, kind: crash, target: b, restartAfter: 995ms"],
    ["that only some seeds let end in the run", "at: 5ms..20ms, kind: crash, target: b, restartAfter: 985ms"],
  ])("takes a fault %s, whatever was lost before", (_, fault) => {
    const lost = "  - { at: 5ms, kind: permanent-loss, target: a }";
    const result = loadScenario(spoiled(13, `${lost}\n  - { ${fault} }`), "small.yaml");
    expect(result.ok || scenarioErrorText(result.error)).toBe(true);
  });

  it("takes a fault of a lost server where some schemes run without the loss", () => {
    const lost = "  - { at: 5ms, kind: permanent-loss, target: a, toleranceMin: 2 }";
    const after = (least: number): string =>
      spoiled(13, `${lost}\n  - { at: 9ms, kind: crash, target: a, toleranceMin: ${least} }`);
    expect(loadScenario(after(1), "small.yaml").ok).toBe(true);
    expect(loadScenario(after(2), "small.yaml").ok).toBe(false);
  });

  it("switches scrubbing off with 0, and refuses a period that lets no time pass", () => {
    expect(load(spoiled(8, "times: { scrub: 0 }")).times.scrubNs).toBe(0);
    expect(placeOf(spoiled(8, "times: { scrub: 10ns }"))).toBe("8:17 times.scrub out-of-range");
  });
});

describe("a scenario that is not in order is refused with line, column, field and code", () => {
  it.each([
    ["an unknown scheme", 5, "scheme: raid:5", "5:9 scheme unknown-scheme"],
    ["more redundancy than offered", 5, "scheme: rs:4+17", "5:9 scheme scheme-out-of-range"],
    ["k of zero", 5, "scheme: parity:0+1", "5:9 scheme scheme-out-of-range"],
    ["m of zero", 5, "scheme: parity:2+0", "5:9 scheme scheme-out-of-range"],
    ["m too large", 5, "scheme: parity:2+2", "5:9 scheme scheme-out-of-range"],
    ["k too large", 5, "scheme: stripe:256", "5:9 scheme scheme-out-of-range"],
    ["one copy", 5, "scheme: mirror:1", "5:9 scheme scheme-out-of-range"],
    ["a scheme that is no scheme", 5, "scheme: parity", "5:9 scheme scheme-malformed"],
    ["a scheme that is a number", 5, "scheme: 4", "5:9 scheme wrong-type"],
    ["fewer servers than the scheme needs", 5, "scheme: parity:4+1", "5:9 scheme too-few-servers"],
    ["fewer servers than the width needs", 6, "width: 5", "6:8 width too-few-servers"],
    ["a width below k + m", 6, "width: 2", "6:8 width width-too-small"],
    ["a width of zero", 6, "width: 0", "6:8 width out-of-range"],
    ["a negative size", 7, "subsegment: -4096", "7:13 subsegment quantity-negative"],
    ["a fractional size", 7, "subsegment: 0.5", "7:13 subsegment quantity-fractional"],
    ["a fractional size with a unit", 7, "subsegment: 0.0001KiB", "7:13 subsegment quantity-fractional"],
    ["a size beyond 2^53", 7, "subsegment: 9007199254740993", "7:13 subsegment quantity-out-of-range"],
    ["a size beyond 2^53 with a unit", 7, "subsegment: 8388608GiB", "7:13 subsegment quantity-out-of-range"],
    ["a size of zero", 7, "subsegment: 0", "7:13 subsegment out-of-range"],
    ["a size that is a list", 7, "subsegment: [1]", "7:13 subsegment wrong-type"],
    ["an unknown field", 8, "network: { latancy: 50us }", "8:12 network.latancy unknown-field"],
    ["an unknown field at the top", 8, "netwrok: { latency: 50us }", "8:1 netwrok unknown-field"],
    ["a field without a value", 8, "network:", "8:9 network wrong-type"],
    ["a rate of zero", 8, "network: { bandwidth: 0B/s }", "8:23 network.bandwidth out-of-range"],
    ["a duration without a unit", 8, "network: { latency: 50 }", "8:21 network.latency quantity-malformed"],
    ["a share beyond the whole", 8, "network: { lossPpm: 1000001 }", "8:21 network.lossPpm out-of-range"],
    ["a negative share", 8, "network: { lossPpm: -1 }", "8:21 network.lossPpm out-of-range"],
    ["a tail without a scale", 8, "network: { jitter: 0, tail: 1ms }", "8:29 network.tail contradiction"],
    [
      "a link to a server that does not exist",
      8,
      "network: { links: [{ from: [a], to: [z], latency: 1ms }] }",
      "8:38 network.links[0].to[0] unknown-server",
    ],
    [
      "a link of a server that the seed draws",
      8,
      "network: { links: [{ from: [any-backup], to: [a], latency: 1ms }] }",
      "8:29 network.links[0].from[0] unknown-server",
    ],
    [
      "a link without a latency",
      8,
      "network: { links: [{ from: [a], to: [b] }] }",
      "8:20 network.links[0].latency missing-field",
    ],
    [
      "an uplink of a domain that does not exist",
      8,
      "network: { uplinks: { rack: 1Gb/s } }",
      "8:29 network.uplinks.rack unknown-server",
    ],
    [
      "a clock of a server that does not exist",
      8,
      "clocks: [{ target: [z], ahead: 1ms }]",
      "8:21 clocks[0].target[0] unknown-server",
    ],
    [
      "a clock ahead and behind",
      8,
      "clocks: [{ target: [a], ahead: 1ms, behind: 1ms }]",
      "8:45 clocks[0].behind contradiction",
    ],
    ["a clock that is exact", 8, "clocks: [{ target: [a] }]", "8:20 clocks[0].target missing-field"],
    [
      "two clocks of one server",
      8,
      "clocks: [{ target: [a], ahead: 1ms }, { target: [b, a], behind: 1ms }]",
      "8:53 clocks[1].target[1] duplicate",
    ],
    [
      "a clock that is no clock any more",
      8,
      "clocks: [{ target: [a], driftPpm: 100001 }]",
      "8:35 clocks[0].driftPpm out-of-range",
    ],
    ["a scale of zero", 8, "scale: 0", "8:8 scale out-of-range"],
    ["a fraction of a byte", 8, "scale: 1.5", "8:8 scale quantity-fractional"],
    [
      "a takeover that is shorter than a slow link's round trip",
      8,
      "network: { links: [{ from: [a], to: [b], latency: 1ms, jitter: 1ms, tail: 50ms }] }",
      "1:1 times.takeover contradiction",
    ],
    ["a missing field", 10, "  image2: 1", "10:3 workload.kind missing-field"],
    ["an unknown workload", 10, "  kind: mainframe", "10:9 workload.kind out-of-range"],
    ["an image that does not fit into memory", 11, "  image: 4GiB", "11:10 workload.image out-of-range"],
    ["an empty list of files", 10, "  kind: files\n  paths: []", "11:10 workload.paths empty-list"],
    ["duplicated server names", 4, "  backups: [a, b, c, a]", "4:22 servers.backups[3] duplicate"],
    [
      "a backup named as the production server",
      4,
      "  backups: [a, prod, c, d]",
      "4:16 servers.backups[1] duplicate",
    ],
    [
      "a name that faults use for a role",
      4,
      "  backups: [a, former, c, d]",
      "4:16 servers.backups[1] reserved-name",
    ],
    ["a name that is none", 4, '  backups: [a, "b c", c, d]', "4:16 servers.backups[1] out-of-range"],
    ["no servers", 4, "  backups: []", "4:12 servers.backups empty-list"],
    [
      "a fault on a server that does not exist",
      13,
      "  - { at: 100ms, kind: crash, target: z }",
      "13:39 faults[0].target unknown-server",
    ],
    [
      "a partition with a server that does not exist",
      13,
      "  - { at: 1ms, kind: partition, from: [a], to: [b, z] }",
      "13:52 faults[0].to[1] unknown-server",
    ],
    [
      "a restore on the production server",
      13,
      "  - { at: 1ms, kind: operator-restore, target: prod }",
      "13:48 faults[0].target unknown-server",
    ],
    [
      "a fault after the end of the run",
      13,
      "  - { at: 100ms..1s, kind: crash, target: a }",
      "13:11 faults[0].at fault-after-end",
    ],
    [
      "a range that ends before it begins",
      13,
      "  - { at: 9ms..8ms, kind: crash, target: a }",
      "13:11 faults[0].at contradiction",
    ],
    [
      "an unknown kind of fault",
      13,
      "  - { at: 1ms, kind: fire, target: a }",
      "13:22 faults[0].kind out-of-range",
    ],
    [
      "a fault with a moment and an event",
      13,
      "  - { at: 1ms, atEvent: 4, kind: crash, target: a }",
      "13:11 faults[0].at contradiction",
    ],
    [
      "a fault at no event",
      13,
      "  - { atEvent: -1, kind: permanent-loss, target: a }",
      "13:16 faults[0].atEvent out-of-range",
    ],
    [
      "a lost disk that keeps something",
      13,
      "  - { at: 1ms, kind: crash, target: a, disk: lost, keeps: { completed: all } }",
      "13:59 faults[0].keeps contradiction",
    ],
    ["a fault without a moment", 13, "  - { kind: crash, target: a }", "13:5 faults[0].at missing-field"],
    [
      "a rate and a moment",
      13,
      "  - { at: 1ms, perHour: 9, kind: crash, target: a }",
      "13:25 faults[0].perHour contradiction",
    ],
    [
      "a rate of nothing",
      13,
      "  - { perHour: 0, kind: crash, target: a }",
      "13:16 faults[0].perHour out-of-range",
    ],
    [
      "a rate that gives too many faults",
      13,
      "  - { perHour: 3600000000, kind: crash, target: a }",
      "13:16 faults[0].perHour out-of-range",
    ],
    [
      "a rate that goes on after the end",
      13,
      "  - { perHour: 9, during: 1ms..1s, kind: crash, target: a }",
      "13:27 faults[0].during fault-after-end",
    ],
    [
      "a share above the whole",
      13,
      "  - { at: 1ms, kind: read-error, target: a, ratePpm: 1000001, lasts: 1ms }",
      "13:54 faults[0].ratePpm out-of-range",
    ],
    [
      "a slow disk that is not slow",
      13,
      "  - { at: 1ms, kind: slow-disk, target: a, factor: 1, lasts: 1ms }",
      "13:52 faults[0].factor out-of-range",
    ],
    [
      "more servers drawn than there are",
      13,
      "  - { at: 1ms, kind: crash, target: [a, b], some: 3 }",
      "13:51 faults[0].some contradiction",
    ],
    [
      "faults that spread beyond the end",
      13,
      "  - { at: 999ms, kind: crash, target: [a, b], within: 1ms }",
      "13:55 faults[0].within fault-after-end",
    ],
    [
      "a restart of a server that is not down",
      13,
      "  - { at: 5ms, kind: restart, target: a }\n  - { at: 6ms, kind: crash, target: a }",
      "13:11 faults[0].at contradiction",
    ],
    [
      "a restart of a server that is up again by itself",
      13,
      "  - { at: 5ms, kind: crash, target: a, within: 2ms, restartAfter: 3ms }\n  - { at: 11ms, kind: restart, target: a }",
      "14:11 faults[1].at contradiction",
    ],
    [
      "a rate of nothing",
      13,
      "  - { perHour: 0, kind: crash, target: a }",
      "13:16 faults[0].perHour out-of-range",
    ],
    [
      "a rate below nothing",
      13,
      "  - { perHour: -1, kind: crash, target: a }",
      "13:16 faults[0].perHour out-of-range",
    ],
    [
      "a rate of lost messages beyond the whole",
      13,
      "  - { at: 1ms, kind: loss, ratePpm: 1000001, lasts: 1ms }",
      "13:37 faults[0].ratePpm out-of-range",
    ],
    [
      "a fault in the past",
      13,
      "  - { at: -1ms, kind: crash, target: a }",
      "13:11 faults[0].at quantity-negative",
    ],
    [
      "a burst that goes on after the end",
      13,
      "  - { at: 999ms, within: 2ms, kind: crash, target: a }",
      "13:26 faults[0].within fault-after-end",
    ],
    [
      "a partition of one server",
      13,
      "  - { at: 1ms, kind: partition, from: [a], to: [a] }",
      "13:48 faults[0].to contradiction",
    ],
    [
      "a share of restores beyond the whole",
      14,
      "expect: { restoredShare: { min: 1.5 } }",
      "14:33 expect.restoredShare.min out-of-range",
    ],
    [
      "a restart of a server that is lost for good",
      13,
      "  - { at: 5ms, kind: crash, target: a }\n  - { at: 6ms, kind: permanent-loss, target: a }\n  - { at: 7ms, kind: restart, target: a }",
      "15:11 faults[2].at contradiction",
    ],
    [
      "a fault of a server that is lost for good",
      13,
      "  - { at: 5ms, kind: permanent-loss, target: a }\n  - { at: 6ms, kind: pause, target: a, lasts: 1ms }",
      "14:11 faults[1].at contradiction",
    ],
    [
      "a second loss of a server that stands before the first in the list",
      13,
      "  - { at: 9ms..20ms, kind: permanent-loss, target: a }\n  - { at: 8ms, kind: permanent-loss, target: a }",
      "13:11 faults[0].at contradiction",
    ],
    [
      "a rate that begins when all its servers are lost",
      13,
      "  - { at: 5ms, within: 1ms, kind: permanent-loss, target: all-backups }\n  - { perHour: 9, during: 7ms..9ms, kind: bit-rot, target: [a, b] }",
      "14:27 faults[1].during contradiction",
    ],
    [
      "an operator's restore on a server that is lost for good",
      13,
      "  - { at: 5ms, kind: permanent-loss, target: a }\n  - { at: 6ms, kind: operator-restore, target: a }",
      "14:11 faults[1].at contradiction",
    ],
    [
      "a server that is back after the end",
      13,
      "  - { at: 500ms..900ms, kind: crash, target: a, restartAfter: 501ms }",
      "13:63 faults[0].restartAfter fault-after-end",
    ],
    [
      "a partition that heals after the end",
      13,
      "  - { perHour: 9, during: 500ms..900ms, kind: partition, from: [a], to: [b], healAfter: 501ms }",
      "13:89 faults[0].healAfter fault-after-end",
    ],
    [
      "a partition of no length",
      13,
      "  - { at: 1ms, kind: partition, from: [a], to: [b], healAfter: 0 }",
      "13:64 faults[0].healAfter out-of-range",
    ],
    [
      "quantiles beside another latency",
      8,
      "network: { jitter: 5us, quantiles: [{ share: 0, latency: 1us }, { share: 1, latency: 2us }] }",
      "8:20 network.jitter contradiction",
    ],
    [
      "quantiles of a link that begin above 0",
      8,
      "network: { links: [{ from: [a], to: [b], quantiles: [{ share: 0.1, latency: 1us }, { share: 1, latency: 2us }] }] }",
      "8:63 network.links[0].quantiles[0].share contradiction",
    ],
    [
      "quantiles that go down",
      8,
      "network: { quantiles: [{ share: 0, latency: 3us }, { share: 1, latency: 2us }] }",
      "8:73 network.quantiles[1].latency contradiction",
    ],
    [
      "a quantile beyond the whole",
      8,
      "network: { quantiles: [{ share: 0, latency: 3us }, { share: 100, latency: 4us }] }",
      "8:61 network.quantiles[1].share out-of-range",
    ],
    ["quantiles of nothing", 8, "network: { quantiles: [] }", "8:23 network.quantiles empty-list"],
    ["a domain of nobody", 8, "domains: { rack: [] }", "8:18 domains.rack empty-list"],
    ["a domain of an unknown server", 8, "domains: { rack: [z] }", "8:19 domains.rack[0] unknown-server"],
    ["a server in two domains", 8, "domains: { r: [a], s: [b, a] }", "8:27 domains.s[1] duplicate"],
    ["a domain with a server's name", 8, "domains: { a: [b] }", "8:15 domains.a reserved-name"],
    ["a heal after the end", 8, "healAt: 1s", "8:9 healAt fault-after-end"],
    [
      "a fault after the heal",
      13,
      "  - { at: 9ms, kind: crash, target: a }\nhealAt: 8ms",
      "13:11 faults[0].at contradiction",
    ],
    ["a swarm of nothing", 8, "swarm: { count: 0 }", "8:17 swarm.count out-of-range"],
    ["a run of no length", 14, "duration: 0", "14:11 duration out-of-range"],
    ["an empty list of schemes to compare", 16, "  schemes: []", "16:12 compare.schemes empty-list"],
    ["an empty list of places to compare", 17, "  formers: []", "17:12 compare.formers empty-list"],
    ["a scheme compared twice", 16, "  schemes: [mirror:2, mirror:2]", "16:23 compare.schemes[1] duplicate"],
    [
      "a compared scheme without enough servers",
      16,
      "  schemes: [mirror:5]",
      "16:13 compare.schemes[0] too-few-servers",
    ],
    [
      "a common width below a compared scheme",
      17,
      "  commonWidth: 1",
      "17:16 compare.commonWidth width-too-small",
    ],
    [
      "a common width without enough servers",
      17,
      "  commonWidth: 5",
      "17:16 compare.commonWidth too-few-servers",
    ],
    ["no seeds to compare", 17, "  seeds: 0", "17:10 compare.seeds out-of-range"],
    [
      "a threshold without a limit",
      14,
      "expect: { restoredShare: {} }",
      "14:26 expect.restoredShare missing-field",
    ],
    ["an unknown threshold", 14, "expect: { speed: { min: 1 } }", "14:11 expect.speed unknown-field"],
    [
      "limits that exclude each other",
      14,
      "expect: { restoredShare: { min: 1, max: 0.5 } }",
      "14:33 expect.restoredShare.min contradiction",
    ],
    ["a takeover within a heartbeat", 8, "times: { takeover: 10ms }", "8:20 times.takeover contradiction"],
    [
      "heartbeats too short for the network",
      8,
      "times: { heartbeat: 20us }",
      "8:21 times.heartbeat contradiction",
    ],
    [
      "patience too short for the network",
      8,
      "times: { retry: 400us, silentTicksMax: 3 }",
      "8:17 times.retry contradiction",
    ],
    [
      "patience too short for the disk",
      8,
      "disk: { flush: 40ms }\ntimes: { retry: 20ms }",
      "9:17 times.retry contradiction",
    ],
    [
      "a former on a server that is none",
      8,
      "former: backup\nformerServer: z",
      "9:15 formerServer unknown-server",
    ],
    ["a former's server without such a former", 8, "formerServer: a", "8:15 formerServer contradiction"],
    ["a key given twice", 8, "name: again", "8:1  yaml-syntax"],
    ["text that is no YAML", 8, "network: { latency: 50us", "9:1  yaml-syntax"],
    ["a tag of somebody else's", 8, "network: !python {}", "8:10  yaml-syntax"],
  ])("%s", (_what, line, text, place) => {
    expect(placeOf(spoiled(line, text))).toBe(place);
  });

  it("too many groups", () => {
    const text = spoiled(11, "  image: 1GiB").replace("subsegment: 4KiB", "subsegment: 1B");
    expect(placeOf(text)).toBe("7:13 subsegment too-many-groups");
    // A compared scheme alone may have too many: a mirror has more members than parity.
    const compared = spoiled(11, "  image: 680000").replace("subsegment: 4KiB", "subsegment: 1B");
    expect(placeOf(compared)).toBe("7:13 subsegment too-many-groups");
    expect(placeOf(compared.replace("mirror:2", "parity:2+1"))).toBe("accepted");
  });

  it("a fault of the dedicated former by name, which some runs lack", () => {
    const fault = "  - { at: 1ms, kind: crash, target: f1 }\nformer: dedicated";
    const text = spoiled(13, fault).replace("production: prod", "production: prod\n  dedicatedFormer: f1");
    expect(placeOf(text)).toBe("14:37 faults[0].target unknown-server");
    expect(placeOf(text.replace("formers: [production]", "formers: [dedicated]"))).toBe("accepted");
  });

  it("an empty text", () => {
    expect(placeOf("")).toBe("1:1  wrong-type");
  });

  it("two documents in one file", () => {
    expect(placeOf(`${VALID_TEXT}\n---\n${VALID_TEXT}`)).toBe("18:1  yaml-syntax");
  });

  it("aliases that multiply without end", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de"].map((pair) => [...pair])) {
      bomb.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(", ")}]`);
    }
    expect(placeOf(bomb.join("\n"))).toBe("1:1  yaml-syntax");
  });

  it("points into the anchor when a value comes through an alias", () => {
    const text = spoiled(8, "network: &n { latency: 50us }").replace(
      "duration: 1s",
      "duration: 1s\ndisk: *n",
    );
    expect(placeOf(text.replace("latency: 50us", "jitter: 50us"))).toBe("8:15 disk.jitter unknown-field");
  });

  it("names the first problem by position and counts the others", () => {
    const text = spoiled(5, "scheme: raid:5")
      .replace("subsegment: 4KiB", "subsegment: -1")
      .replace("1s", "soon");
    const result = loadScenario(text, "small.yaml");
    expect(result.ok ? "accepted" : scenarioErrorText(result.error)).toBe(
      'small.yaml:5:9: scheme: Scheme "raid:5" is unknown; use mirror:c, stripe:k, parity:k+1, rs:k+m or lrc:k,l,g. (and 2 more problems)',
    );
  });

  it("gives the place of a field for errors that others find", () => {
    const text = spoiled(10, "  kind: files\n  paths: [a.txt, b.txt]").replace("  image: 64KiB\n", "");
    const result = loadScenario(text, "small.yaml");
    if (!result.ok) throw new Error(scenarioErrorText(result.error));
    expect(scenarioErrorText(result.errorAt(["workload", "paths", 1], "missing-file", "is not there"))).toBe(
      "small.yaml:11:18: workload.paths[1]: is not there",
    );
  });
});
