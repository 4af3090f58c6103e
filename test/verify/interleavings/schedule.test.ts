/** Schedules are files for people: what is not one is refused with a reason, and the disk of the model keeps its word. */
import { expect, test } from "vitest";
import {
  CONFIGURATIONS,
  isScheduleText,
  replaySchedule,
  scheduleText,
  type Counterexample,
} from "../../../src/verify/interleavings/index.ts";
import { completeNext, crashDisk, createDisk } from "../../../src/verify/interleavings/plain-disk.ts";
import { VisitedSet } from "../../../src/verify/interleavings/visited-set.ts";

const INVENTED: Counterexample = {
  promise: "fencing",
  message: "invented",
  configuration: CONFIGURATIONS.takeover,
  steps: ["C: timer server.watch fires"],
};

test("a schedule says what it is, and a scenario is none", () => {
  expect(isScheduleText(scheduleText(INVENTED, "a.yaml"))).toBe(true);
  expect(isScheduleText("name: a\nseed: 1\n")).toBe(false);
});

test("steps that break nothing hold, and a step that is no choice is named", () => {
  expect(replaySchedule(scheduleText(INVENTED, "a.yaml"))).toMatchObject({ ok: true, outcome: "holds" });
  const other = scheduleText({ ...INVENTED, steps: ["Z: timer server.watch fires"] }, "a.yaml");
  expect(replaySchedule(other)).toMatchObject({
    ok: true,
    outcome: "another-course",
    missing: "Z: timer server.watch fires",
  });
});

test("what is no schedule is refused with a reason", () => {
  expect(replaySchedule("schedule: [")).toMatchObject({ ok: false });
  expect(replaySchedule("schedule: 2\n")).toMatchObject({ ok: false });
  const text = scheduleText(INVENTED, "a.yaml").replace("scheme: mirror:2", "scheme: none");
  expect(replaySchedule(text)).toMatchObject({
    ok: false,
    error: expect.stringContaining("scheme") as unknown,
  });
});

test("a crash leaves what was flushed, and by its fate what was not", () => {
  const bytes = Uint8Array.of(1);
  for (const [fate, left] of [
    ["unflushed-lost", ["a"]],
    ["unflushed-kept", ["a", "b"]],
    ["disk-lost", []],
  ] as const) {
    const disk = createDisk();
    disk.queue.push({ kind: "write", file: "a", bytes, token: "1" }, { kind: "flush", token: "2" });
    disk.queue.push(
      { kind: "write", file: "b", bytes, token: "3" },
      { kind: "write", file: "c", bytes, token: "4" },
    );
    for (let count = 0; count < 3; count += 1) completeNext(disk);
    crashDisk(disk, fate);
    expect(Object.keys(disk.durable)).toEqual(left);
    expect(disk.queue).toEqual([]);
  }
});

test("a state is new once", () => {
  const visited = new VisitedSet();
  const states = Array.from({ length: 100_000 }, (_, index) => ({
    words: Int32Array.of(index % 300, Math.floor(index / 300), 7, index),
    length: 3,
  }));
  expect(states.filter((state) => visited.add(state)).length).toBe(states.length);
  expect(states.filter((state) => visited.add(state)).length).toBe(0);
  expect(visited.size).toBe(states.length);
});
