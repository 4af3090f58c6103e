import { describe, expect, it } from "vitest";
import {
  createWorld,
  type Fault,
  type HistoryEvent,
  type RunHistory,
  type World,
} from "../../src/sim/index.ts";
import { CounterRun } from "./counter-workload.ts";
import { MILLISECOND_NS, smallWorldOptions } from "./small-world.ts";

type EventOf<Kind extends HistoryEvent["kind"]> = Extract<HistoryEvent, { kind: Kind }>;

function eventsOf<Kind extends HistoryEvent["kind"]>(history: RunHistory, kind: Kind): EventOf<Kind>[] {
  return history.events.filter((event): event is EventOf<Kind> => event.kind === kind);
}

function runWith(faults: readonly Fault[], seed = "small"): RunHistory {
  return createWorld(smallWorldOptions({ faults, seed })).run();
}

function expectSameRun(history: RunHistory, expected: RunHistory): void {
  expect(history.digest).toBe(expected.digest);
  expect(history.costs).toEqual(expected.costs);
  expect(history.finalHoldings).toEqual(expected.finalHoldings);
  expect(history.judgement).toEqual(expected.judgement);
  expect(history.events.length).toBe(expected.events.length);
}

const CRASH_OF_PRODUCTION: Fault = {
  kind: "crash",
  atNs: 105 * MILLISECOND_NS,
  host: 0,
  disk: "kept",
  restartAfterNs: undefined,
};

