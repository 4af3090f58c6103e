import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EventHandle, EventQueue } from "../../src/sim/event-queue.ts";

interface ModelEvent {
  readonly timeNs: number;
  readonly sequence: number;
  readonly label: number;
  /** Events popped before it was pushed. */
  readonly cause: number;
}

/** A sorted array: the plainest queue there is. */
class ModelQueue {
  events: ModelEvent[] = [];
  private nextSequence: number = 0;

  push(timeNs: number, label: number, cause: number): void {
    this.events.push({ timeNs, label, cause, sequence: this.nextSequence });
    this.nextSequence += 1;
    this.events.sort((a, b) => a.timeNs - b.timeNs || a.sequence - b.sequence);
  }

  cancel(label: number): boolean {
    const count = this.events.length;
    this.events = this.events.filter((event) => event.label !== label);
    return this.events.length < count;
  }
}

type Step = { readonly push: number } | { readonly cancel: number } | "pop" | "fork";

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ push: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ cancel: fc.nat(400) }) },
    { weight: 3, arbitrary: fc.constant("pop" as const) },
    { weight: 1, arbitrary: fc.constant("fork" as const) },
  ),
  { maxLength: 400, size: "max" },
);

describe("the event queue", () => {
  it("gives events out like a sorted array, also after cancels and forks", () => {
    fc.assert(
      fc.property(steps, (list) => {
        let queue = new EventQueue();
        const model = new ModelQueue();
        const handles: EventHandle[] = [];
        let poppedCount = 0;
        for (const step of list) {
          if (step === "pop") {
            const expected = model.events.shift();
            expect(queue.pop()).toBe(expected !== undefined);
            if (expected === undefined) continue;
            poppedCount += 1;
            expect([queue.timeNs, queue.extra, queue.payload, queue.cause, queue.number]).toEqual([
              expected.timeNs,
              expected.label,
              expected.label,
              expected.cause,
              poppedCount,
            ]);
          } else if (step === "fork") {
            const fork = queue.fork();
            // What happens to the original afterwards must not show in the fork.
            queue.push(0, 1, 0, -1, "stray");
            queue.pop();
            queue = fork;
          } else if ("push" in step) {
            const label = handles.length;
            handles.push(queue.push(step.push, label % 256, label, label, label));
            model.push(step.push, label, poppedCount);
          } else if (handles.length > 0) {
            const label = step.cancel % handles.length;
            expect(queue.cancel(handles[label] as EventHandle)).toBe(model.cancel(label));
          }
          expect(queue.size).toBe(model.events.length);
          expect(queue.nextTimeNs).toBe(model.events[0]?.timeNs ?? Infinity);
        }
        const rest: unknown[] = [];
        while (queue.pop()) rest.push(queue.payload);
        expect(rest).toEqual(model.events.map(({ label }) => label));
      }),
      { numRuns: 150 },
    );
  });

  it("keeps order and fields over growth", () => {
    const queue = new EventQueue();
    const count = 5_000;
    for (let index = 0; index < count; index += 1) {
      queue.push((index * 7919) % count, index % 256, index - count, index * 3, { index });
    }
    for (let timeNs = 0; timeNs < count; timeNs += 1) {
      expect(queue.pop()).toBe(true);
      const { index } = queue.payload as { index: number };
      expect([queue.timeNs, queue.kind, queue.host, queue.extra]).toEqual([
        timeNs,
        index % 256,
        index - count,
        index * 3,
      ]);
      expect((index * 7919) % count).toBe(timeNs);
    }
    expect(queue.pop()).toBe(false);
  });

  it("does not take a handle for a later event in the same slot", () => {
    const queue = new EventQueue();
    const first = queue.push(1, 1, 0, 0, "first");
    expect(queue.cancel(first)).toBe(true);
    const second = queue.push(2, 1, 0, 0, "second");
    expect(queue.cancel(first)).toBe(false);
    expect(queue.size).toBe(1);
    queue.pop();
    expect(queue.cancel(second)).toBe(false);
  });
});
