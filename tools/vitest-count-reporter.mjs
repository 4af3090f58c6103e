/**
 * A vitest reporter that writes the real counts to the file named by CKPTLAB_COUNTS_FILE, for the gate's totals.
 *
 * vitest's own JSON reporter leaves out why a test was skipped, and says nothing of a file that failed to load or of
 * an error outside any test; here each of these counts as one failure.
 * The file holds {passed, failed, skipped: [{name, reason}], failures: [name]}.
 */
import { writeFileSync } from "node:fs";

export default class CountReporter {
  /**
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const file = process.env["CKPTLAB_COUNTS_FILE"];
    if (file === undefined) throw new Error("CKPTLAB_COUNTS_FILE is not set");

    let passed = 0;
    /** @type {string[]} */
    const failures = [];
    /** @type {{ name: string, reason: string }[]} */
    const skipped = [];

    for (const module of modules) {
      // Errors of a module or a suite (a failed import, a failed beforeAll) belong to no test.
      if (module.errors().length > 0) failures.push(module.relativeModuleId);
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failures.push(`${module.relativeModuleId} > ${suite.fullName}`);
      }
      for (const test of module.children.allTests()) {
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        const result = test.result();
        if (result.state === "passed") passed += 1;
        else if (result.state === "failed") failures.push(name);
        else if (result.state === "skipped") skipped.push({ name, reason: result.note ?? "no reason given" });
        else failures.push(`${name} (did not finish)`);
      }
    }
    unhandledErrors.forEach((_, index) => failures.push(`error outside any test, number ${index + 1}`));

    writeFileSync(file, JSON.stringify({ passed, failed: failures.length, skipped, failures }));
  }
}
