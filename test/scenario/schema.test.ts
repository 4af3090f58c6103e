import { describe, expect, it } from "vitest";
import { BALLOT_ZERO } from "../../src/core/checkpoint/key.ts";
import { manifestFile, memberFile } from "../../src/core/protocol/server-state.ts";
import { DISK_FILE_PREFIXES, diskFilesWord } from "../../src/scenario/disk-files.ts";
import { scenarioJsonSchema } from "../../src/scenario/schema.ts";

interface Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly [key: string]: unknown;
}

describe("the JSON Schema for editors", () => {
  const schema = scenarioJsonSchema() as unknown as Schema;

  it("is draft 7, knows every field of the YAML form and no other", () => {
    expect(schema["$schema"]).toBe("http://json-schema.org/draft-07/schema#");
    expect(schema["additionalProperties"]).toBe(false);
    expect(schema["required"]).toEqual(["name", "servers", "scheme", "workload"]);
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(["seed", "faults", "compare", "expect", "times", "subsegment"]),
    );
  });

  it("shows defaults as people write them", () => {
    expect(schema.properties["subsegment"]).toMatchObject({ default: "64KiB" });
    expect(schema.properties["network"]?.properties["bandwidth"]).toMatchObject({ default: "10Gb/s" });
    expect(schema.properties["times"]?.properties["scrub"]).toMatchObject({ default: "200ms" });
  });

  it("has patterns that accept what the defaults say", () => {
    const { latency, jitter, bandwidth } = schema.properties["network"]?.properties ?? {};
    for (const field of [latency, jitter, bandwidth]) {
      expect(String(field?.["default"])).toMatch(new RegExp(String(field?.["pattern"])));
    }
  });
});

describe("the words for files on a disk", () => {
  it("mean the files that a backup server writes", () => {
    const key = { ballot: BALLOT_ZERO, sequence: 1, attempt: 1 };
    expect(manifestFile(key).startsWith(DISK_FILE_PREFIXES.manifests)).toBe(true);
    expect(memberFile(key, 0, 0).startsWith(DISK_FILE_PREFIXES.members)).toBe(true);
  });

  it("give their prefixes, and back", () => {
    for (const [word, prefix] of Object.entries(DISK_FILE_PREFIXES)) expect(diskFilesWord(prefix)).toBe(word);
    expect(diskFilesWord("x/")).toBe("files x/*");
  });
});
