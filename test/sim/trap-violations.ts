/**
 * One use of each thing that the trap guards, by the name under which it is told. Uses of what an engine does not have are
 * left out there; that nothing guarded is without a use is for the trap's own test.
 */

export type Violation = readonly [name: string, use: () => unknown];

/** Looks members up anew at each use, as code does that was written before the trap was armed. */
function member(path: string): unknown {
  let value: unknown = globalThis;
  for (const step of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[step];
  return value;
}

function call(path: string, ...values: unknown[]): () => unknown {
  const owner = path.split(".").slice(0, -1).join(".");
  return () =>
    (member(path) as (...given: unknown[]) => unknown).apply(
      owner === "" ? undefined : member(owner),
      values,
    );
}

function construct(path: string, ...values: unknown[]): () => unknown {
  return () => Reflect.construct(member(path) as () => unknown, values);
}

const shared = (): Int32Array => new Int32Array(new ArrayBuffer(8));
const moment = new Date(0);
const view = new DataView(new ArrayBuffer(8));

/** Methods of values: named by their type. */
function method(typeName: string, names: string, receiver: unknown, ...values: unknown[]): Violation[] {
  return names
    .split(" ")
    .map((name) => [
      `${typeName}.${name}`,
      () => (receiver as Record<string, (...given: unknown[]) => unknown>)[name]?.(...values),
    ]);
}

const GIVEN: readonly Violation[] = [
  ["Date", () => (Date as unknown as () => string)()],
  ["Date.now", () => Date.now()],
  ["Date.parse", () => Date.parse("2020-01-01")],
  ["new Date", () => new Date()],
  ["new Date", () => new Date("2020-01-01T00:00")],
  ["new Date", () => new Date(2020, 0, 1)],
  ["setTimeout", () => clearTimeout(setTimeout(() => undefined, 0))],
  ["setInterval", () => clearInterval(setInterval(() => undefined, 1e6))],
  [
    "setImmediate",
    () => (member("clearImmediate") as (handle: unknown) => void)(call("setImmediate", () => undefined)()),
  ],
  ["queueMicrotask", () => queueMicrotask(() => undefined)],
  ["requestAnimationFrame", call("requestAnimationFrame", () => undefined)],
  ["requestIdleCallback", call("requestIdleCallback", () => undefined)],
  ["fetch", () => void (call("fetch", "data:,")() as Promise<unknown>).catch(() => undefined)],
  ["SharedArrayBuffer", construct("SharedArrayBuffer", 8)],
  ["WeakRef", construct("WeakRef", {})],
  ["FinalizationRegistry", construct("FinalizationRegistry", () => undefined)],
  ["Error.captureStackTrace", call("Error.captureStackTrace", {})],
  ["performance.now", () => performance.now()],
  ["performance.mark", () => performance.mark("ckptlab")],
  ["performance.measure", () => performance.measure("ckptlab")],
  ["crypto.getRandomValues", () => crypto.getRandomValues(new Uint8Array(1))],
  ["crypto.randomUUID", () => crypto.randomUUID()],
  ...["hrtime", "uptime", "cpuUsage", "memoryUsage"].map((name): Violation => [
    `process.${name}`,
    call(`process.${name}`),
  ]),
  ...`random acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 hypot log log10 log1p log2 pow sin sinh tan tanh`
    .split(" ")
    .map((name): Violation => [`Math.${name}`, call(`Math.${name}`, 1.1, 2.2)]),
  ...`Collator DateTimeFormat DurationFormat ListFormat NumberFormat PluralRules RelativeTimeFormat Segmenter`
    .split(" ")
    .map((name): Violation => [`Intl.${name}`, construct(`Intl.${name}`, "en")]),
  ["Intl.Locale", construct("Intl.Locale", "en")],
  ["Intl.DisplayNames", construct("Intl.DisplayNames", "en", { type: "region" })],
  ["Intl.getCanonicalLocales", call("Intl.getCanonicalLocales", "en")],
  ["Intl.supportedValuesOf", call("Intl.supportedValuesOf", "unit")],
  ...`add and exchange or store sub xor`
    .split(" ")
    .map((name): Violation => [`Atomics.${name}`, () => call(`Atomics.${name}`, shared(), 0, 1)()]),
  ["Atomics.compareExchange", () => call("Atomics.compareExchange", shared(), 0, 0, 1)()],
  ["Atomics.isLockFree", call("Atomics.isLockFree", 4)],
  ["Atomics.load", () => call("Atomics.load", shared(), 0)()],
  ["Atomics.notify", () => call("Atomics.notify", shared(), 0)()],
  ...method("String", "localeCompare", "a", "b"),
  ...method("String", "toLocaleLowerCase toLocaleUpperCase", "a", "en"),
  ...method("String", "normalize", "a"),
  ...method("Number", "toLocaleString", 1),
  ...method("BigInt", "toLocaleString", 1n),
  ...method("Array", "toLocaleString", []),
  ...method("Object", "toLocaleString", {}),
  ...method(
    "Date",
    `getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTimezoneOffset getYear toString toDateString toTimeString toLocaleString toLocaleDateString toLocaleTimeString`,
    moment,
  ),
  ...`setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds setYear`
    .split(" ")
    .flatMap((name) => method("Date", name, new Date(0), 1)),
  ...method("DataView", "getFloat16 getFloat32 getFloat64", view, 0),
  ...method("DataView", "setFloat16 setFloat32 setFloat64", view, 0, 1),
];

/** Waiting needs shared memory, which a page does not have; made before any trap is armed. */
const Shared = member("SharedArrayBuffer") as SharedArrayBufferConstructor | undefined;
const waitedFor = Shared === undefined ? shared() : new Int32Array(new Shared(8));
const WAITS: readonly Violation[] = ["wait", "waitAsync"].map((name) => [
  `Atomics.${name}`,
  call(`Atomics.${name}`, waitedFor, 0, 1, 0),
]);

/** Uses of what is guarded on this engine. `guarded`: the names that the trap tells. */
export function violationsOf(guarded: readonly string[]): Violation[] {
  const known = new Set([...guarded, "Date.now", "Date.parse", "new Date"]);
  return [...GIVEN, ...WAITS].filter(([name]) => known.has(name));
}
