import { afterEach, describe, expect, it } from "vitest";
import { createWorld, TrapError } from "../../src/sim/index.ts";
import { armTrap, disarmTrap, guardedNames, resumeTrap, suspendTrap } from "../../src/sim/trap.ts";
import { CounterRun } from "./counter-workload.ts";
import { smallWorldOptions } from "./small-world.ts";
import { violationsOf } from "./trap-violations.ts";

/** Property descriptors of some of what the trap guards. */
function platform(): unknown[] {
  const names = ["Date", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch"];
  return [
    ...names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)),
    ...["random", "pow", "sin"].map((name) => Object.getOwnPropertyDescriptor(Math, name)),
    Object.getOwnPropertyDescriptor(performance, "now"),
    Object.getOwnPropertyDescriptor(crypto, "getRandomValues"),
    ...["Collator", "NumberFormat"].map((name) => Object.getOwnPropertyDescriptor(Intl, name)),
    ...["getHours", "toString"].map((name) => Object.getOwnPropertyDescriptor(Date.prototype, name)),
    Object.getOwnPropertyDescriptor(String.prototype, "localeCompare"),
    Object.getOwnPropertyDescriptor(DataView.prototype, "setFloat64"),
    Date.now,
    performance.now,
  ];
}

const before = platform();

afterEach(() => {
  expect(platform()).toEqual(before);
});

const VIOLATIONS = violationsOf(guardedNames());

function errorOf(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("the trap", () => {
  it.each(VIOLATIONS)(
    "catches %s while armed, and lets it through while suspended and afterwards",
    (name, call) => {
      armTrap();
      try {
        const error = errorOf(call);
        expect(error).toBeInstanceOf(TrapError);
        expect((error as TrapError).globalName).toBe(name);
        suspendTrap();
        expect(errorOf(call)).toBeUndefined();
        resumeTrap();
        expect(errorOf(call)).toBeInstanceOf(TrapError);
      } finally {
        disarmTrap();
      }
      expect(errorOf(call)).toBeUndefined();
    },
  );

  it("guards nothing that no use here shows, and everything that docs name", () => {
    const shown = new Set(VIOLATIONS.map(([name]) => name));
    expect(guardedNames().filter((name) => !shown.has(name))).toEqual([]);
    const wanted = `Date Math.random Math.pow Math.log Math.exp Math.sin setTimeout setInterval setImmediate queueMicrotask
      performance.now crypto.getRandomValues crypto.randomUUID Intl.Collator Intl.DateTimeFormat Intl.NumberFormat
      String.localeCompare Number.toLocaleString Date.getHours Date.toString DataView.setFloat64 Atomics.wait
      SharedArrayBuffer WeakRef FinalizationRegistry Error.captureStackTrace process.hrtime fetch`;
    for (const name of wanted.split(/\s+/)) expect(guardedNames()).toContain(name);
  });

  it("leaves what hangs on a guarded function where it was", () => {
    armTrap();
    try {
      expect(errorOf(() => process.hrtime())).toBeInstanceOf(TrapError);
      expect(typeof process.hrtime.bigint).toBe("function");
      expect(new Uint8Array(4).buffer).not.toBeInstanceOf(SharedArrayBuffer);
      suspendTrap();
      expect(new Intl.NumberFormat("en").format(1)).toBe("1");
      expect(new SharedArrayBuffer(4)).toBeInstanceOf(SharedArrayBuffer);
      expect(new (class extends Date {})(5).getTime()).toBe(5);
      resumeTrap();
    } finally {
      disarmTrap();
    }
  });

  it("lets exact arithmetic and given moments through", () => {
    armTrap();
    try {
      expect(Math.sqrt(2)).toBe(Math.SQRT2);
      expect(new Date(0).toISOString()).toBe("1970-01-01T00:00:00.000Z");
      expect(new Date(0)).toBeInstanceOf(Date);
      expect(Date.UTC(1970, 0, 2)).toBe(86_400_000);
    } finally {
      disarmTrap();
    }
  });

  it("is taken away by the outermost disarm only", () => {
    armTrap();
    armTrap();
    disarmTrap();
    expect(errorOf(() => Math.random())).toBeInstanceOf(TrapError);
    disarmTrap();
    expect(errorOf(() => Math.random())).toBeUndefined();
  });
});

describe("the trap in a world", () => {
  const { program } = smallWorldOptions();
  if (program === undefined) throw new Error("the small world has a program");

  it.each(VIOLATIONS)("stops a program whose handler uses %s, and restores the platform", (name, call) => {
    const violating = {
      ...program,
      timer: (...handed: Parameters<typeof program.timer>) => {
        call();
        program.timer(...handed);
      },
    };
    const world = createWorld(smallWorldOptions({ program: violating }));
    const error = errorOf(() => world.run());
    expect(error).toBeInstanceOf(TrapError);
    expect((error as TrapError).globalName).toBe(name);
  });

  it("watches the program also when the software calls it", () => {
    const violating = {
      ...program,
      checkpoint: (...handed: Parameters<typeof program.checkpoint>) => {
        Math.random();
        return program.checkpoint(...handed);
      },
    };
    expect(errorOf(() => createWorld(smallWorldOptions({ program: violating })).run())).toBeInstanceOf(
      TrapError,
    );
  });

  it("lets workloads use the platform, as their libraries do", () => {
    let usedCount = 0;
    class Dated extends CounterRun {
      override create() {
        usedCount += new Date().getTime() > 0 ? 1 : 0;
        return super.create();
      }
      override judge(...handed: Parameters<CounterRun["judge"]>) {
        usedCount += Math.random() < 1 ? 1 : 0;
        return super.judge(...handed);
      }
    }
    const workload = new Dated({ imageBytes: 20_000, clientCount: 1, hosts: [0] });
    createWorld(smallWorldOptions({ workload })).run();
    expect(usedCount).toBe(2);
  });
});
