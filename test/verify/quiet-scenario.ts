/** A run in which nothing happens but checkpoints, as the text of a scenario. */
export const QUIET_SCENARIO: string = JSON.stringify({
  name: "quiet",
  servers: { backups: ["a", "b", "c"] },
  scheme: "mirror:2",
  subsegment: "4KiB",
  workload: { kind: "synthetic", image: "16KiB", checkpointEvery: "50ms" },
  duration: "300ms",
});
