import { describe, expect, it } from "vitest";
import { scenarioHash } from "../../src/scenario/canonical.ts";
import { scenarioErrorText } from "../../src/scenario/error.ts";
import { loadHardwareFile } from "../../src/scenario/hardware-file.ts";
import {
  fieldsWithoutSource,
  HARDWARE_SECTIONS,
  type HardwareProfile,
} from "../../src/scenario/hardware-profile.ts";
import { SHIPPED_HARDWARE } from "../../src/scenario/hardware-shipped.ts";
import { loadScenario, type LoadOptions } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { writeScenario } from "../../src/scenario/write.ts";
import { runScenario } from "../../src/verify/run.ts";
import { readPage, rowsOf } from "../docs-pages.ts";
import { VALID_TEXT } from "./scenario-text.ts";

/** The small scenario says `network: { latency: 50us }` itself. */
function load(lines: string, options: LoadOptions = {}): Scenario {
  const result = loadScenario(`${VALID_TEXT}\n${lines}`, "small.yaml", options);
  if (!result.ok) throw new Error(scenarioErrorText(result.error));
  return result.scenario;
}

function errorOf(lines: string): string {
  const result = loadScenario(`${VALID_TEXT}\n${lines}`, "small.yaml");
  return result.ok ? "accepted" : scenarioErrorText(result.error);
}

const PROFILE = `
profile: bench-machine
title: The machine under the bench
disk: { latency: 40us, bandwidth: 700MB/s, flush: 2ms }
processor: { encode: 3GB/s, decode: 2GB/s, digest: 6GB/s, schemes: { "parity:2+1": { encode: 5GB/s, decode: 4GB/s } } }
sources:
  disk.latency: measured
  disk.bandwidth: measured
  disk.flush: measured
  processor.encode: measured
  processor.decode: measured
  processor.digest: measured
  processor.schemes: measured
measured: { anything: 1 }
`;

function profileOf(text: string) {
  const result = loadHardwareFile(text, "bench.yaml");
  if (!result.ok) throw new Error(scenarioErrorText(result.error));
  return result.profile;
}

function profileErrorOf(text: string): string {
  const result = loadHardwareFile(text, "bench.yaml");
  return result.ok ? "accepted" : scenarioErrorText(result.error);
}

describe("quantiles of a latency", () => {
  const own = (network: string): Scenario["network"] => {
    const text = VALID_TEXT.replace("network: { latency: 50us }", `network: ${network}`);
    const result = loadScenario(`${text}\nhardware: [nvme, ethernet-10g, measured.yaml]`, "small.yaml", {
      hardwareFiles: new Map([["measured.yaml", MEASURED]]),
    });
    if (!result.ok) throw new Error(scenarioErrorText(result.error));
    return result.scenario.network;
  };
  const MEASURED: HardwareProfile = {
    profile: "measured",
    title: "A network that was measured",
    network: {
      quantiles: [
        { share: 0, latency: "7us" },
        { share: 1, latency: "9us" },
      ],
    },
    sources: { "network.quantiles": "measured" },
  };

  it("stand in place of another profile's latency and jitter", () => {
    expect(own("{}")).toMatchObject({
      latencyNs: 7000,
      latencyJitterNs: 2000,
      latencyQuantiles: [{}, { ns: 9000 }],
    });
    expect(own("{ lossPpm: 1 }")).toMatchObject({ latencyNs: 7000, lossPpm: 1 });
  });

  it("give way to a latency of the scenario's own", () => {
    expect(own("{ latency: 3us }")).not.toHaveProperty("latencyQuantiles");
    expect(own("{ latency: 3us }")).toMatchObject({ latencyNs: 3000 });
  });
});

describe("shipped hardware profiles", () => {
  it("are memory, NVMe, SATA, hard disk and three networks, under names of their own", () => {
    const names = SHIPPED_HARDWARE.map(({ profile }) => profile);
    expect(names).toEqual([
      "ram",
      "nvme",
      "sata-ssd",
      "hard-disk",
      "ethernet-1g",
      "ethernet-10g",
      "ethernet-100g",
    ]);
  });

  it.each(SHIPPED_HARDWARE)(
    "$profile: every number has its source, and no source is left over",
    (profile) => {
      expect(fieldsWithoutSource(profile)).toEqual([]);
      const fields = HARDWARE_SECTIONS.flatMap((section) =>
        Object.keys(profile[section] ?? {}).map((field) => `${section}.${field}`),
      );
      expect(fields.length).toBeGreaterThan(0);
      expect(Object.keys(profile.sources)).toEqual(fields);
    },
  );

  it.each(SHIPPED_HARDWARE)("$profile: a scenario can name it", ({ profile }) => {
    expect(load(`hardware: ${profile}`)).not.toEqual(load(""));
  });

  it("stand in docs/models.md, each number with its source", () => {
    const rows = rowsOf(readPage("docs/models.md").text).filter(([, field = ""]) =>
      /^`\w+\.\w+`$/.test(field),
    );
    const fields = SHIPPED_HARDWARE.flatMap((profile) =>
      HARDWARE_SECTIONS.flatMap((section) =>
        Object.entries(profile[section] ?? {}).map(([field, value]) => {
          const full = `${section}.${field}`;
          return [`\`${profile.profile}\``, `\`${full}\``, String(value), profile.sources[full]];
        }),
      ),
    );
    expect(rows).toEqual(fields);
  });

  it("are slower from memory to hard disk, and faster from one gigabit to a hundred", () => {
    const disks = ["ram", "nvme", "sata-ssd", "hard-disk"].map((name) => load(`hardware: ${name}`).disk);
    const rising = (values: readonly number[]) => values.toSorted((a, b) => a - b);
    const latencies = disks.map(({ latencyNs }) => latencyNs);
    expect(latencies).toEqual(rising(latencies));
    const rates = disks.map(({ bandwidthBytesPerSecond }) => bandwidthBytesPerSecond);
    expect(rates).toEqual(rising(rates).toReversed());
    const links = ["1g", "10g", "100g"].map((name) => load(`hardware: ethernet-${name}`).network);
    expect(links.map(({ bandwidthBytesPerSecond }) => bandwidthBytesPerSecond)).toEqual([
      125e6, 1.25e9, 12.5e9,
    ]);
  });
});

