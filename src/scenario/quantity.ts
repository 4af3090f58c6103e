/**
 * Quantities as people write them in a scenario, and back: "200us", "64KiB", "10Gb/s".
 *
 * Invariants: reading is exact (no floating point), the result is an integer of the base unit (nanoseconds, bytes,
 * bytes a second) within 0..2^53-1, and writing gives a text that reads back as the same number.
 * Units: durations ns us ms s min; sizes B KiB MiB GiB, or a plain number of bytes; rates B/s kB/s MB/s GB/s in bytes
 * and kb/s Mb/s Gb/s in bits. Decimals are fine where they come to a whole number: "1.5ms" is, "0.3B" is not.
 */

export type QuantityErrorCode =
  "quantity-malformed" | "quantity-negative" | "quantity-fractional" | "quantity-out-of-range";

export interface QuantityError {
  readonly code: QuantityErrorCode;
  /** Ends a sentence that starts with the field: "must not be negative". */
  readonly message: string;
}

export type QuantityResult =
  { readonly ok: true; readonly value: number } | { readonly ok: false; readonly error: QuantityError };

/** A unit is `over / under` of the base unit; `under` is 1 but for rates in bits. */
interface Unit {
  readonly name: string;
  readonly over: bigint;
  readonly under: bigint;
}

interface QuantityKind {
  readonly noun: string;
  readonly example: string;
  /** What the value is counted in, for messages. */
  readonly base: string;
  readonly units: readonly Unit[];
  /** Unit of a number without one; undefined: only 0 may stand alone. */
  readonly bareUnit: string | undefined;
}

function unit(name: string, over: number, under = 1): Unit {
  return { name, over: BigInt(over), under: BigInt(under) };
}

const DURATION: QuantityKind = {
  noun: "duration",
  example: "200us, 1.5ms or 2s",
  base: "nanoseconds",
  units: [unit("ns", 1), unit("us", 1e3), unit("ms", 1e6), unit("s", 1e9), unit("min", 60e9)],
  bareUnit: undefined,
};

const SIZE: QuantityKind = {
  noun: "size",
  example: "65536, 64KiB or 4MiB",
  base: "bytes",
  units: [unit("B", 1), unit("KiB", 2 ** 10), unit("MiB", 2 ** 20), unit("GiB", 2 ** 30)],
  bareUnit: "B",
};

const RATE: QuantityKind = {
  noun: "rate",
  example: "10Gb/s or 500MB/s",
  base: "bytes a second",
  units: [
    unit("B/s", 1),
    unit("kB/s", 1e3),
    unit("MB/s", 1e6),
    unit("GB/s", 1e9),
    unit("kb/s", 1e3, 8),
    unit("Mb/s", 1e6, 8),
    unit("Gb/s", 1e9, 8),
  ],
  bareUnit: undefined,
};

/** Sign, digits, decimals, unit. The digits are bounded so that a hostile text costs no time. */
const QUANTITY = /^(-?)([0-9]{1,30})(?:\.([0-9]{1,30}))? ?([A-Za-z/]*)$/;

function failure(code: QuantityErrorCode, message: string): QuantityResult {
  return { ok: false, error: { code, message } };
}

function listOf(kind: QuantityKind): string {
  return kind.units.map((each) => each.name).join(", ");
}

function outOfRange(kind: QuantityKind, value: unknown): QuantityResult {
  return failure(
    "quantity-out-of-range",
    `must be at most 2^53-1 ${kind.base}, not ${JSON.stringify(value)}`,
  );
}

function parseNumber(kind: QuantityKind, value: number): QuantityResult {
  if (value < 0) return failure("quantity-negative", `must not be negative, not ${value}`);
  if (kind.bareUnit === undefined) {
    if (value === 0) return { ok: true, value: 0 };
    return failure(
      "quantity-malformed",
      `must be a ${kind.noun} with a unit such as ${kind.example}, not ${value}`,
    );
  }
  if (value > Number.MAX_SAFE_INTEGER) return outOfRange(kind, value);
  if (!Number.isSafeInteger(value)) {
    return failure("quantity-fractional", `must be a whole number of ${kind.base}, not ${value}`);
  }
  return { ok: true, value };
}

function parseText(kind: QuantityKind, text: string): QuantityResult {
  const match = QUANTITY.exec(text);
  if (match === null) {
    return failure(
      "quantity-malformed",
      `must be a ${kind.noun} such as ${kind.example}, not ${JSON.stringify(text)}`,
    );
  }
  const [, sign = "", whole = "", decimals = "", unitName = ""] = match;
  const digits = BigInt(whole + decimals);
  const wanted = unitName === "" && digits === 0n ? kind.units[0]?.name : unitName || kind.bareUnit;
  const found = kind.units.find((each) => each.name === wanted);
  if (found === undefined) {
    return failure(
      "quantity-malformed",
      `must be a ${kind.noun} in one of the units ${listOf(kind)}, not ${JSON.stringify(text)}`,
    );
  }
  if (sign !== "" && digits !== 0n) {
    return failure("quantity-negative", `must not be negative, not ${JSON.stringify(text)}`);
  }
  const over = digits * found.over;
  const under = found.under * 10n ** BigInt(decimals.length);
  if (over / under > BigInt(Number.MAX_SAFE_INTEGER)) return outOfRange(kind, text);
  if (over % under !== 0n) {
    return failure(
      "quantity-fractional",
      `must be a whole number of ${kind.base}, not ${JSON.stringify(text)}`,
    );
  }
  return { ok: true, value: Number(over / under) };
}

function parse(kind: QuantityKind, value: string | number): QuantityResult {
  return typeof value === "number" ? parseNumber(kind, value) : parseText(kind, value);
}

/** Integer nanoseconds. A number without a unit is refused, but for 0. */
export function parseDuration(value: string | number): QuantityResult {
  return parse(DURATION, value);
}

/** Integer bytes. A number without a unit is a number of bytes. */
export function parseSize(value: string | number): QuantityResult {
  return parse(SIZE, value);
}

/** Integer bytes a second. A number without a unit is refused, but for 0. */
export function parseRate(value: string | number): QuantityResult {
  return parse(RATE, value);
}

/** In the largest unit that gives a whole number; needs a safe integer >= 0. */
function write(kind: QuantityKind, value: number): string {
  const exact = kind.units.filter((each) => each.under === 1n && BigInt(value) % each.over === 0n);
  const largest = exact.at(-1) ?? unit(kind.units[0]?.name ?? "", 1);
  if (value === 0) return `0${kind.units[0]?.name ?? ""}`;
  return `${BigInt(value) / largest.over}${largest.name}`;
}

/** `2500000` gives "2500us": exact, so that it reads back as the same number. */
export function writeDuration(valueNs: number): string {
  return write(DURATION, valueNs);
}

export function writeSize(valueBytes: number): string {
  return write(SIZE, valueBytes);
}

export function writeRate(valueBytesPerSecond: number): string {
  return write(RATE, valueBytesPerSecond);
}
