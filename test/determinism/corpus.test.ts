/** The corpus is large enough, and everything that a scenario may say occurs in it. */
import { describe, expect, it } from "vitest";
import { parseScheme } from "../../src/core/redundancy/scheme.ts";
import { scenarioJsonSchema } from "../../src/scenario/schema.ts";
import { readCorpus } from "./corpus.ts";
import { ROOT } from "./engine-case.ts";

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly const?: string;
  readonly enum?: readonly string[];
}

const corpus = readCorpus(ROOT);
const schema = scenarioJsonSchema() as SchemaNode;

/** The words that tell the forms of a union apart. */
function kindsOf(node: SchemaNode | undefined): string[] {
  return (node?.oneOf ?? []).map((form) => form.properties?.["kind"]?.const ?? "");
}

const MISSING = "put a small scenario with it into test/determinism/corpus, and update the golden digests";

describe("the corpus", () => {
  it("has at least 50 runs, each with a name of its own, a share of which are run twice", () => {
    expect(corpus.length).toBeGreaterThanOrEqual(50);
    expect(new Set(corpus.map(({ jobCase }) => jobCase.name)).size).toBe(corpus.length);
    const repeated = corpus.filter(({ jobCase }) => jobCase.isRepeated);
    expect(repeated.length).toBeGreaterThanOrEqual(corpus.length / 5);
    expect(new Set(repeated.map(({ scenario }) => scenario.workload.kind)).size).toBe(3);
  });

  it("has every workload", () => {
    const kinds = kindsOf(schema.properties?.["workload"]);
    expect(kinds.length).toBeGreaterThanOrEqual(3);
    const present = new Set<string>(corpus.map(({ scenario }) => scenario.workload.kind));
    for (const kind of kinds) expect(present, `${kind}: ${MISSING}`).toContain(kind);
  });

  it("has every place of the former", () => {
    const places = schema.properties?.["former"]?.enum ?? [];
    expect(places.length).toBe(3);
    const present = new Set<string>(corpus.map(({ scenario }) => scenario.former));
    for (const place of places) expect(present, `${place}: ${MISSING}`).toContain(place);
  });

  it("has every kind of scheme", () => {
    const examples = ["mirror:2", "stripe:2", "parity:2+1", "rs:4+2", "lrc:4,2,2"];
    const offered = examples.flatMap((text) => {
      const parsed = parseScheme(text);
      return parsed.ok ? [parsed.scheme.kind] : [];
    });
    expect(offered.length).toBeGreaterThanOrEqual(3);
    const present = new Set(corpus.map(({ scenario }) => scenario.scheme.split(":")[0]));
    for (const kind of offered) expect(present, `${kind}: ${MISSING}`).toContain(kind);
  });

  it("has every placement, with racks that are kept apart and without", () => {
    const placed = corpus.map(
      ({ scenario: { placement, domainsApart } }) =>
        `${placement ?? "rotated"}${domainsApart === true ? ", racks apart" : ""}`,
    );
    expect([...new Set(placed)].sort()).toEqual([
      "declustered",
      "declustered, racks apart",
      "rotated",
      "rotated, racks apart",
    ]);
  });

  it("has every kind of fault", () => {
    const kinds = kindsOf(schema.properties?.["faults"]?.items);
    expect(kinds.length).toBeGreaterThanOrEqual(6);
    const present = new Set<string>(
      corpus.flatMap(({ scenario }) => scenario.faults.map((fault) => fault.kind)),
    );
    for (const kind of kinds) expect(present, `${kind}: ${MISSING}`).toContain(kind);
  });
});
