import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { junitXml } from "../../src/report/junit.ts";
import { writeXml } from "../../src/report/xml-text.ts";
import type { VerifyResult } from "../../src/verify/verify-result.ts";
import { brokenVerification, heldVerification } from "../verify/verification.ts";
import { isXmlCharacter, parseXml, type XmlNode } from "./xml-reader.ts";

function elementsOf(node: XmlNode, name: string): XmlNode[] {
  return [
    ...(node.name === name ? [node] : []),
    ...node.children.flatMap((child) => elementsOf(child, name)),
  ];
}

function countsOf(node: XmlNode): readonly number[] {
  return ["tests", "failures", "errors", "skipped"].map((name) => Number(node.attributes[name]));
}

function expectCountsMatch(result: VerifyResult): XmlNode {
  const root = parseXml(junitXml(result));
  expect(root.name).toBe("testsuites");
  for (const node of [root, ...elementsOf(root, "testsuite")]) {
    const cases = elementsOf(node, "testcase");
    const failed = cases.filter((each) => each.children.some(({ name }) => name === "failure"));
    const skipped = cases.filter((each) => each.children.some(({ name }) => name === "skipped"));
    expect(countsOf(node), node.attributes["name"]).toEqual([cases.length, failed.length, 0, skipped.length]);
  }
  return root;
}

describe("the JUnit file", () => {
  it("has a suite for each part and a case for each cell and configuration, with counts that match", () => {
    const root = expectCountsMatch(heldVerification());
    expect(root.children.map(({ attributes }) => attributes["name"])).toEqual([
      "crash-points",
      "interleavings",
      "gate",
    ]);
    expect(countsOf(root)).toEqual([5, 0, 0, 1]);
    const names = elementsOf(root, "testcase").map(({ attributes }) => attributes["name"]);
    expect(names).toEqual([
      "mirror:2 on 2 servers",
      "parity:2+1 on 3 servers",
      "parity:2+1 on 4 servers",
      "two-racing-restorers",
      "every promise had something to check",
    ]);
  });

  it("a cell with broken cases, a configuration with a violation and an idle promise fail, with the replay", () => {
    const root = expectCountsMatch(brokenVerification());
    expect(countsOf(root)).toEqual([6, 4, 0, 1]);
    const failures = elementsOf(root, "failure");
    expect(failures.map(({ attributes }) => attributes["type"])).toEqual([
      "durability",
      "fencing",
      "integrity",
      "idle",
    ]);
    expect(failures[0]?.text).toContain('lost "a" & <b>');
    expect(failures[0]?.text).toContain("replay: ckptlab replay counterexamples/one.yaml");
    expect(failures[3]?.text).toBe("nothing exercised: accounting, bounded");
  });
});

describe("XML", () => {
  it("any text comes back, as attribute and as content; what XML cannot hold becomes U+FFFD", () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(text, text, (attribute, content) => {
        const root = parseXml(writeXml({ name: "a", attributes: { b: attribute }, children: content }));
        const kept = (value: string): string =>
          [...value].map((character) => (isXmlCharacter(character) ? character : "\ufffd")).join("");
        expect(root.attributes["b"]).toBe(kept(attribute));
        expect(root.text).toBe(kept(content));
      }),
      { numRuns: 50 },
    );
  });

  it("an element without children closes itself", () => {
    expect(writeXml({ name: "a", attributes: {}, children: [] })).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a/>\n',
    );
  });
});