describe("a world without faults", () => {
  it("takes checkpoints, answers clients and records the images it saw", () => {
    const history = runWith([]);
    const images = eventsOf(history, "image-taken");
    expect(images.length).toBeGreaterThan(20);
    expect(
      images.every(({ image, segmentNames }) => image.length === 20_000 && segmentNames[0] === "counter"),
    ).toBe(true);
    const durable = eventsOf(history, "note").filter(({ note }) => note.kind === "known-durable");
    expect(durable.length).toBeGreaterThanOrEqual(images.length - 1);
    expect(history.judgement.checkedCounts["answered"]).toBeGreaterThan(400);
    expect(eventsOf(history, "output-released").length).toBeGreaterThan(400);
    expect(history.endReason).toBe("duration");
    expect(history.endNs).toBe(300 * MILLISECOND_NS);
  });

  it("records events in the order of time, an image before what the core did with it", () => {
    const { events } = runWith([CRASH_OF_PRODUCTION]);
    for (let index = 1; index < events.length; index += 1) {
      expect((events[index] as HistoryEvent).atNs).toBeGreaterThanOrEqual(
        (events[index - 1] as HistoryEvent).atNs,
      );
    }
    const taken = events.findIndex(({ kind }) => kind === "image-taken");
    const stored = events.findIndex((event) => event.kind === "note" && event.note.kind === "stored");
    expect(taken).toBeGreaterThanOrEqual(0);
    expect(stored).toBeGreaterThan(taken);
  });

  it("says of a stored checkpoint whether a crash would leave it", () => {
    const flushedShare = (latencyJitterNs: number): number => {
      const { network } = smallWorldOptions();
      const history = createWorld(smallWorldOptions({ network: { ...network, latencyJitterNs } })).run();
      const stored = eventsOf(history, "note").filter(({ note }) => note.kind === "stored");
      expect(stored.length).toBeGreaterThan(60);
      return stored.filter(({ flushedOnDisk }) => flushedOnDisk === true).length / stored.length;
    };
    expect(flushedShare(0)).toBe(1);
    // The store program acknowledges a manifest that overtook its member; the simulator is not deceived.
    expect(flushedShare(400_000)).toBeGreaterThan(0);
    expect(flushedShare(400_000)).toBeLessThan(1);
  });

  it("counts bytes by kind and phase", () => {
    // Ends between two checkpoints, so that every image taken has left.
    const history = createWorld(smallWorldOptions({ durationNs: 305 * MILLISECOND_NS })).run();
    const imageCount = eventsOf(history, "image-taken").length;
    const { take, restore, application, control } = history.costs.networkBytes;
    expect(take.member).toBe(imageCount * 3 * 20_000);
    expect(take.manifest).toBe(imageCount * 3 * 100);
    expect(restore).toEqual({ image: 0, member: 0, manifest: 0, other: 0 });
    expect(application.other).toBeGreaterThan(0);
    expect(control.other % 64).toBe(0);
    expect(history.costs.diskWrittenBytes.member % 20_000).toBe(0);
    expect(history.costs.diskWrittenBytes.manifest % 100).toBe(0);
  });

  it("shows at the end who holds what", () => {
    const { finalHoldings } = runWith([]);
    const [first] = finalHoldings;
    expect(first?.key.sequence).toBe(1);
    expect(first?.holdings.map(({ slot, host }) => [slot, host])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    for (const {
      slot,
      reachable,
      manifestIntact,
      manifestFlushed,
      intactMembers,
      flushedMembers,
    } of first?.holdings ?? []) {
      // The store program's manifests are zeros: written and read well, and no manifests.
      expect([reachable, manifestIntact, manifestFlushed]).toEqual([true, false, false]);
      expect(intactMembers).toEqual([`0/${slot}`]);
      expect(flushedMembers).toEqual([`0/${slot}`]);
    }
  });

  it("ends undecided at the bound on events", () => {
    const history = createWorld(smallWorldOptions({ eventCountMax: 100 })).run();
    expect(history.endReason).toBe("events");
    expect(history.costs.eventCount).toBe(100);
    expect(history.endNs).toBeLessThan(300 * MILLISECOND_NS);
  });
});

describe("a world with faults", () => {
  it("starts the software again on exactly the bytes that were taken", () => {
    const history = runWith([CRASH_OF_PRODUCTION]);
    const [down] = eventsOf(history, "software-stopped");
    expect(down).toMatchObject({ host: 0, reason: "crash", atNs: 105 * MILLISECOND_NS });
    const [first, second] = eventsOf(history, "software-started");
    expect(first).toMatchObject({ host: 0, key: undefined, image: undefined });
    expect(second).toMatchObject({ host: 1, refusedBySoftware: undefined });
    const taken = eventsOf(history, "image-taken").find(
      ({ sequence, host }) => host === 0 && sequence === second?.key?.sequence,
    );
    expect(taken?.image).toEqual(second?.image);
    expect(history.judgement.checkedCounts["running"]).toBe(1);
  });

  it("tells at a verdict what could be read of its checkpoint, and from where", () => {
    const partition: Fault = {
      kind: "partition",
      atNs: 100 * MILLISECOND_NS,
      from: [2],
      to: [1],
      symmetric: false,
      healAfterNs: undefined,
    };
    const rot: Fault = {
      kind: "bit-rot",
      atNs: 106 * MILLISECOND_NS,
      host: 3,
      filePrefix: "m/",
      bitCount: 2_000,
    };
    const history = runWith([CRASH_OF_PRODUCTION, partition, rot]);
    const [verdict] = eventsOf(history, "note").filter(({ note }) => note.kind === "verdict");
    expect(verdict?.holdings?.map(({ reachable }) => reachable)).toEqual([true, false, true]);
    expect(verdict?.holdings?.map(({ intactMembers }) => intactMembers.length)).toEqual([1, 1, 0]);
    expect(verdict?.holdingsByKey?.length).toBeGreaterThan(5);
    const [rotted] = eventsOf(history, "fault").filter(({ fault }) => fault.kind === "bit-rot");
    expect(rotted?.bit).toBe(true);
    expect(rotted?.flippedBits).toHaveLength(2_000);
  });

  it("brings a crashed host up with its disk, or with an empty one", () => {
    for (const disk of ["kept", "lost"] as const) {
      const fault: Fault = {
        kind: "crash",
        atNs: 100 * MILLISECOND_NS,
        host: 2,
        disk,
        restartAfterNs: 20 * MILLISECOND_NS,
      };
      const history = runWith([fault]);
      const [up] = eventsOf(history, "host-up");
      expect(up).toMatchObject({ host: 2, atNs: 120 * MILLISECOND_NS, diskKept: disk === "kept" });
      const [scrubbed] = eventsOf(history, "note").filter(({ note }) => note.kind === "scrubbed");
      const memberCount = scrubbed?.note.kind === "scrubbed" ? scrubbed.note.memberCount : -1;
      if (disk === "lost") expect(memberCount).toBe(0);
      else expect(memberCount).toBeGreaterThan(10);
    }
  });

  it("never brings a host up that is lost for ever, and records faults that harm nothing", () => {
    const history = runWith([
      {
        kind: "crash",
        atNs: 100 * MILLISECOND_NS,
        host: 2,
        disk: "kept",
        restartAfterNs: 20 * MILLISECOND_NS,
      },
      { kind: "permanent-loss", atNs: 110 * MILLISECOND_NS, host: 2 },
      { kind: "crash", atNs: 130 * MILLISECOND_NS, host: 2, disk: "lost", restartAfterNs: 1 },
    ]);
    expect(eventsOf(history, "host-up")).toHaveLength(0);
    expect(eventsOf(history, "fault").map(({ bit }) => bit)).toEqual([true, true, false]);
    expect(history.finalHoldings[0]?.holdings[1]).toMatchObject({ reachable: false, intactMembers: [] });
  });

  it("delivers an operator's restore to the host's restorer", () => {
    const options = smallWorldOptions({
      faults: [
        { kind: "operator-restore", atNs: MILLISECOND_NS, host: 1, lostHosts: [3, 0], acceptOlder: true },
      ],
    });
    const seen: unknown[] = [];
    const { program } = options;
    if (program === undefined) throw new Error("the small world has a program");
    const watching = {
      ...program,
      message: (...handed: Parameters<typeof program.message>) => {
        if (handed[3].to === "restorer") seen.push([handed[2], handed[3]]);
        program.message(...handed);
      },
    };
    createWorld({ ...options, program: watching }).run();
    // Host 3 fills slot 2; the production host fills none.
    expect(seen).toEqual([
      [1, expect.objectContaining({ type: "restore", operator: { lostSlots: [2], acceptOlder: true } })],
    ]);
  });

  it("records software that refuses its bytes", () => {
    const options = smallWorldOptions({ faults: [CRASH_OF_PRODUCTION] });
    class Refusing extends CounterRun {
      override restart(): { ok: false; reason: string } {
        return { ok: false, reason: "no" };
      }
    }
    const workload = new Refusing({ imageBytes: 20_000, clientCount: 2, hosts: [0, 1] });
    const history = createWorld({ ...options, workload }).run();
    expect(eventsOf(history, "software-started")[1]?.refusedBySoftware).toBe("no");
    expect(history.judgement.checkedCounts["running"]).toBe(0);
  });
});

describe("software on its host", () => {
  const { program } = smallWorldOptions();
  if (program === undefined) throw new Error("the small world has a program");

  it("gets no timer that an instance before it had set", () => {
    const heard: string[] = [];
    class Listening extends CounterRun {
      override restart(...handed: Parameters<CounterRun["restart"]>) {
        const result = super.restart(...handed);
        if (result.ok) {
          const { software } = result;
          software.timer = (...timerArguments: unknown[]): void => {
            heard.push(String(timerArguments[1]));
          };
        }
        return result;
      }
    }
    const restarting = {
      ...program,
      timer: (...[state, env, name]: Parameters<typeof program.timer>) => {
        const ballot = program.incarnation(state);
        if (ballot === undefined || name !== "beat") return;
        const key = { ballot, sequence: 1, attempt: 1 };
        env.software({
          kind: "start",
          ballot,
          key,
          segments: [{ name: "counter", bytes: new Uint8Array(8) }],
        });
      },
    };
    class Naming extends Listening {
      override create() {
        const counter = super.create();
        counter.start = (env) => env.setTimer("of the first", 7 * MILLISECOND_NS);
        return counter;
      }
    }
    const workload = new Naming({ imageBytes: 8, clientCount: 0, hosts: [] });
    const history = createWorld(smallWorldOptions({ workload, program: restarting })).run();
    expect(eventsOf(history, "software-started")).toHaveLength(2);
    expect(eventsOf(history, "software-stopped")).toMatchObject([
      { reason: "fenced", atNs: 5 * MILLISECOND_NS },
    ]);
    expect(heard).toEqual(["checkpoint"]);
  });

  it("is fenced by the protocol's word, and hears nothing any more", () => {
    const fencing = {
      ...program,
      timer: (...[state, env, name]: Parameters<typeof program.timer>) => {
        if (program.incarnation(state) !== undefined && name === "beat") env.software({ kind: "fenced" });
      },
    };
    const workload = new CounterRun({ imageBytes: 20_000, clientCount: 2, hosts: [0] });
    const history = createWorld(smallWorldOptions({ workload, program: fencing })).run();
    expect(eventsOf(history, "software-stopped")).toMatchObject([{ host: 0, reason: "fenced" }]);
    expect(workload.instances.map(({ stopped, count }) => [stopped, count < 12])).toEqual([[true, true]]);
    expect(eventsOf(history, "image-taken")).toHaveLength(0);
  });

  it("is not started from nothing by a production host that was down", () => {
    const late = {
      ...program,
      start: (...[state, env, mode]: Parameters<typeof program.start>) => {
        if (mode === "restart") program.start(state, env, "init");
      },
    };
    const faults: Fault[] = [{ kind: "crash", atNs: 1, host: 0, disk: "kept", restartAfterNs: 1 }];
    const history = createWorld(smallWorldOptions({ program: late, faults })).run();
    expect(eventsOf(history, "host-up")).toHaveLength(1);
    expect(eventsOf(history, "software-started")).toHaveLength(0);
  });
});

describe("determinism", () => {
  const faults: readonly Fault[] = [
    CRASH_OF_PRODUCTION,
    { kind: "loss", atNs: 20 * MILLISECOND_NS, ratePpm: 50_000, lastsNs: 30 * MILLISECOND_NS },
    { kind: "crash", atNs: 150 * MILLISECOND_NS, host: 3, disk: "kept", restartAfterNs: 30 * MILLISECOND_NS },
  ];

  it("gives the same digest for the same seed and another for another seed", () => {
    const first = runWith(faults, "7");
    const second = runWith(faults, "7");
    expect(first.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(second.digest).toBe(first.digest);
    expect(second.events).toEqual(first.events);
    expect(runWith(faults, "8").digest).not.toBe(first.digest);
    expect(runWith(faults, "77").digest).not.toBe(first.digest);
  });

  it("takes the bytes of images into the digest", () => {
    class Altered extends CounterRun {
      override create() {
        const counter = super.create();
        counter.count = 1;
        return counter;
      }
    }
    const settings = { imageBytes: 20_000, clientCount: 2, hosts: [0, 1] };
    const plain = createWorld(smallWorldOptions({ workload: new CounterRun(settings) })).run();
    const altered = createWorld(smallWorldOptions({ workload: new Altered(settings) })).run();
    expect(altered.costs.eventCount).toBe(plain.costs.eventCount);
    expect(altered.digest).not.toBe(plain.digest);
  });

  it("goes on alike in a fork and in the original, wherever it was forked and whichever runs first", () => {
    // Little bandwidth and slow processors, so that much is under way at every moment.
    const { network, processor } = smallWorldOptions();
    const slow = {
      faults,
      durationNs: 200 * MILLISECOND_NS,
      network: { ...network, bandwidthBytesPerSecond: 10_000_000, lossPpm: 1_000 },
      processor: { ...processor, digestBytesPerSecond: 10_000_000, encodeBytesPerSecond: 10_000_000 },
    };
    const create = (): World => createWorld(smallWorldOptions(slow));
    const unforked = create().run();
    const original = create();
    let forkCount = 0;
    const stepCount = 1 + Math.floor(unforked.costs.eventCount / 150);
    for (let isLeft = true; isLeft;) {
      const fork = original.fork();
      forkCount += 1;
      expectSameRun(fork.run(), unforked);
      for (let step = 0; step < stepCount && isLeft; step += 1) isLeft = original.step();
    }
    expect(forkCount).toBeGreaterThan(140);
    // Forking did not disturb the original, nor does it matter that the original is ahead of its fork.
    const late = create();
    late.runUntil(110 * MILLISECOND_NS);
    const fork = late.fork();
    expectSameRun(late.run(), unforked);
    expectSameRun(fork.run(), unforked);
    expectSameRun(original.run(), unforked);
  });

  it("runs the same by single steps", () => {
    const world = createWorld(smallWorldOptions({ faults, durationNs: 50 * MILLISECOND_NS }));
    while (world.step()) continue;
    const whole = createWorld(smallWorldOptions({ faults, durationNs: 50 * MILLISECOND_NS })).run();
    expect(world.run().digest).toBe(whole.digest);
  });

  it("draws the same for a fault whatever other faults the plan holds", () => {
    const rot: Fault = { kind: "bit-rot", atNs: 100_001_000, host: 3, filePrefix: "m/", bitCount: 5 };
    const other: Fault = { ...rot, host: 2 };
    const flipsOf = (faults: readonly Fault[], index: number): unknown =>
      eventsOf(runWith(faults), "fault")[index]?.flippedBits;
    const alone = flipsOf([rot], 0);
    expect(alone).toHaveLength(5);
    expect(flipsOf([other, rot], 1)).toEqual(alone);
    expect(flipsOf([rot, rot], 0)).toEqual(alone);
    expect(flipsOf([rot, rot], 1)).not.toEqual(alone);
  });

  it("frees software of a world that is given up, and executes nothing any more", () => {
    const workload = new CounterRun({ imageBytes: 20_000, clientCount: 1, hosts: [0] });
    const world = createWorld(smallWorldOptions({ workload }));
    world.runUntil(20 * MILLISECOND_NS);
    world.close();
    expect(workload.instances.map(({ stopped }) => stopped)).toEqual([true]);
    expect(() => world.step()).toThrow("given up");
  });

  it("stops software at the end of a run, after the judgement", () => {
    const workload = new CounterRun({ imageBytes: 20_000, clientCount: 1, hosts: [0] });
    createWorld(smallWorldOptions({ workload })).run();
    expect(workload.instances.map(({ stopped }) => stopped)).toEqual([true]);
  });
});
