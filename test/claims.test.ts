/**
 * The claims of docs/claims.md: for each, its scenario is run, and what the claim asks for is looked for in the run.
 *
 * Every case has a second run with the capability taken away; the same look must then find that it is missing. Bytes are
 * cut, compared and added up here, without the core's help.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { assert, describe, expect, it } from "vitest";
import type { ClusterConfiguration } from "../src/core/protocol/cluster.ts";
import { coreHostProgram } from "../src/sim/host-program.ts";
import { restoresOf } from "../src/verify/restores.ts";
import { judgeRun, type RunOptions } from "../src/verify/run.ts";
import {
  claimFile,
  type ClaimRun,
  cutImage,
  firstDurable,
  imageOf,
  isSameKey,
  loadClaim,
  observeRun,
  piecesOf,
  type SuppliedPiece,
} from "./claims-run.ts";
import { nobodyRestores } from "./verify/simulation/planted-bugs.ts";

interface Case {
  readonly claim: number;
  readonly look: (run: ClaimRun) => void;
  readonly takenAway: RunOptions;
}

const ONE_SERVER: RunOptions = { overrides: { scheme: "stripe:1", width: "own" } };

function withScheme(scheme: string): RunOptions {
  return { overrides: { scheme, width: "own" } };
}

function withFormer(former: "production" | "dedicated"): RunOptions {
  return { overrides: { former } };
}

/** The whole image in one subsegment: nothing is cut. */
const UNCUT: RunOptions = {
  plant: (configuration: ClusterConfiguration) =>
    coreHostProgram({ ...configuration, subsegmentBytes: 1 << 20 }),
};

function suppliedPieces(run: ClaimRun): readonly SuppliedPiece[] {
  return piecesOf(run, firstDurable(run));
}

function groupsOf(run: ClaimRun): ReadonlyMap<number, readonly SuppliedPiece[]> {
  const groups = new Map<number, SuppliedPiece[]>();
  for (const piece of suppliedPieces(run)) groups.set(piece.group, [...(groups.get(piece.group) ?? []), piece]);
  return groups;
}

/** Every subsegment of the image was supplied as one data member, in the order of groups; gives their slots in image order. */
function lookForSubsegments(run: ClaimRun): number[] {
  const { k } = run.plan.scheme;
  const pieces = suppliedPieces(run);
  const cut = cutImage(imageOf(run, firstDurable(run)), run.plan.scenario.subsegmentBytes);
  expect(cut.length).toBeGreaterThan(1);
  const data = pieces.filter(({ member }) => member < k);
  expect(data).toHaveLength(cut.length);
  return data.map((piece, index) => {
    expect([piece.group, piece.member]).toEqual([Math.floor(index / k), index % k]);
    expect(Buffer.compare(piece.bytes, cut[index] ?? new Uint8Array())).toBe(0);
    return piece.slot;
  });
}

/** Subsegments that follow each other in the image lie on different servers, and the servers get equally many. */
function lookForStripes(run: ClaimRun): void {
  const slots = lookForSubsegments(run);
  for (const [index, slot] of slots.entries()) if (index > 0) expect(slot).not.toBe(slots[index - 1]);
  const counts = [...countBy(slots).values()];
  expect(counts).toHaveLength(run.plan.width);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(run.plan.scheme.k);
}

/** Each group has one more member, the XOR of its data, and no two members of a group are on one server. */
function lookForParity(run: ClaimRun): number[] {
  const { k } = run.plan.scheme;
  const groups = groupsOf(run);
  const paritySlots: number[] = [];
  for (const members of groups.values()) {
    expect(new Set(members.map(({ slot }) => slot)).size).toBe(members.length);
    const parity = members.find(({ member }) => member === k);
    assert(parity !== undefined, "every group has parity");
    const sum = new Uint8Array(run.plan.scenario.subsegmentBytes);
    for (const { member, bytes } of members) {
      if (member < k) for (const [index, byte] of bytes.entries()) sum[index] = (sum[index] ?? 0) ^ byte;
    }
    expect(Buffer.compare(sum, parity.bytes)).toBe(0);
    paritySlots.push(parity.slot);
  }
  return paritySlots;
}

