import { defineConfig } from "vitest/config";

/** The tests that mutants are tried against; tools/mutation.mjs names the files. */
export default defineConfig({
  test: {
    include: process.env["CKPTLAB_MUTATION_TESTS"]?.split(",") ?? ["test/mutation/*.test.ts"],
    setupFiles: ["test/mutation/fast-check-setup.ts"],
    pool: "threads",
    testTimeout: 30_000,
  },
});
