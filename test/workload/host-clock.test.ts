import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALENDAR_START_MS, STILL_CLOCK, withRunClock } from "../../src/workload/host-clock.ts";
import type { RunClock } from "../../src/workload/host-clock.ts";
import type { LedgerDatabase } from "../../src/workload/ledger-database.ts";
import { prepareLedger } from "../../src/workload/ledger-engine.ts";
import { mixWords } from "../../src/workload/mix.ts";

const SETTINGS = { accountCount: 4, imageBytesMin: 0 };
let image: Uint8Array;
const databases: LedgerDatabase[] = [];
let open: () => LedgerDatabase;

beforeAll(async () => {
  const engine = await prepareLedger();
  image = engine.startingImage(SETTINGS);
  open = () => {
    const database = engine.open(image);
    databases.push(database);
    return database;
  };
});
afterAll(() => {
  for (const database of databases) database.close();
});

function clockOf(seed: number, nowNs: number): RunClock {
  let count = 0;
  return { nowNs: () => nowNs, random: () => mixWords(seed, (count += 1), 0) };
}

const QUERY = "SELECT datetime('now'), strftime('%f', 'now'), random(), random(), hex(randomblob(9))";

describe("SQLite under a run's clock", () => {
  it("knows the run's time and no other", () => {
    const [row] = open().rows(QUERY, clockOf(1, 3_723_456_000_000));
    expect(row?.slice(0, 2)).toEqual(["2000-01-01 01:02:03", "03.456"]);
  });

  it("draws from the run's stream and nowhere else", () => {
    const first = open().rows(QUERY, clockOf(7, 0));
    // SQLite's own generator moves on in between; the run must not see it.
    open().rows("SELECT random() FROM statements, accounts, accounts AS b", clockOf(99, 0));
    const second = open().rows(QUERY, clockOf(7, 0));
    expect(second).toEqual(first);
    expect(open().rows(QUERY, clockOf(8, 0))).not.toEqual(first);
    const [draw, other] = first[0]?.slice(2) ?? [];
    expect(Number.isSafeInteger(draw)).toBe(true);
    expect(draw).not.toBe(other);
    expect(first[0]?.[4]).toMatch(/^[0-9A-F]{18}$/);
  });

  it("gives both signs and the whole range of 53 bits", () => {
    const clock = clockOf(3, 0);
    const database = open();
    const draws = Array.from({ length: 200 }, () => Number(database.rows("SELECT random()", clock)[0]?.[0]));
    expect(draws.filter((draw) => draw < 0).length).toBeGreaterThan(50);
    expect(draws.filter((draw) => draw > 0).length).toBeGreaterThan(50);
    expect(Math.max(...draws.map(Math.abs))).toBeGreaterThan(2 ** 50);
  });

  it("keeps databases apart that are open at the same time under the same stream", () => {
    const left = open();
    const right = open();
    left.rows("UPDATE accounts SET balance = 1", clockOf(1, 0));
    expect([...right.balances().values()]).not.toContain(1);
  });
});

describe("the host's own sources", () => {
  const sources = (): unknown[] => [
    globalThis.Date,
    Math.random,
    globalThis.crypto.getRandomValues,
    Object.getOwnPropertyDescriptor(globalThis, "Date"),
    Object.getOwnPropertyDescriptor(Math, "random"),
    Object.getOwnPropertyDescriptor(globalThis.crypto, "getRandomValues"),
  ];

  it("are lent only during the call, and are back after a throw", () => {
    const before = sources();
    expect(withRunClock(clockOf(1, 5_000_000), () => [Date.now(), new Date().getTime()])).toEqual([
      CALENDAR_START_MS + 5,
      CALENDAR_START_MS + 5,
    ]);
    expect(() =>
      withRunClock(clockOf(1, 0), () => {
        throw new Error("planted");
      }),
    ).toThrow("planted");
    expect(sources()).toEqual(before);
    expect(globalThis.Date).toBe(before[0]);
  });

  it("are lent call by call when calls are nested", () => {
    const seen = withRunClock(clockOf(1, 1_000_000), () => [
      Date.now(),
      withRunClock(clockOf(2, 2_000_000), () => Date.now()),
      Date.now(),
    ]);
    expect(seen.map((ms) => ms - CALENDAR_START_MS)).toEqual([1, 2, 1]);
  });

  it("give the same numbers for the same stream, through every door", () => {
    const draw = (): unknown => [Math.random(), [...crypto.getRandomValues(new Uint8Array(6))]];
    const first = withRunClock(clockOf(4, 0), draw);
    expect(withRunClock(clockOf(4, 0), draw)).toEqual(first);
    expect(withRunClock(clockOf(5, 0), draw)).not.toEqual(first);
  });

  it("keep dates that name a moment as they are", () => {
    const date = withRunClock(STILL_CLOCK, () => new Date(2020, 1, 3, 4, 5, 6));
    expect(date.getTime()).toBe(new Date(2020, 1, 3, 4, 5, 6).getTime());
    expect(withRunClock(STILL_CLOCK, () => new Date("2020-01-01T00:00:00Z").getTime())).toBe(
      1_577_836_800_000,
    );
  });

  it("refuse to draw for a call that belongs to no process", () => {
    expect(() => open().rows("SELECT random()")).toThrow(/may not draw/);
  });
});
