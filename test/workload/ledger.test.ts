import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transferReplyIn } from "../../src/workload/ledger-messages.ts";
import type { Driver } from "./driver.ts";
import { bytesOf, ledgerFixture, MS, onlyDatabase, SMALL } from "./ledger-fixture.ts";

const fixture = ledgerFixture();
const ALL_TRANSFERS = SMALL.clientCount * SMALL.transferCount;
const END_NS = 2_000 * MS;

/** Ids of the transfers that an image holds. */
function idsIn(image: Uint8Array): Set<string> {
  const database = fixture.engine().open(image);
  try {
    return new Set(database.transfersAfter(0).map(({ id }) => id));
  } finally {
    database.close();
  }
}

/** Each answer that left must be in a checkpoint of the same incarnation that was durable at that moment. */
function expectOutputCommit(driver: Driver): void {
  const heldIds = new Map<string, Set<string>>();
  for (const { incarnation, sequence, segments } of driver.checkpoints) {
    heldIds.set(`${incarnation}/${sequence}`, idsIn(bytesOf(segments)));
  }
  for (const { incarnation, sequence, output, wasDurable } of driver.releases) {
    expect({ output, wasDurable }).toEqual({ output, wasDurable: true });
    expect(heldIds.get(`${incarnation}/${sequence}`)).toContain(output);
  }
  const answerCount = driver.sent.filter(
    ({ payload }) => transferReplyIn(payload)?.kind === "transfer-answer",
  ).length;
  expect(driver.releases.length).toBe(answerCount);
}

describe("a calm run", () => {
  it("answers every transfer, and only from durable checkpoints that hold it", () => {
    const { run, driver } = fixture.begin();
    driver.runUntil(END_NS);
    expectOutputCommit(driver);
    expect(run.clients.flatMap((client) => [...client.acknowledged.keys()])).toHaveLength(ALL_TRANSFERS);
    const judgement = run.judge(driver.running);
    expect(judgement.violations).toEqual([]);
    expect(judgement.checkedCounts).toMatchObject({
      transfersPosted: ALL_TRANSFERS,
      transfersAcknowledged: ALL_TRANSFERS,
      transfersApplied: ALL_TRANSFERS,
      transfersAfterRestart: 0,
      transfersReplayed: ALL_TRANSFERS,
      restarts: 0,
      retries: 0,
    });
  });

  it("refuses some transfers and accepts most", () => {
    const { run, driver } = fixture.begin();
    driver.runUntil(END_NS);
    const { transfersAccepted } = run.judge(driver.running).checkedCounts;
    expect(transfersAccepted).toBeGreaterThan(ALL_TRANSFERS / 2);
    expect(transfersAccepted).toBeLessThan(ALL_TRANSFERS);
  });

  it("takes no checkpoint when nothing is new, and one at once when it is wanted", () => {
    const { driver } = fixture.begin({ transferCount: 0 });
    driver.runUntil(END_NS);
    expect(driver.checkpoints).toHaveLength(1);
    driver.crash(0);
    expect(driver.restart(1, driver.newestDurable.segments)).toBeUndefined();
    expect(driver.checkpoints).toHaveLength(2);
  });

  it("answers nothing while no checkpoint becomes durable", () => {
    const { run, driver } = fixture.begin({}, { failedPercent: 100 });
    driver.runUntil(END_NS);
    expect(driver.checkpoints.length).toBeGreaterThan(5);
    expect(driver.releases).toEqual([]);
    expect(run.judge(driver.running).checkedCounts["transfersAcknowledged"]).toBe(0);
    expect(onlyDatabase(driver).position).toBe(ALL_TRANSFERS);
  });
});

