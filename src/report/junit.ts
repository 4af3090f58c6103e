/**
 * A verification as JUnit XML: a suite for each part, a test case for each cell or configuration, and one suite for what
 * is asked of the whole: that no promise was idle.
 *
 * Pure. Times are wall-clock seconds of a part; single cells are not timed, for their cases run in several threads.
 */
import type { VerifyCell, VerifyPart, VerifyResult, VerifyViolation } from "../verify/verify-result.ts";
import { cellWords } from "../verify/verify-words.ts";
import { writeXml, type XmlElement } from "./xml-text.ts";

interface TestCase {
  readonly className: string;
  readonly name: string;
  /** Empty: passed. */
  readonly failure: string;
  readonly failureKind: string;
  /** Neither held nor broken. */
  readonly skippedBecause: string;
  readonly output: string;
}

function violationWords({ promise, message, file, command }: VerifyViolation): string {
  return `${promise}: ${message}\n${file === "" ? "" : `counterexample: ${file}\n`}replay: ${command}`;
}

/** What broke at a place; more may have broken than is kept. */
function failureOf(
  part: VerifyPart,
  where: string,
  brokenCount: number,
): Pick<TestCase, "failure" | "failureKind"> {
  const violations = part.violations.filter((violation) => violation.where === where);
  if (violations.length === 0 && brokenCount === 0) return { failure: "", failureKind: "" };
  const heading = brokenCount > 0 ? [`${brokenCount} broken`] : [];
  const [first] = violations;
  return {
    failure: [...heading, ...violations.map(violationWords)].join("\n\n"),
    failureKind: first?.promise ?? "broken",
  };
}

function cellCase(part: VerifyPart, cell: VerifyCell): TestCase {
  const { executed, distinct, duplicate, skipped, restored, refused, waiting, unneeded } = cell;
  return {
    className: part.id,
    name: cellWords(cell),
    ...failureOf(part, cellWords(cell), cell.brokenCount),
    skippedBecause: executed + duplicate === 0 ? "no case of this cell was executed" : "",
    output:
      `executed ${executed}, distinct ${distinct}, duplicate ${duplicate}, skipped ${skipped}; ` +
      `restored ${restored}, refused ${refused}, waiting ${waiting}, unneeded ${unneeded}`,
  };
}

function stateCase(part: VerifyPart, states: VerifyPart["states"][number]): TestCase {
  const { name, bounds, visited, transitions, deepestLevel, exhausted } = states;
  return {
    className: part.id,
    name,
    ...failureOf(part, name, 0),
    skippedBecause: "",
    output:
      `${bounds}; states ${visited}, transitions ${transitions}, deepest level ${deepestLevel}, ` +
      (exhausted
        ? "all states within the bounds were visited"
        : "not all states within the bounds were visited"),
  };
}

function caseElement(test: TestCase): XmlElement {
  const failure: XmlElement[] =
    test.failure === ""
      ? []
      : [
          {
            name: "failure",
            attributes: { message: test.failure.split("\n")[0] ?? "", type: test.failureKind },
            children: test.failure,
          },
        ];
  const skipped: XmlElement[] =
    test.failure !== "" || test.skippedBecause === ""
      ? []
      : [{ name: "skipped", attributes: { message: test.skippedBecause }, children: [] }];
  return {
    name: "testcase",
    attributes: { classname: `ckptlab.${test.className}`, name: test.name, time: 0 },
    children: [
      ...failure,
      ...skipped,
      ...(test.output === "" ? [] : [{ name: "system-out", attributes: {}, children: test.output }]),
    ],
  };
}

/** What broke where no row of a table stands: never lost. */
function otherCases(part: VerifyPart): TestCase[] {
  const named = new Set([...part.cells.map(cellWords), ...part.states.map(({ name }) => name)]);
  const others = new Set(part.violations.map(({ where }) => where).filter((where) => !named.has(where)));
  return [...others].map((where) => ({
    className: part.id,
    name: where,
    ...failureOf(part, where, 0),
    skippedBecause: "",
    output: "",
  }));
}

interface Suite {
  readonly name: string;
  readonly seconds: number;
  readonly tests: readonly TestCase[];
}

function countsOf(tests: readonly TestCase[]): Record<string, number> {
  const failures = tests.filter(({ failure }) => failure !== "").length;
  const skipped = tests.filter(
    ({ failure, skippedBecause }) => failure === "" && skippedBecause !== "",
  ).length;
  return { tests: tests.length, failures, errors: 0, skipped };
}

function suiteElement(suite: Suite): XmlElement {
  return {
    name: "testsuite",
    attributes: { name: suite.name, ...countsOf(suite.tests), time: suite.seconds },
    children: suite.tests.map(caseElement),
  };
}

function suitesOf(result: VerifyResult): Suite[] {
  const parts = result.parts.map((part): Suite => ({
    name: part.id,
    seconds: part.wallSeconds,
    tests: [
      ...part.cells.map((cell) => cellCase(part, cell)),
      ...part.states.map((states) => stateCase(part, states)),
      ...otherCases(part),
    ],
  }));
  const idle: TestCase = {
    className: "gate",
    name: "every promise had something to check",
    failure: result.idlePromises.length === 0 ? "" : `nothing exercised: ${result.idlePromises.join(", ")}`,
    failureKind: "idle",
    skippedBecause: "",
    output: result.command,
  };
  return [...parts, { name: "gate", seconds: 0, tests: [idle] }];
}

export function junitXml(result: VerifyResult): string {
  const suites = suitesOf(result);
  return writeXml({
    name: "testsuites",
    attributes: {
      name: `ckptlab verify, profile ${result.profile}`,
      ...countsOf(suites.flatMap(({ tests }) => tests)),
      time: result.wallSeconds,
    },
    children: suites.map(suiteElement),
  });
}
