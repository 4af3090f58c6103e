/**
 * The trap: while core and simulator code runs, whatever of the platform differs between engines, machines or moments throws.
 *
 * Guarded are clocks, timers, randomness, arithmetic that engines round as they like, everything that looks at language or
 * time zone, shared memory, garbage collection, stacks as text, and the bits of NaN. Invariants: `arm` and `disarm` come in
 * pairs, in `finally`; after the last `disarm` every global is what it was before. Code that may use the platform
 * (workloads with their libraries) runs between `suspend` and `resume`, which only set a flag.
 *
 * Guards are made once and put in place by assignment, so that arming costs some nanoseconds for each; it is done once a run.
 * Does not cover: operators (`**`), `Error.stack`, and references to a function that were taken before arming: lint and
 * tools/portable-check.mjs keep those out of src/core and src/sim. This file is the one of the portable layers that names
 * these globals, because it guards them.
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

type Properties = Record<string, unknown>;
type Callable = (this: unknown, ...values: unknown[]) => unknown;

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

const GLOBALS =
  words(`setTimeout setInterval setImmediate queueMicrotask requestAnimationFrame requestIdleCallback fetch
  SharedArrayBuffer WeakRef FinalizationRegistry`);
/** Members by the path of their owner. An owner or a member that the engine does not have is passed over. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  // Only + - * / and sqrt agree on every engine.
  Math: words(`random acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 hypot log log10 log1p log2 pow sin
    sinh tan tanh`),
  Intl: words(`Collator DateTimeFormat DisplayNames DurationFormat ListFormat Locale NumberFormat PluralRules
    RelativeTimeFormat Segmenter getCanonicalLocales supportedValuesOf`),
  Atomics: words("add and compareExchange exchange isLockFree load notify or store sub wait waitAsync xor"),
  Error: words("captureStackTrace"),
  performance: words("now mark measure"),
  crypto: words("getRandomValues randomUUID"),
  process: words("hrtime uptime cpuUsage memoryUsage"),
  // `normalize` follows the engine's version of Unicode.
  "String.prototype": words("localeCompare toLocaleLowerCase toLocaleUpperCase normalize"),
  "Number.prototype": words("toLocaleString"),
  "BigInt.prototype": words("toLocaleString"),
  "Array.prototype": words("toLocaleString"),
  "Object.prototype": words("toLocaleString"),
  "Date.prototype": words(`getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds
    getTimezoneOffset getYear setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds setYear toString
    toDateString toTimeString toLocaleString toLocaleDateString toLocaleTimeString`),
  // The bits of a NaN are the engine's own.
  "DataView.prototype": words("getFloat16 getFloat32 getFloat64 setFloat16 setFloat32 setFloat64"),
};

/** One guarded property. */
interface Guard {
  readonly owner: Properties;
  readonly property: string;
  /** As it is told: "Math.pow". */
  readonly name: string;
  readonly stand: unknown;
  /** The engine has a getter there, which assigning may not replace. */
  readonly accessor: PropertyDescriptor | undefined;
  /** What stood there when the trap was armed. */
  original: unknown;
}

let guards: readonly Guard[] | undefined;
let armedCount = 0;
let suspendedCount = 0;

/** Names of everything that is guarded on this engine. */
export function guardedNames(): string[] {
  guards ??= makeGuards();
  return guards.map(({ name }) => name);
}

/** Puts the guards in place, unless an outer `arm` did. */
export function armTrap(): void {
  armedCount += 1;
  if (armedCount > 1) return;
  suspendedCount = 0;
  guards ??= makeGuards();
  for (const guard of guards) {
    guard.original = guard.owner[guard.property];
    if (guard.accessor === undefined) guard.owner[guard.property] = guard.stand;
    else Object.defineProperty(guard.owner, guard.property, { value: guard.stand, configurable: true });
  }
}

/** Takes the guards away when this ends the outermost `arm`. */
export function disarmTrap(): void {
  armedCount -= 1;
  if (armedCount > 0) return;
  for (const { owner, property, accessor, original } of guards ?? []) {
    if (accessor === undefined) owner[property] = original;
    else Object.defineProperty(owner, property, accessor);
  }
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

function makeGuards(): Guard[] {
  const platform = globalThis as unknown as Properties;
  const made: Guard[] = [];
  const add = (owner: unknown, property: string, name: string, standFor: StandMaker): void => {
    const holder = holderOf(owner, property);
    const found = holder === undefined ? undefined : Object.getOwnPropertyDescriptor(holder, property);
    if (holder === undefined || found === undefined || typeof holder[property] !== "function") return;
    if (found.writable !== true && found.configurable !== true) return;
    const accessor = found.writable === true ? undefined : found;
    const guard = { owner: holder, property, name, accessor, original: holder[property] };
    const stand = standFor(guard.original as Callable, () => guard.original as Callable, name);
    made.push(Object.assign(guard, { stand }));
  };
  add(platform, "Date", "Date", dateStand);
  for (const name of GLOBALS) add(platform, name, name, functionStand);
  for (const [path, members] of Object.entries(MEMBERS)) {
    let owner: unknown = platform;
    for (const step of path.split(".")) owner = (owner as Properties | undefined)?.[step];
    for (const member of members)
      add(owner, member, `${path.replace(".prototype", "")}.${member}`, functionStand);
  }
  return made;
}

/** The object on the prototype chain that has the property as its own. */
function holderOf(owner: unknown, property: string): Properties | undefined {
  let holder: unknown = owner;
  while ((typeof holder === "object" && holder !== null) || typeof holder === "function") {
    if (Object.hasOwn(holder, property)) return holder as Properties;
    holder = Object.getPrototypeOf(holder);
  }
  return undefined;
}

/** Makes what stands in a function's place; `original` gives the one that stood there when the trap was armed. */
type StandMaker = (first: Callable, original: () => Callable, name: string) => unknown;

/** Called or constructed, it checks and hands on. What hangs on the function, such as `hrtime.bigint`, is still there. */
const functionStand: StandMaker = (first, original, name) => {
  const stand = function (this: unknown, ...values: unknown[]): unknown {
    check(name);
    if (new.target === undefined) return Reflect.apply(original(), this, values);
    return Reflect.construct(original(), values, new.target === stand ? original() : new.target);
  };
  Object.setPrototypeOf(stand, first);
  stand.prototype = first.prototype as object;
  return stand;
};

/**
 * A Date of given milliseconds, and UTC, are plain arithmetic. The present is the clock's, texts are read as the engine likes,
 * and parts of a date are read in the machine's time zone.
 */
const dateStand: StandMaker = (first, original) => {
  const stand = function (this: unknown, ...values: unknown[]): unknown {
    if (new.target === undefined) {
      check("Date");
      return original()();
    }
    const [value] = values;
    const isMoment = values.length === 1 && (typeof value === "number" || value instanceof original());
    if (!isMoment) check("new Date");
    return Reflect.construct(original(), values, new.target === stand ? original() : new.target);
  };
  const members = {
    now: (): unknown => {
      check("Date.now");
      return (original() as unknown as DateConstructor).now();
    },
    parse: (text: string): unknown => {
      check("Date.parse");
      return (original() as unknown as DateConstructor).parse(text);
    },
    UTC: (...parts: Parameters<DateConstructor["UTC"]>): unknown =>
      (original() as unknown as DateConstructor).UTC(...parts),
  };
  for (const [name, value] of Object.entries(members)) Object.defineProperty(stand, name, { value });
  stand.prototype = first.prototype as object;
  return stand;
};