function lookForStripedParity(run: ClaimRun): void {
  lookForStripes(run);
  expect(new Set(lookForParity(run)).size).toBe(run.plan.width);
}

/** Each group is the same bytes on several servers. */
function lookForCopies(run: ClaimRun, copyCount: number): void {
  lookForSubsegments(run);
  for (const members of groupsOf(run).values()) {
    expect(members).toHaveLength(copyCount);
    expect(new Set(members.map(({ slot }) => slot)).size).toBe(copyCount);
    for (const { bytes } of members)
      expect(Buffer.compare(bytes, members[0]?.bytes ?? new Uint8Array())).toBe(0);
  }
}

/** The simulator saw the members flushed on the disks of so many servers when they acknowledged. */
function lookForStored(run: ClaimRun, serverCount: number): void {
  const key = firstDurable(run);
  const slots = run.history.events.flatMap((event) =>
    event.kind === "note" && event.note.kind === "stored" && event.flushedOnDisk === true
      ? isSameKey(event.note.key, key)
        ? [event.note.slot]
        : []
      : [],
  );
  expect(new Set(slots).size).toBe(serverCount);
}

/** Software was started on another server, on exactly the bytes of the checkpoint named, after the verdict "restored". */
function lookForRestart(run: ClaimRun): void {
  const started = run.history.events.flatMap((event) =>
    event.kind === "software-started" && event.key !== undefined ? [event] : [],
  );
  expect(restoresOf(run.history, run.plan.hosts.names).at(-1)?.verdict).toBe("restored");
  const last = started.at(-1);
  assert(last?.key !== undefined && last.image !== undefined, "software was started again");
  expect(last.host).not.toBe(run.plan.hosts.production);
  expect(last.refusedBySoftware).toBeUndefined();
  expect(Buffer.compare(last.image, imageOf(run, last.key))).toBe(0);
}

/** Members that restorers asked for. */
function fetchedMembers(run: ClaimRun, asker: "restorer" | "repair"): { to: number; member: number }[] {
  return run.observed.flatMap((each) =>
    each.kind === "sent" && each.message.type === "fetch" && each.message.asker === asker
      ? [{ to: each.to, member: each.message.member }]
      : [],
  );
}

/** All pieces of the first durable checkpoint were supplied by this host. */
function lookForSupplier(run: ClaimRun, host: number): void {
  expect([...new Set(suppliedPieces(run).map(({ from }) => from))]).toEqual([host]);
}

/** The image went once from the production server to the former's host, group by group. */
function lookForImageSentTo(run: ClaimRun, host: number): void {
  const key = firstDurable(run);
  const byGroup = new Map<number, Uint8Array>();
  for (const each of run.observed) {
    if (each.kind !== "sent" || each.message.type !== "form-data" || !isSameKey(each.message.key, key)) continue;
    expect([each.host, each.to]).toEqual([run.plan.hosts.production, host]);
    byGroup.set(each.message.group, each.message.bytes);
  }
  const sent = Buffer.concat([...byGroup].toSorted((a, b) => a[0] - b[0]).map(([, bytes]) => bytes));
  expect(Buffer.compare(sent, imageOf(run, key))).toBe(0);
}

/** Once the former was lost, checkpoints were formed on the production server, and became durable. */
function lookForFormingWithout(run: ClaimRun): void {
  const { production } = run.plan.hosts;
  const isLost = run.observed.findIndex(
    ({ kind, ...each }) =>
      kind === "told" && "note" in each && each.note.kind === "checkpoint-failed" && each.note.reason === "former-lost",
  );
  expect(isLost).toBeGreaterThan(0);
  const later = run.observed.slice(isLost).flatMap((each) => (each.kind === "told" ? [each.note] : []));
  const attempt = later.find((note) => note.kind === "attempt-started");
  expect(attempt?.formerHost).toBe(production);
  expect(later.some((note) => note.kind === "known-durable" && isSameKey(note.key, attempt?.key ?? note.key))).toBe(
    true,
  );
}

