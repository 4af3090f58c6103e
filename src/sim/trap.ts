/**
 * The trap: while core and simulator code runs, clocks, timers, randomness and engine-defined arithmetic of the platform throw.
 *
 * Invariants: `arm` and `disarm` come in pairs, in `finally`; after the last `disarm` every global is what it was before.
 * Code that may use the platform (workloads with their libraries) runs between `suspend` and `resume`, which only set a
 * flag. Arming costs some dozens of assignments, so it is done once a run and not once an event.
 *
 * Does not cover: references to a function that were taken before arming. This file is the one of the portable layers
 * that names these globals, because it guards them.
 */

/** Thrown by a guarded global; names it. */
export class TrapError extends Error {
  override readonly name: string = "TrapError";
  readonly globalName: string;

  constructor(globalName: string) {
    super(`${globalName} was used while simulated code ran: a run must depend on nothing but its seed`);
    this.globalName = globalName;
  }
}

const TIMER_NAMES = [
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "requestAnimationFrame",
  "requestIdleCallback",
  "fetch",
];
const CRYPTO_NAMES = ["getRandomValues", "randomUUID"];
/** Only + - * / and sqrt agree on every engine. */
const MATH_NAMES = [
  "random",
  "acos",
  "acosh",
  "asin",
  "asinh",
  "atan",
  "atan2",
  "atanh",
  "cbrt",
  "cos",
  "cosh",
].concat(["exp", "expm1", "hypot", "log", "log10", "log1p", "log2", "pow", "sin", "sinh", "tan", "tanh"]);

type Properties = Record<string, unknown>;

interface Replaced {
  readonly owner: Properties;
  readonly name: string;
  /** What stood there as the owner's own property; undefined when it was inherited. */
  readonly before: PropertyDescriptor | undefined;
}

let armedCount = 0;
let suspendedCount = 0;
let replaced: Replaced[] = [];

/** Puts the guards in place, unless an outer `arm` did. */
export function armTrap(): void {
  armedCount += 1;
  if (armedCount > 1) return;
  suspendedCount = 0;
  const platform = globalThis as unknown as Properties;
  for (const name of TIMER_NAMES) guardFunction(platform, name, name);
  for (const name of MATH_NAMES) guardFunction(Math as unknown as Properties, name, `Math.${name}`);
  guardFunction(platform["performance"], "now", "performance.now");
  for (const name of CRYPTO_NAMES) guardFunction(platform["crypto"], name, `crypto.${name}`);
  guardDate(platform);
}

/** Takes the guards away when this ends the outermost `arm`. */
export function disarmTrap(): void {
  armedCount -= 1;
  if (armedCount > 0) return;
  for (const { owner, name, before } of replaced.slice().reverse()) {
    if (before === undefined) delete owner[name];
    else Object.defineProperty(owner, name, before);
  }
  replaced = [];
}

/** From here to `resumeTrap` the guards let everything through. */
export function suspendTrap(): void {
  suspendedCount += 1;
}

export function resumeTrap(): void {
  suspendedCount -= 1;
}

function check(globalName: string): void {
  if (suspendedCount === 0) throw new TrapError(globalName);
}

function guardFunction(owner: unknown, name: string, globalName: string): void {
  if ((typeof owner !== "object" && typeof owner !== "function") || owner === null) return;
  const properties = owner as Properties;
  const original = properties[name];
  if (typeof original !== "function") return;
  replace(properties, name, function (this: unknown, ...values: unknown[]): unknown {
    check(globalName);
    return Reflect.apply(original, this, values);
  });
}

/** Date of a given moment is plain arithmetic; only Date.now(), new Date() and Date() read the clock. */
function guardDate(platform: Properties): void {
  const original = Date;
  const guarded = function (this: unknown, ...values: unknown[]): unknown {
    if (new.target === undefined) {
      check("Date");
      return original();
    }
    if (values.length === 0) check("new Date");
    const target = new.target === guarded ? original : new.target;
    return Reflect.construct(original, values, target);
  };
  Object.defineProperty(guarded, "prototype", { value: original.prototype });
  Object.defineProperty(guarded, "parse", { value: original.parse });
  Object.defineProperty(guarded, "UTC", { value: original.UTC });
  Object.defineProperty(guarded, "now", {
    value(): number {
      check("Date.now");
      return original.now();
    },
  });
  replace(platform, "Date", guarded);
}

function replace(owner: Properties, name: string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  if (before !== undefined && before.configurable !== true) return;
  Object.defineProperty(owner, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? true,
  });
  replaced.push({ owner, name, before });
}
