/**
 * Every single loss, enumerated: in each cluster of three or more backup servers, for each scheme with tolerance 1 or
 * more and each place of the former, the production server is lost alone, and together with each backup server.
 */
import { describe, expect, it } from "vitest";
import { runText } from "./run-text.ts";

const SCHEMES: readonly (readonly [scheme: string, memberCount: number])[] = [
  ["mirror:2", 2],
  ["mirror:3", 3],
  ["parity:2+1", 3],
  ["parity:3+1", 4],
  ["parity:4+1", 5],
];
const FORMERS = ["production", "backup", "dedicated"] as const;
const NAMES = ["a", "b", "c", "d", "e", "f"] as const;

function scenarioText(options: {
  readonly scheme: string;
  readonly servers: readonly string[];
  readonly former: string;
  readonly lost: string | undefined;
}): string {
  const { scheme, servers, former, lost } = options;
  const at = "121ms";
  return JSON.stringify({
    name: "single-loss",
    servers: { backups: servers },
    former,
    scheme,
    subsegment: "1KiB",
    workload: { kind: "synthetic", image: "20001B", contentSeed: 5, checkpointEvery: "30ms" },
    faults: [
      { at, kind: "permanent-loss", target: "production" },
      ...(lost === undefined ? [] : [{ at, kind: "permanent-loss", target: lost }]),
    ],
    duration: "500ms",
  });
}

describe("a restore follows the loss of any single server, without anybody's help", () => {
  for (const [scheme, memberCount] of SCHEMES) {
    for (const serverCount of [Math.max(3, memberCount), Math.max(3, memberCount) + 1]) {
      it(`${scheme} on ${serverCount} backup servers`, async () => {
        const servers = NAMES.slice(0, serverCount);
        let restoredCount = 0;
        for (const former of FORMERS) {
          for (const lost of [undefined, ...servers]) {
            const where = `${scheme} on ${serverCount}, former ${former}, lost with production: ${lost ?? "none"}`;
            const result = await runText(scenarioText({ scheme, servers, former, lost }));
            expect(result.verdict, where).toBe("held");
            expect(result.restores.at(-1)?.verdict, where).toBe("restored");
            expect(result.restores.at(-1)?.restoreNs, where).toBeGreaterThan(0);
            restoredCount += 1;
          }
        }
        expect(restoredCount).toBe(FORMERS.length * (serverCount + 1));
      });
    }
  }
});

describe("the loss of any single backup server, disk and all, stops no checkpoint for good", () => {
  for (const [scheme, memberCount] of SCHEMES) {
    it(`${scheme}: each server comes back blank and is complete again`, async () => {
      const servers = NAMES.slice(0, Math.max(3, memberCount));
      for (const lost of servers) {
        const result = await runText(
          JSON.stringify({
            name: "disk-loss",
            servers: { backups: servers },
            scheme,
            subsegment: "1KiB",
            workload: { kind: "synthetic", image: "20001B", contentSeed: 5, checkpointEvery: "30ms" },
            faults: [
              { at: "100ms", kind: "crash", target: lost, disk: "lost", restartAfter: "10ms" },
              { at: "600ms", kind: "permanent-loss", target: "production" },
            ],
            duration: "1800ms",
          }),
        );
        expect(
          result.promises.filter(({ status }) => status === "broken"),
          lost,
        ).toEqual([]);
        expect(result.restores.at(-1)?.verdict, lost).toBe("restored");
      }
    });
  }
});
