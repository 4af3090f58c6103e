/**
 * A comparison as a run of the design-review scenario would return it: the schemes, places and widths of the page, with
 * numbers from formulas written here and nowhere else, so that a test can compare the page with them.
 */
import type { FormerPlace } from "../../src/core/protocol/cluster.ts";
import type { CompareResult, CompareRow, PromiseId, TimeSample } from "../../src/verify/result.ts";

interface FixtureScheme {
  readonly text: string;
  readonly k: number;
  readonly m: number;
}

const FIXTURE_SCHEMES: readonly FixtureScheme[] = [
  { text: "mirror:2", k: 1, m: 1 },
  { text: "mirror:3", k: 1, m: 2 },
  { text: "stripe:4", k: 4, m: 0 },
  { text: "parity:2+1", k: 2, m: 1 },
  { text: "parity:3+1", k: 3, m: 1 },
  { text: "parity:4+1", k: 4, m: 1 },
  { text: "parity:7+1", k: 7, m: 1 },
];

const FIXTURE_PLACES: readonly FormerPlace[] = ["production", "backup", "dedicated"];
const FIXTURE_COMMON_WIDTH = 8;
const SEED_COUNT = 8;
const FIXTURE_RETENTION = 2;

const IMAGE_BYTES = 4 * 1024 * 1024;
const GROUP_COUNT = 32;
/** Divides by every k of the schemes but 3 and 7. */
const SUBSEGMENT_COUNT = 128;
/** 1 Gbit/s, 400 MB/s. */
const LINK_BYTES_PER_NS = 0.125;
const DISK_BYTES_PER_NS = 0.4;
const FLUSH_NS = 1_500_000;
const LATENCY_NS = 150_000;
const TAKEOVER_NS = 250_000_000;

/** All subsets of a width of up to 8 servers, as bit sets; group g starts at server g mod width. */
function survivalByEnumeration(k: number, m: number, width: number): readonly number[] {
  const survived = new Array<number>(width + 1).fill(0);
  const total = new Array<number>(width + 1).fill(0);
  for (let lost = 0; lost < 1 << width; lost += 1) {
    let lostCount = 0;
    for (let server = 0; server < width; server += 1) lostCount += (lost >> server) & 1;
    let decodable = true;
    for (let start = 0; start < width; start += 1) {
      let missing = 0;
      for (let member = 0; member < k + m; member += 1) missing += (lost >> ((start + member) % width)) & 1;
      if (missing > m) decodable = false;
    }
    total[lostCount] = (total[lostCount] ?? 0) + 1;
    if (decodable) survived[lostCount] = (survived[lostCount] ?? 0) + 1;
  }
  return survived.map((count, lostCount) => count / (total[lostCount] ?? 1));
}

/** A sample whose shape depends on the median alone: a short lower side, a longer upper one. */
function sampleAround(medianNs: number, count: number, width: number): TimeSample {
  const middle = Math.floor((count - 1) / 2);
  const times = Array.from({ length: count }, (_, index) => {
    const side =
      index < middle ? (index / middle - 1) * width : ((index - middle) / (count - 1 - middle)) * 2.5 * width;
    return Math.round(medianNs * (1 + side));
  });
  return {
    min: Math.round(medianNs * (1 - width)),
    p50: Math.round(medianNs),
    p99: Math.round(medianNs * (1 + 2 * width)),
    max: Math.round(medianNs * (1 + 2.5 * width)),
    count,
    times,
  };
}

