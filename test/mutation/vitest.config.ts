import { defineConfig } from "vitest/config";

/** The tests that mutants are tried against; tools/mutation.mjs names the files. */
export default defineConfig({
  test: {
    include: ["test/core/**/*.test.ts", "test/mutation/*.test.ts"],
    pool: "threads",
    testTimeout: 30_000,
  },
});
