/**
 * Lends a run's virtual time and random stream to a library that reads the host's: SQLite compiled to WebAssembly asks
 * for `Date`, `Math.random` and `crypto.getRandomValues`.
 *
 * Invariants: the host's sources are back in place when `withRunClock` returns or throws, also when calls are nested;
 * the action is synchronous, so no other code of the process can see the lent sources.
 * Does not cover: the machine's time zone (`datetime('now', 'localtime')`), `performance.now` (SQLite does not read it),
 * and the seed of SQLite's own generator, which is drawn once a process. No image holds anything of that generator: the
 * SQL functions that show it are replaced when a database is opened (ledger-database.ts).
 */
import { assert } from "../core/assertion.ts";

/** What stands in for the host's clock and randomness during a call. */
export interface RunClock {
  /** Virtual time, integer nanoseconds. */
  nowNs(): number;
  /** Uniform integer 0 .. 2^32 - 1. */
  random(): number;
}

/** The calendar moment that virtual time 0 stands for: 2000-01-01T00:00:00Z, in milliseconds since 1970. */
export const CALENDAR_START_MS = 946_684_800_000;

/** For calls that need no randomness and whose time nobody sees: opening, checking, comparing. */
export const STILL_CLOCK: RunClock = {
  nowNs: () => 0,
  random: () => {
    throw new Error("this call may not draw random numbers: it belongs to no process of the run");
  },
};

const HostDate = Date;

/** The clocks of the calls under way, innermost last. */
const clocks: RunClock[] = [];

function innermostClock(): RunClock {
  const clock = clocks.at(-1);
  assert(clock !== undefined, "a run's clock is read only within withRunClock");
  return clock;
}

function nowMs(): number {
  return CALENDAR_START_MS + Math.floor(innermostClock().nowNs() / 1_000_000);
}

/** A Date whose present is the run's; every other use is the host's Date unchanged. */
class RunDate extends HostDate {
  constructor(...parts: readonly number[]) {
    // The constructor's overloads cannot be told from a list, so the type of one of them is borrowed.
    super(...((parts.length === 0 ? [nowMs()] : parts) as [number]));
  }
  static override now(): number {
    return nowMs();
  }
}

function runRandom(): number {
  return innermostClock().random() / 4_294_967_296;
}

function runRandomValues<T extends ArrayBufferView | null>(view: T): T {
  if (view === null) return view;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  bytes.set(randomBytes(bytes.length));
  return view;
}

/** Bytes from the stream of the call under way, four to a draw. */
export function randomBytes(byteCount: number): Uint8Array {
  const clock = innermostClock();
  const bytes = new Uint8Array(byteCount);
  let word = 0;
  for (let index = 0; index < byteCount; index += 1) {
    word = index % 4 === 0 ? clock.random() : word >>> 8;
    bytes[index] = word & 0xff;
  }
  return bytes;
}

/** An integer of 53 bits with its sign from the stream of the call under way: what SQL's random() gives. */
export function randomSignedInteger(): number {
  const clock = innermostClock();
  const high = clock.random() & 0x1f_ffff;
  return high * 4_294_967_296 + clock.random() - 4_503_599_627_370_496;
}

interface LentSource {
  readonly holder: object;
  readonly name: string;
  readonly value: unknown;
}

const LENT_SOURCES: readonly LentSource[] = [
  { holder: globalThis, name: "Date", value: RunDate },
  { holder: Math, name: "random", value: runRandom },
  { holder: globalThis.crypto, name: "getRandomValues", value: runRandomValues },
];

/** Runs the synchronous `action` with the clock's time and randomness in place of the host's. */
export function withRunClock<T>(clock: RunClock, action: () => T): T {
  // Whatever stands there now is put back, a trap of the simulator included.
  const replaced = LENT_SOURCES.map(({ holder, name }) => Object.getOwnPropertyDescriptor(holder, name));
  clocks.push(clock);
  try {
    for (const { holder, name, value } of LENT_SOURCES) {
      Object.defineProperty(holder, name, { value, configurable: true, writable: true });
    }
    return action();
  } finally {
    clocks.pop();
    LENT_SOURCES.forEach(({ holder, name }, index) => {
      const descriptor = replaced[index];
      if (descriptor === undefined) Reflect.deleteProperty(holder, name);
      else Object.defineProperty(holder, name, descriptor);
    });
  }
}
