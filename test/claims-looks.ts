/**
 * What the claims ask for, looked for in a run: subsegments, groups, parity, copies, stripes, who supplied them, restarts.
 *
 * Each look throws an assertion when it does not find its thing. Bytes are cut, compared and added up here, without the
 * core's help; that they are stored and flushed is the simulator's word.
 */
import { assert, expect } from "vitest";
import { restoresOf } from "../src/verify/restores.ts";
import {
  type ClaimRun,
  cutImage,
  firstDurable,
  imageOf,
  isSameKey,
  piecesOf,
  type SuppliedPiece,
} from "./claims-run.ts";

export function suppliedPieces(run: ClaimRun): readonly SuppliedPiece[] {
  return piecesOf(run, firstDurable(run));
}

export function groupsOf(run: ClaimRun): ReadonlyMap<number, readonly SuppliedPiece[]> {
  const groups = new Map<number, SuppliedPiece[]>();
  for (const piece of suppliedPieces(run))
    groups.set(piece.group, [...(groups.get(piece.group) ?? []), piece]);
  return groups;
}

/** Every subsegment of the image was supplied as one data member, in the order of groups; gives their slots in image order. */
export function lookForSubsegments(run: ClaimRun): number[] {
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
export function lookForStripes(run: ClaimRun): void {
  const slots = lookForSubsegments(run);
  for (const [index, slot] of slots.entries()) if (index > 0) expect(slot).not.toBe(slots[index - 1]);
  const counts = [...countBy(slots).values()];
  expect(counts).toHaveLength(run.plan.width);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(run.plan.scheme.k);
}

/** Each group has one more member, the XOR of its data, and no two members of a group are on one server. */
export function lookForParity(run: ClaimRun): number[] {
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

export function lookForStripedParity(run: ClaimRun): void {
  lookForStripes(run);
  expect(new Set(lookForParity(run)).size).toBe(run.plan.width);
}

/** Each group is the same bytes on several servers. */
export function lookForCopies(run: ClaimRun, copyCount: number): void {
  lookForSubsegments(run);
  for (const members of groupsOf(run).values()) {
    expect(members).toHaveLength(copyCount);
    expect(new Set(members.map(({ slot }) => slot)).size).toBe(copyCount);
    for (const { bytes } of members)
      expect(Buffer.compare(bytes, members[0]?.bytes ?? new Uint8Array())).toBe(0);
  }
}

/** The simulator saw the members flushed on the disks of so many servers when they acknowledged. */
export function lookForStored(run: ClaimRun, serverCount: number): void {
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
export function lookForRestart(run: ClaimRun): void {
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
export function fetchedMembers(
  run: ClaimRun,
  asker: "restorer" | "repair",
): { to: number; member: number }[] {
  return run.observed.flatMap((each) =>
    each.kind === "sent" && each.message.type === "fetch" && each.message.asker === asker
      ? [{ to: each.to, member: each.message.member }]
      : [],
  );
}

/** All pieces of the first durable checkpoint were supplied by this host. */
export function lookForSupplier(run: ClaimRun, host: number): void {
  expect([...new Set(suppliedPieces(run).map(({ from }) => from))]).toEqual([host]);
}

/** The image went once from the production server to the former's host, group by group. */
export function lookForImageSentTo(run: ClaimRun, host: number): void {
  const key = firstDurable(run);
  const byGroup = new Map<number, Uint8Array>();
  for (const each of run.observed) {
    if (each.kind !== "sent" || each.message.type !== "form-data" || !isSameKey(each.message.key, key))
      continue;
    expect([each.host, each.to]).toEqual([run.plan.hosts.production, host]);
    byGroup.set(each.message.group, each.message.bytes);
  }
  const sent = Buffer.concat([...byGroup].toSorted((a, b) => a[0] - b[0]).map(([, bytes]) => bytes));
  expect(Buffer.compare(sent, imageOf(run, key))).toBe(0);
}

/** Once the former was lost, checkpoints were formed on the production server, and became durable. */
export function lookForFormingWithout(run: ClaimRun): void {
  const { production } = run.plan.hosts;
  const isLost = run.observed.findIndex(
    ({ kind, ...each }) =>
      kind === "told" &&
      "note" in each &&
      each.note.kind === "checkpoint-failed" &&
      each.note.reason === "former-lost",
  );
  expect(isLost).toBeGreaterThan(0);
  const later = run.observed.slice(isLost).flatMap((each) => (each.kind === "told" ? [each.note] : []));
  const attempt = later.find((note) => note.kind === "attempt-started");
  expect(attempt?.formerHost).toBe(production);
  expect(
    later.some((note) => note.kind === "known-durable" && isSameKey(note.key, attempt?.key ?? note.key)),
  ).toBe(true);
}

/** Handed over, attempt begun, supplied, stored by every server, known durable: in this order. */
export function lookForSteps(run: ClaimRun): void {
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
  const order = steps
    .slice(0, steps.indexOf("known-durable") + 1)
    .filter((step, index, all) => step !== all[index - 1]);
  expect(order).toEqual(["handed over", "attempt-started", "supplied", "stored", "known-durable"]);
}

export function noteKinds(run: ClaimRun): readonly string[] {
  return run.history.events.flatMap((event) => (event.kind === "note" ? [event.note.kind] : []));
}

export function countBy(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
