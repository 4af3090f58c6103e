import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { auditLedger } from "../../src/workload/ledger-audit.ts";
import { prepareLedger } from "../../src/workload/ledger-engine.ts";
import { openingBalance } from "../../src/workload/ledger-settings.ts";

describe("a starting image", () => {
  it("has at least the size asked for, and not much more", async () => {
    const engine = await prepareLedger();
    for (const imageBytesMin of [0, 1, 100_000, 1_048_576, 4_194_304]) {
      const image = engine.startingImage({ accountCount: 100, imageBytesMin });
      expect(image.length).toBeGreaterThanOrEqual(imageBytesMin);
      expect(image.length).toBeLessThan(imageBytesMin + 150_000);
    }
  });

  it("is built once for the same settings, and is the same bytes from another engine", async () => {
    const settings = { accountCount: 9, imageBytesMin: 300_000 };
    const engine = await prepareLedger();
    const image = engine.startingImage(settings);
    expect(engine.startingImage({ ...settings }) === image).toBe(true);
    const again = (await prepareLedger()).startingImage(settings);
    // Not `toBe` on the arrays: it would compare them byte by byte to word its message.
    expect(again === image).toBe(false);
    expect(Buffer.compare(again, image)).toBe(0);
    expect(engine.startingImage({ ...settings, accountCount: 10 }).length).not.toBe(0);
    expect(Buffer.compare(engine.startingImage({ ...settings, accountCount: 10 }), image)).not.toBe(0);
  });

  it("can be handed over by another thread, in shared memory", async () => {
    const settings = { accountCount: 9, imageBytesMin: 100_000 };
    const built = (await prepareLedger()).startingImage(settings);
    const shared = new Uint8Array(new SharedArrayBuffer(built.length));
    shared.set(built);
    const engine = await prepareLedger();
    engine.adoptStartingImage(settings, shared);
    const database = engine.open(engine.startingImage(settings));
    expect(database.integrityProblem()).toBeUndefined();
    expect(Buffer.compare(database.image(), built)).toBe(0);
    database.close();
  });

  it("holds sound tables, opening balances and no transfers", async () => {
    const engine = await prepareLedger();
    const database = engine.open(engine.startingImage({ accountCount: 30, imageBytesMin: 200_000 }));
    expect(database.integrityProblem()).toBeUndefined();
    expect(auditLedger(database, 30)).toEqual({ problems: [], transfers: [] });
    expect(database.balances().get(30)).toBe(openingBalance(30));
    const [row] = database.rows("SELECT count(*), count(DISTINCT body) FROM statements");
    expect(Number(row?.[0])).toBeGreaterThan(300);
    expect(row?.[1]).toBe(row?.[0]);
    database.close();
  });
});

describe("the ledger's SQLite", () => {
  it("can be given its WebAssembly module as bytes", async () => {
    const file = createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm.wasm");
    const bytes = readFileSync(file);
    const wasmBinary = new Uint8Array(bytes).buffer;
    const engine = await prepareLedger({ wasmBinary });
    expect(engine.startingImage({ accountCount: 2, imageBytesMin: 0 }).length).toBeGreaterThan(0);
  });
});

describe("a transfer", () => {
  it("is applied once, and refused ones are recorded as well", async () => {
    const engine = await prepareLedger();
    const database = engine.open(engine.startingImage({ accountCount: 3, imageBytesMin: 0 }));
    const clock = { nowNs: () => 1_500_000_000, random: () => 0 };
    const transfer = { id: "a", fromAccount: 1, toAccount: 2, amount: 100 };
    expect(database.apply(clock, transfer)).toEqual({ position: 1, accepted: true, fresh: true });
    expect(database.apply(clock, transfer)).toEqual({ position: 1, accepted: true, fresh: false });
    const tooMuch = { id: "b", fromAccount: 1, toAccount: 2, amount: 1_000_000 };
    expect(database.apply(clock, tooMuch)).toEqual({ position: 2, accepted: false, fresh: true });
    expect(database.apply(clock, tooMuch)).toEqual({ position: 2, accepted: false, fresh: false });
    for (const odd of [
      { id: "c", fromAccount: 2, toAccount: 2, amount: 1 },
      { id: "d", fromAccount: 2, toAccount: 4, amount: 1 },
      { id: "e", fromAccount: 4, toAccount: 2, amount: 1 },
    ]) {
      expect(database.apply(clock, odd).accepted).toBe(false);
    }
    expect(database.balances().get(1)).toBe(openingBalance(1) - 100);
    expect(database.balances().get(2)).toBe(openingBalance(2) + 100);
    expect(database.transfersAfter(0)[0]?.at).toBe("2000-01-01T00:00:01.500Z");
    expect(auditLedger(database, 3).problems).toEqual([]);
    database.close();
  });
});