/** Handed over, attempt begun, supplied, stored by every server, known durable: in this order. */
function lookForSteps(run: ClaimRun): void {
  const key = firstDurable(run);
  const steps = run.observed.flatMap((each) => {
    if (each.kind === "handed-over") return ["handed over"];
    if (each.kind === "sent") {
      return each.message.type === "piece" && isSameKey(each.message.key, key) ? ["supplied"] : [];
    }
    const { note } = each;
    const isOwn = "key" in note && note.key !== undefined && isSameKey(note.key, key);
    return isOwn && ["attempt-started", "stored", "known-durable"].includes(note.kind) ? [note.kind] : [];
  });
  const order = steps.slice(0, steps.indexOf("known-durable") + 1).filter((step, index, all) => step !== all[index - 1]);
  expect(order).toEqual(["handed over", "attempt-started", "supplied", "stored", "known-durable"]);
}

function countBy(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const CASES: readonly Case[] = [
  {
    claim: 1,
    look: (run) => {
      expect(run.observed.find(({ kind }) => kind === "handed-over")?.host).toBe(run.plan.hosts.production);
      lookForSubsegments(run);
      lookForStored(run, 2);
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 2,
    look: (run) => {
      lookForParity(run);
      lookForStored(run, 3);
      lookForRestart(run);
      expect(fetchedMembers(run, "restorer").some(({ member }) => member === 2)).toBe(true);
    },
    takenAway: withScheme("stripe:2"),
  },
  {
    claim: 3,
    look: (run) => {
      lookForSubsegments(run);
      const image = imageOf(run, firstDurable(run));
      expect(image.length % run.plan.scenario.subsegmentBytes).not.toBe(0);
      const groups = groupsOf(run);
      expect([...groups.values()].map((members) => members.length)).toEqual([...Array(8).fill(4), 2]);
      lookForRestart(run);
    },
    takenAway: UNCUT,
  },
  {
    claim: 4,
    look: (run) => {
      lookForStripes(run);
      lookForRestart(run);
      const waits = run.history.events.flatMap((event) =>
        event.kind === "note" && event.note.kind === "verdict" && event.note.verdict.kind === "waiting"
          ? [event.note.verdict.slots]
          : [],
      );
      expect(waits[0]).toContain(2); // c, which is away
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 5,
    look: (run) => {
      lookForParity(run);
      const complete = run.history.events.find((event) => event.kind === "note" && event.note.kind === "complete");
      expect(complete).toBeDefined();
      const asked = new Set(fetchedMembers(run, "repair").map(({ member }) => member));
      expect([...asked].toSorted()).toEqual([0, 1, 2, 3, 4]);
      lookForRestart(run);
    },
    takenAway: withScheme("stripe:4"),
  },
  { claim: 6, look: lookForStripedParity, takenAway: withScheme("stripe:3") },
  {
    claim: 7,
    look: (run) => {
      lookForCopies(run, 3);
      lookForStored(run, 3);
      lookForRestart(run);
    },
    takenAway: withScheme("parity:2+1"),
  },
  {
    claim: 8,
    look: (run) => {
      lookForRestart(run);
      const start = run.history.events.findLastIndex((event) => event.kind === "software-started");
      const started = run.history.events[start];
      const released = run.history.events
        .slice(start)
        .filter((event) => event.kind === "output-released" && event.host === started?.host);
      expect(released.length).toBeGreaterThan(10);
      expect(run.history.judgement.violations).toEqual([]);
    },
    takenAway: { plant: nobodyRestores },
  },
  {
    claim: 9,
    look: (run) => {
      const slots = lookForSubsegments(run);
      expect([...new Set(slots)].toSorted()).toEqual(run.plan.hosts.slots.map((_, slot) => slot));
      lookForRestart(run);
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 10,
    look: (run) => {
      lookForSupplier(run, run.plan.hosts.production);
      expect(run.history.costs.networkBytes.take.image).toBe(0);
      lookForRestart(run);
    },
    takenAway: withFormer("dedicated"),
  },
  {
    claim: 11,
    look: (run) => {
      const former = run.plan.hosts.names.indexOf("b");
      lookForImageSentTo(run, former);
      lookForSupplier(run, former);
      expect(suppliedPieces(run).some(({ to }) => to === former)).toBe(true);
      lookForFormingWithout(run);
      lookForRestart(run);
    },
    takenAway: withFormer("production"),
  },
  {
    claim: 12,
    look: (run) => {
      const { former, slots, production } = run.plan.hosts;
      expect([...slots, production]).not.toContain(former);
      lookForImageSentTo(run, former);
      lookForSupplier(run, former);
      lookForFormingWithout(run);
      lookForRestart(run);
    },
    takenAway: withFormer("production"),
  },
  {
    claim: 13,
    look: (run) => {
      lookForSupplier(run, run.plan.hosts.names.indexOf("former"));
      lookForStripes(run);
      lookForRestart(run);
      const counts = [...countBy(fetchedMembers(run, "restorer").map(({ to }) => to)).values()];
      expect(counts).toEqual([4, 4, 4]);
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 14,
    look: (run) => {
      lookForSupplier(run, run.plan.hosts.production);
      expect(new Set(lookForSubsegments(run)).size).toBe(4);
      lookForRestart(run);
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 15,
    look: (run) => {
      lookForParity(run);
      lookForSupplier(run, run.plan.hosts.names.indexOf("a"));
      lookForRestart(run);
      expect(fetchedMembers(run, "restorer").some(({ member }) => member === 3)).toBe(true);
    },
    takenAway: withScheme("stripe:3"),
  },
  {
    claim: 16,
    look: (run) => {
      lookForStripes(run);
      lookForSupplier(run, run.plan.hosts.production);
      lookForRestart(run);
      expect(countBy(fetchedMembers(run, "restorer").map(({ to }) => to)).size).toBe(4);
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 17,
    look: (run) => {
      lookForSteps(run);
      lookForCopies(run, 3);
      lookForRestart(run);
    },
    takenAway: ONE_SERVER,
  },
  {
    claim: 18,
    look: (run) => {
      lookForSteps(run);
      lookForParity(run);
      lookForRestart(run);
      const kinds = run.history.events.flatMap((event) => (event.kind === "note" ? [event.note.kind] : []));
      expect(kinds.indexOf("repaired")).toBeGreaterThan(kinds.indexOf("rot-found"));
      expect(kinds).toContain("rot-found");
    },
    takenAway: withScheme("stripe:4"),
  },
  {
    claim: 19,
    look: (run) => {
      lookForSteps(run);
      lookForStripedParity(run);
      lookForSupplier(run, run.plan.hosts.names.indexOf("former"));
      lookForRestart(run);
    },
    takenAway: withScheme("stripe:3"),
  },
];

describe("each claim is realised, and its absence would be noticed", () => {
  it("there is a case for each of the 19 claims", () => {
    expect(CASES.map(({ claim }) => claim)).toEqual(Array.from({ length: 19 }, (_, index) => index + 1));
  });
  for (const { claim, look, takenAway } of CASES) {
    it(`claim ${claim}`, async () => {
      const scenario = await loadClaim(claim);
      const run = await observeRun(scenario);
      const { promises, verdict, thresholds } = judgeRun(run.plan, run.history);
      expect(promises.flatMap(({ violations }) => violations)).toEqual([]);
      expect(verdict).toBe("held");
      expect(thresholds.every(({ met }) => met)).toBe(true);
      look(run);
      const without = await observeRun(scenario, takenAway);
      expect(() => look(without)).toThrow(expect.objectContaining({ name: "AssertionError" }) as Error);
    });
  }
});

describe("docs/claims.md", () => {
  it("has a row for each claim, with links to code, scenario and test that exist", async () => {
    const folder = new URL("../docs/", import.meta.url);
    const page = await readFile(new URL("claims.md", folder), "utf8");
    for (const { claim } of CASES) {
      const row = page.split("\n").find((line) => line.startsWith(`| ${claim} `)) ?? "";
      const targets = [...row.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target ?? "");
      expect(targets.filter((target) => target.startsWith("../src/")).length, `claim ${claim}`).toBeGreaterThan(0);
      expect(targets).toContain(`../scenarios/claims/${claimFile(claim)}`);
      expect(targets).toContain("../test/claims.test.ts");
      for (const target of targets) expect(existsSync(new URL(target, folder)), target).toBe(true);
    }
  });
});