describe("a scenario that names hardware", () => {
  it("takes the profile's numbers, except where it says its own", () => {
    const { network, disk } = load("hardware: [sata-ssd, ethernet-1g]\ndisk: { flush: 3ms }");
    expect(network).toMatchObject({
      latencyNs: 50_000,
      latencyJitterNs: 200,
      bandwidthBytesPerSecond: 125e6,
    });
    expect(disk).toEqual({ latencyNs: 110_000, bandwidthBytesPerSecond: 490e6, flushNs: 3e6 });
  });

  it("is the scenario that writes the same numbers down", () => {
    const written = load("disk: { latency: 11.56ms, bandwidth: 154MB/s, flush: 12.36ms }");
    expect(scenarioHash(load("hardware: hard-disk"))).toBe(scenarioHash(written));
  });

  it("takes a later profile over an earlier one", () => {
    expect(load("hardware: [hard-disk, nvme]").disk).toEqual(load("hardware: nvme").disk);
  });

  it("takes a profile file that the caller has read, and is written with its numbers", () => {
    const hardwareFiles = new Map([["bench.yaml", profileOf(PROFILE)]]);
    const scenario = load("hardware: [bench.yaml, ram]", { hardwareFiles });
    expect(scenario.disk.flushNs).toBe(0);
    expect(scenario.processor.schemeRates).toEqual({
      "parity:2+1": { encodeBytesPerSecond: 5e9, decodeBytesPerSecond: 4e9 },
    });
    const again = loadScenario(writeScenario(scenario), "written.yaml");
    expect(again.ok && again.scenario).toEqual(scenario);
  });

  it("names the field and what there is, when there is no such profile", () => {
    expect(errorOf("hardware: [nvme, floppy]")).toMatch(
      /^small\.yaml:18:18: hardware\[1\]: must be one of ram, nvme, .* not "floppy"$/,
    );
    expect(errorOf("hardware: other.yaml")).toMatch(
      /names the profile file "other.yaml", which was not read$/,
    );
    expect(errorOf("hardware: 7")).toMatch(/hardware: must be the name of a hardware profile/);
    expect(errorOf("hardware: []")).toMatch(/hardware: must not be an empty list/);
  });

  it("still has its own fields checked", () => {
    expect(errorOf("hardware: nvme\ndisk: 5")).toMatch(/^small\.yaml:19:7: disk: must be a group of fields/);
    expect(errorOf("hardware: nvme\ndisk: { flush: fast }")).toMatch(
      /^small\.yaml:19:16: disk\.flush: must be/,
    );
  });
});

describe("a hardware profile file", () => {
  it.each([
    [
      "an unknown field of a section",
      PROFILE.replace("latency: 40us", "seek: 40us"),
      /no source for disk.seek/,
    ],
    ["a value out of range", PROFILE.replace("700MB/s", "0MB/s"), /disk\.bandwidth: must be at least 1/],
    [
      "a number without source",
      PROFILE.replace("  disk.flush: measured\n", ""),
      /sources: has no source for disk.flush/,
    ],
    ["a field that is not known", `${PROFILE}speed: 3\n`, /speed: is not a field that is known here/],
    ["no name", PROFILE.replace("profile: bench-machine\n", ""), /profile: is missing/],
    ["no YAML", "profile: [", /^bench\.yaml:1:/],
    ["an unknown scheme", PROFILE.replace('"parity:2+1"', '"parity:2+9"'), /processor\.schemes/],
  ])("with %s is refused with its place", (_, text, message) => {
    expect(profileErrorOf(text)).toMatch(message);
  });
});

describe("rates of single schemes", () => {
  it("are what a run of that scheme computes with", async () => {
    const rates = (encode: string) =>
      `processor: { schemes: { "parity:2+1": { encode: ${encode}, decode: 1GB/s } } }`;
    const durable = async (lines: string) =>
      (await runScenario(load(lines), { withoutFaults: true })).costs.durableNs[0] ?? 0;
    expect(await durable(rates("1MB/s"))).toBeGreaterThan(await durable(rates("1GB/s")));
    // The rates of another scheme do not matter.
    expect(await durable('processor: { schemes: { "parity:3+1": { encode: 1kB/s, decode: 1kB/s } } }')).toBe(
      await durable(""),
    );
  });
});
