import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";

/** The file that killed the last mutant first, since mutants beside each other die alike; then the quick ones. */
class KillersFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const costOf = ({ project, moduleId }: TestSpecification): number => {
      const last = this.ctx.cache.getFileTestResults(
        `${project.name}:${relative(this.ctx.config.root, moduleId)}`,
      );
      return last?.failed === true ? -1 : (last?.duration ?? 0);
    };
    return Promise.resolve(files.toSorted((a, b) => costOf(a) - costOf(b)));
  }
}

/** The tests that mutants are tried against; tools/mutation.mjs names the files. */
export default defineConfig({
  test: {
    include: process.env["CKPTLAB_MUTATION_TESTS"]?.split(",") ?? ["test/mutation/*.test.ts"],
    setupFiles: ["test/mutation/fast-check-setup.ts"],
    sequence: { sequencer: KillersFirst },
    pool: "threads",
    // None: that a mutant ran out of time is for Stryker to say, which tells it apart from a kill.
    testTimeout: 0,
  },
});