function fixtureRow(scheme: FixtureScheme, former: FormerPlace, widthKind: "own" | "common"): CompareRow {
  const { k, m } = scheme;
  const width = widthKind === "own" ? k + m : FIXTURE_COMMON_WIDTH;
  const stored = (k + m) / k;
  const local = former === "backup" ? stored / width : 0;
  const toFormer = former === "production" ? 0 : 1;
  const members = stored - local;
  const fastestLinkNs = (Math.max(members, toFormer, stored / width) * IMAGE_BYTES) / LINK_BYTES_PER_NS;
  const diskNs = ((stored / width) * IMAGE_BYTES) / DISK_BYTES_PER_NS;
  const durableNs = fastestLinkNs + diskNs + FLUSH_NS + LATENCY_NS * (toFormer + 2);
  const restorable = m > 0;
  const localShare = Math.min(1, stored / width);
  const restoreNs = TAKEOVER_NS + ((1 - localShare) * IMAGE_BYTES) / LINK_BYTES_PER_NS + diskNs;
  return {
    scheme: scheme.text,
    k,
    m,
    former,
    width,
    widthKind,
    tolerance: m,
    runCount: SEED_COUNT + 1,
    brokenCount: 0,
    imageBytes: IMAGE_BYTES,
    storedBytesPerImageByte: stored,
    takeImageBytesPerImageByte: toFormer,
    takeMemberBytesPerImageByte: members,
    restoreBytesPerImageByte: restorable ? 1 - localShare : undefined,
    rebuiltRunCount: restorable ? SEED_COUNT - m : 0,
    repairBytesPerRebuiltByte: restorable ? k + 0.01 : undefined,
    rebuiltBytesPerImageByte: restorable ? (FIXTURE_RETENTION * stored) / width : undefined,
    controlBytesPerImageByte: 0.004 + 0.0012 * width,
    durableNs: sampleAround(durableNs, SEED_COUNT * 12, 0.05),
    restoreNs: restorable ? sampleAround(restoreNs, SEED_COUNT, 0.08) : undefined,
    reassembleNs: restorable ? sampleAround(restoreNs - TAKEOVER_NS, SEED_COUNT, 0.08) : undefined,
    restoredCount: restorable ? SEED_COUNT : 0,
    refusedCount: restorable ? 0 : SEED_COUNT - 2,
    waitingCount: restorable ? 0 : 2,
    survival: survivalByEnumeration(k, m, width),
    digests: Array.from(
      { length: SEED_COUNT + 1 },
      (_, index) => `${scheme.text}/${former}/${width}/${index}`,
    ),
  };
}

const PROMISE_IDS: readonly PromiseId[] = [
  "integrity",
  "durability",
  "output-commit",
  "fencing",
  "decidability",
  "redundancy-restored",
  "placement",
  "accounting",
  "continuation",
  "bounded",
];

export function fixtureResult(changes: Partial<CompareResult> = {}): CompareResult {
  const rows = (["own", "common"] as const).flatMap((widthKind) =>
    FIXTURE_SCHEMES.flatMap((scheme) => FIXTURE_PLACES.map((place) => fixtureRow(scheme, place, widthKind))),
  );
  // A row whose own width is the common one stands twice for the same runs.
  const distinctCount = new Set(rows.map((row) => `${row.scheme} ${row.former} ${row.width}`)).size;
  const runCount = distinctCount * (SEED_COUNT + 1);
  return {
    scenario: "scenarios/design-review.yaml",
    title: "Design review: mirroring against parity striping",
    scenarioHash: "5f0c1f7a9e3b42d8",
    version: "0.1.0",
    seed: "review",
    seedCount: SEED_COUNT,
    runCount,
    wallSeconds: 21.4,
    verdict:
      `All ${runCount} runs kept every promise. With the former on the production server and each scheme at its own width: ` +
      "of the schemes that always survive one lost server but not always two, parity:7+1 stores the least, 1.14 bytes for each byte of a " +
      "checkpoint, and mirror:2 the most, 2.00.",
    rows,
    promises: PROMISE_IDS.map((id, index) => ({
      id,
      heldCount: id === "bounded" ? 0 : runCount,
      brokenCount: 0,
      checkedCount: id === "bounded" ? 0 : runCount * (GROUP_COUNT + index),
    })),
    broken: [],
    command:
      "npx ckptlab compare scenarios/design-review.yaml --seed review --report reports/design-review.html",
    cluster: {
      production: "prod",
      backups: ["b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9"],
      network: "1 Gbit/s a link, 150 µs one way, no loss",
      disk: "400 MB/s, flush 1.5 ms",
      processor: "parity computed at 4 GB/s",
      protocol: "subsegments of 32 KiB; the newest 2 durable checkpoints are kept",
      times: "a heartbeat every 50 ms",
      subsegmentBytes: IMAGE_BYTES / SUBSEGMENT_COUNT,
      retentionCount: FIXTURE_RETENTION,
      takeoverNs: TAKEOVER_NS,
      workload: "SQLite ledger of 4 MiB, 12 clients that post transfers",
      faults: [
        "at 2 s to 4 s: prod is lost for good",
        "at the same moment: one backup server loses its disk and is back after 1 s",
      ],
    },
    thresholds: [],
    ...changes,
  };
}
