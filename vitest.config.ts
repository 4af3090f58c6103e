import { defineConfig } from "vitest/config";

/** Tests run against the sources; only the simulation gate and the command line's tests use dist/. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globals: false,
    // Worker threads start faster than processes, and no test changes process-wide state.
    pool: "threads",
    // vitest leaves one processor free; on a machine with two that halves the speed.
    maxWorkers: "100%",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