describe("a restart", () => {
  it("goes on from every durable checkpoint of a run, at any of them", () => {
    const { driver } = fixture.begin();
    for (let atNs = 30 * MS; atNs <= 210 * MS; atNs += 20 * MS) {
      driver.runUntil(atNs);
      const branch = fixture.keep(driver.fork());
      branch.crash(0);
      branch.runUntil(atNs + 30 * MS);
      expect(branch.restart(2, branch.newestDurable.segments)).toBeUndefined();
      branch.runUntil(END_NS);
      expectOutputCommit(branch);
      const { violations, checkedCounts } = branch.run.judge(branch.running);
      expect(violations).toEqual([]);
      expect(checkedCounts).toMatchObject({
        transfersAcknowledged: ALL_TRANSFERS,
        transfersApplied: ALL_TRANSFERS,
        restarts: 1,
      });
      expect(checkedCounts["transfersAfterRestart"]).toBeGreaterThan(0);
      expect(checkedCounts["retries"]).toBeGreaterThan(0);
    }
  });

  it("answers a transfer that came with the image only from a durable checkpoint of its own", () => {
    const { driver } = fixture.begin({}, { lostPercent: 40 });
    driver.runUntil(200 * MS);
    const known = idsIn(bytesOf(driver.newestDurable.segments));
    driver.crash(0);
    driver.restart(1, driver.newestDurable.segments);
    const releasedBefore = driver.releases.length;
    driver.runUntil(END_NS);
    const releasedAgain = driver.releases.slice(releasedBefore);
    expectOutputCommit(driver);
    expect(releasedAgain.every(({ incarnation }) => incarnation === 2)).toBe(true);
    expect(releasedAgain.some(({ output }) => known.has(output))).toBe(true);
  });

  it("keeps every promise under lost and doubled messages, failed checkpoints and two crashes", () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1_000_000),
          lostPercent: fc.nat(30),
          duplicatedPercent: fc.nat(60),
          failedPercent: fc.nat(30),
          durableAfterNs: fc.integer({ min: 1, max: 120 * MS }),
        }),
        fc.integer({ min: 150, max: 400 }),
        (settings, crashMs) => {
          const { run, driver } = fixture.begin({ retryAfterNs: 60 * MS }, settings);
          driver.runUntil(crashMs * MS);
          fc.pre(driver.checkpoints.some(({ durable }) => durable));
          driver.crash(0);
          driver.runUntil((crashMs + 40) * MS);
          driver.restart(1, driver.newestDurable.segments);
          driver.runUntil((crashMs + 400) * MS);
          driver.crash(1);
          driver.restart(2, driver.newestDurable.segments);
          driver.runUntil(20_000 * MS);
          expectOutputCommit(driver);
          const { violations, checkedCounts } = run.judge(driver.running);
          expect(violations).toEqual([]);
          expect(checkedCounts["transfersAcknowledged"]).toBe(ALL_TRANSFERS);
          driver.stopAll();
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("clients", () => {
  it("find the software among many hosts within a few checkpoint periods", () => {
    for (const host of [1, 5, 10]) {
      const { run, driver } = fixture.begin({ hostCount: 11, transferCount: 60 }, { hostCount: 11 });
      driver.runUntil(200 * MS);
      driver.crash(0);
      driver.runUntil(230 * MS);
      const before = run.clients.map(({ acknowledged }) => acknowledged.size);
      driver.restart(host, driver.newestDurable.segments);
      driver.runUntil(430 * MS);
      for (const [index, client] of run.clients.entries()) {
        expect(client.acknowledged.size).toBeGreaterThan((before[index] ?? 0) + 5);
      }
    }
  });

  it("leave a host that has their transfers and never answers", () => {
    // Host 0 goes on without ever getting a checkpoint durable; host 1 works.
    const { run, driver } = fixture.begin({ transferCount: 8 }, { durableAfterNs: 120 * MS });
    driver.runUntil(130 * MS);
    driver.silence(0);
    driver.restart(1, driver.newestDurable.segments);
    driver.runUntil(END_NS);
    expect(run.clients.map(({ acknowledged }) => acknowledged.size)).toEqual([8, 8, 8]);
    expectOutputCommit(driver);
  });

  it("send a bounded number of messages while nobody answers", () => {
    const { run, driver } = fixture.begin({ transferCount: 4 });
    driver.crash(0);
    driver.runUntil(END_NS);
    const perTransfer = run.judge([]).checkedCounts["retries"] ?? Infinity;
    // One probe of each waiting transfer in each probe time, at the most.
    expect(perTransfer / 12).toBeLessThanOrEqual((END_NS * 16) / SMALL.checkpointEveryNs);
    expect(perTransfer).toBeGreaterThan(0);
  });
});

describe("what is the same for the same seed", () => {
  const noisy = { seed: 5, lostPercent: 10, duplicatedPercent: 20 };

  it("gives byte-identical images, whatever ran before in this process", () => {
    const imagesOf = (): Uint8Array[] => {
      const { driver } = fixture.begin({}, noisy);
      driver.runUntil(END_NS);
      return driver.checkpoints.map(({ segments }) => bytesOf(segments));
    };
    const first = imagesOf();
    const other = fixture.begin({}, { seed: 6 }).driver;
    other.runUntil(333 * MS);
    const second = imagesOf();
    expect(first.length).toBeGreaterThan(5);
    expect(second.length).toBe(first.length);
    for (const [index, image] of first.entries())
      expect(Buffer.compare(image, second[index] ?? image.slice(1))).toBe(0);
    // Images do differ between seeds: the comparison above is not one of constants.
    expect(Buffer.compare(bytesOf(other.newestDurable.segments), first.at(-1) ?? new Uint8Array())).not.toBe(
      0,
    );
  });

  it("gives byte-identical images on both sides of a fork", () => {
    const { driver } = fixture.begin({}, noisy);
    driver.runUntil(225 * MS);
    const fork = fixture.keep(driver.fork());
    fork.runUntil(END_NS);
    driver.runUntil(END_NS);
    expect(fork.checkpoints.length).toBe(driver.checkpoints.length);
    for (const [index, { segments }] of driver.checkpoints.entries()) {
      expect(Buffer.compare(bytesOf(segments), bytesOf(fork.checkpoints[index]?.segments ?? []))).toBe(0);
    }
    expect(fork.sent).toEqual(driver.sent);
    expect(fork.run.judge(fork.running)).toEqual(driver.run.judge(driver.running));
  });

  it("never changes bytes that were handed over", () => {
    const { driver } = fixture.begin({}, noisy);
    driver.runUntil(225 * MS);
    const copies = driver.checkpoints.map(({ segments }) => bytesOf(segments).slice());
    driver.runUntil(END_NS);
    copies.forEach((copy, index) => {
      expect(Buffer.compare(copy, bytesOf(driver.checkpoints[index]?.segments ?? []))).toBe(0);
    });
  });
});
