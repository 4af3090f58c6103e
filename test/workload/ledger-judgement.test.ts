/** Each fault that the ledger's judgement promises to see is planted in a run that is right otherwise. */
import { describe, expect, it } from "vitest";
import type { Software } from "../../src/sim/software.ts";
import type { Driver } from "./driver.ts";
import { bytesOf, ledgerFixture, MS, onlyDatabase } from "./ledger-fixture.ts";

const fixture = ledgerFixture();

/** A run with a crash and a restart, finished, and judged right. */
function finished(): Driver {
  const { run, driver } = fixture.begin();
  driver.runUntil(170 * MS);
  driver.crash(0);
  driver.restart(1, driver.newestDurable.segments);
  driver.runUntil(2_000 * MS);
  expect(run.judge(driver.running).violations).toEqual([]);
  return driver;
}

/** The promises that the judgement finds broken. */
function brokenPromises(driver: Driver, running: readonly Software[] = driver.running): string[] {
  return [...new Set(driver.run.judge(running).violations.map(({ promise }) => promise))].sort();
}

describe("the judgement sees", () => {
  it("an answered transfer that is gone", () => {
    const driver = finished();
    onlyDatabase(driver).rows("DELETE FROM transfers WHERE position = (SELECT max(position) FROM transfers)");
    expect(brokenPromises(driver)).toContain("output-commit");
  });

  it("an answered transfer that is gone together with its effect, as after a restart from too old a checkpoint", () => {
    const driver = finished();
    const oldest = driver.checkpoints[1];
    driver.crash(1);
    // Hosts stay silent from here on, so that no retry can put the lost transfers back.
    expect(driver.restart(2, oldest?.segments ?? [])).toBeUndefined();
    expect(brokenPromises(driver)).toEqual(["output-commit"]);
  });

  it("a transfer that was answered otherwise than it is recorded", () => {
    const driver = finished();
    onlyDatabase(driver).rows("UPDATE transfers SET amount = amount + 1 WHERE accepted = 0");
    expect(brokenPromises(driver)).toContain("output-commit");
  });

  it("a balance that no transfer explains", () => {
    const driver = finished();
    onlyDatabase(driver).rows("UPDATE accounts SET balance = balance + 1 WHERE id = 3");
    const { violations } = driver.run.judge(driver.running);
    expect(violations.map(({ message }) => message).join("\n")).toMatch(/account 3 holds/);
    expect(violations.map(({ message }) => message).join("\n")).toMatch(/accounts hold \d+ together/);
  });

  it("money that moved between accounts without a transfer, though the total is right", () => {
    const driver = finished();
    onlyDatabase(driver).rows(`UPDATE accounts SET balance = balance + 1 WHERE id = 3;
      UPDATE accounts SET balance = balance - 1 WHERE id = (SELECT id FROM accounts WHERE id <> 3 AND balance > 0)`);
    expect(brokenPromises(driver)).toContain("integrity");
  });

  it("a transfer applied twice under two ids", () => {
    const driver = finished();
    onlyDatabase(driver).rows(
      `INSERT INTO transfers SELECT max(position) + 2, id || 'b', from_account, to_account, amount, accepted, at FROM transfers`,
    );
    expect(brokenPromises(driver)).toContain("integrity");
  });

  it("a state that an uninterrupted run would not have, though every sum is right", () => {
    const driver = finished();
    // The last transfer before the restart is dated anew: no balance changes, but the restored image had another date.
    onlyDatabase(driver).rows("UPDATE transfers SET at = '1999-01-01T00:00:00.000Z' WHERE position = 1");
    expect(brokenPromises(driver)).toEqual(["continuation"]);
  });

  it("answers that contradict each other", () => {
    const driver = finished();
    const [client] = (driver.run as ReturnType<typeof fixture.begin>["run"]).clients;
    const [id, known] = [...(client?.acknowledged ?? [])][0] ?? ["", undefined];
    const answer = { kind: "transfer-answer", transferId: id, accepted: known?.accepted !== true };
    client?.message(
      { self: 3, nowNs: () => 0, random: () => 0, send: () => {}, setTimer: () => {}, cancelTimer: () => {} },
      1,
      answer,
    );
    expect(brokenPromises(driver)).toEqual(["output-commit"]);
  });

  it("damage to the database's structure", () => {
    const driver = finished();
    const database = onlyDatabase(driver);
    database.rows(`PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'accounts') WHERE name = 'transfers'`);
    database.rows("PRAGMA writable_schema = RESET");
    expect(brokenPromises(driver)).toContain("integrity");
  });
});

describe("the judgement asks only those who must know", () => {
  it("leaves answers unchecked when the newest instance is gone", () => {
    const { run, driver } = fixture.begin();
    driver.runUntil(170 * MS);
    // Host 0 goes on unaware while host 1 takes over, answers and is lost.
    driver.restart(1, driver.newestDurable.segments);
    driver.runUntil(900 * MS);
    driver.crash(1);
    const { violations, checkedCounts } = run.judge(driver.running);
    expect(violations).toEqual([]);
    expect(checkedCounts["transfersUnchecked"]).toBeGreaterThan(0);
    expect(checkedCounts["transfersAcknowledged"]).toBe(0);
  });
});

describe("a restart refuses", () => {
  const image = (): Uint8Array => {
    const { driver } = fixture.begin();
    driver.runUntil(170 * MS);
    return bytesOf(driver.newestDurable.segments).slice();
  };
  const refusal = (name: string, bytes: Uint8Array): string => {
    const { run, driver } = fixture.begin();
    const reason = driver.restart(1, [{ name, bytes }]);
    expect(run.judge(driver.running).violations.map(({ promise }) => promise)).toEqual(["integrity"]);
    return reason ?? "started";
  };

  it("bytes that are no database", () => {
    expect(refusal("ledger.sqlite", new Uint8Array(4_096).fill(7))).toMatch(/cannot open/);
    expect(refusal("ledger.sqlite", new Uint8Array(0))).toMatch(/cannot open/);
  });

  it("a segment of another name, and segments of another number", () => {
    expect(refusal("other.sqlite", image())).toMatch(/one segment ledger\.sqlite/);
  });

  it("an image cut short, or with a page of another image", () => {
    const whole = image();
    expect(refusal("ledger.sqlite", whole.subarray(0, whole.length - 4_096))).not.toBe("started");
    const mixed = whole.slice();
    mixed.copyWithin(4_096, 8_192, 12_288);
    expect(refusal("ledger.sqlite", mixed)).not.toBe("started");
  });

  it("an image whose balances its transfers do not give, though SQLite finds it sound", () => {
    const database = fixture.engine().open(image());
    database.rows("UPDATE accounts SET balance = balance + 5 WHERE id = 1");
    const altered = database.image();
    database.close();
    expect(refusal("ledger.sqlite", altered)).toMatch(/account 1 holds/);
  });
});
