/**
 * What happened to servers, disks and links over time, from the simulator's facts.
 *
 * Unrepaired (docs/protocol.md: lost and not yet complete again) is judged carefully, so that a promise made "while at most f
 * slots are unrepaired" is never demanded without right:
 * - a slot whose server lost its disk is unrepaired until a later `complete` note of that slot;
 * - a slot whose server went down before anything on its disk was durable counts as one that lost it, until it says that it
 *   started again as a joined server, on what by chance stayed, or is complete;
 * - a slot whose disk was damaged (rot, unreadable sectors, writes that went wrong) is unrepaired until every file hit was
 *   repaired or retired, or a second later scrub pass ends with nothing found left to repair; one that began a new life since
 *   is unrepaired until that is complete.
 * Believing `complete`, `repaired` and `scrubbed` is the strict side: a role that claims them too early is held to more.
 *
 * Does not cover: disks that merely answer slowly, and servers that are up but not joined.
 */
import type { CheckpointKey, Life } from "../../core/checkpoint/key.ts";
import type { Fault } from "../../sim/faults.ts";
import type { HistoryEvent, RunHistory } from "../../sim/history.ts";
import type { RunContext } from "../promises/promise.ts";
import { type Interval, meetsAny } from "./intervals.ts";
import { orderLives } from "./order.ts";
import { RotOnDisk } from "./rot.ts";

interface Cut {
  readonly from: ReadonlySet<number>;
  readonly to: ReadonlySet<number>;
  readonly interval: Interval;
}

export class Timeline {
  /** By host. */
  private readonly down: Map<number, Interval[]> = new Map();
  private readonly cuts: Cut[] = [];
  /** Faults under which silence, or an answer that comes late or not, proves nothing about a server. */
  private readonly unreliable: Interval[] = [];
  /** By slot. */
  private readonly unrepaired: Map<number, Interval[]> = new Map();
  /** By slot: the rot that may still stand on its disk when the run ends. */
  private readonly rotAtEnd: Map<number, RotOnDisk> = new Map();
  /** Starts and ends of everything above, and moments at which rot bit: ascending. */
  readonly changesNs: readonly number[];
  /** The end of the last of them that comes from outside (repairs are no disturbance); 0 without any. */
  readonly lastDisturbanceNs: number;
  private readonly damagesNs: number[] = [];
  private readonly slotHosts: readonly number[];
  private readonly endNs: number;
  /** Each moment at which more slots than ever before were unrepaired, ascending. */
  private readonly unrepairedMaxima: { readonly atNs: number; readonly count: number }[] = [];

  constructor(history: RunHistory, context: RunContext) {
    this.slotHosts = context.slotHosts;
    this.endNs = history.endNs;
    const disturbances: number[] = [];
    this.readHosts(history, disturbances);
    this.readFaults(history, context, disturbances);
    for (const intervals of this.down.values()) intervals.sort((a, b) => a.fromNs - b.fromNs);
    const slotOf = history.events.map(slotOfNote);
    for (const slot of context.slotHosts.keys()) {
      const { intervals, rot } = unrepairedIntervals(history, context, slot, slotOf);
      this.unrepaired.set(slot, intervals);
      if (rot !== undefined) this.rotAtEnd.set(slot, rot);
    }
    this.lastDisturbanceNs = disturbances.reduce((latest, atNs) => Math.max(latest, atNs), 0);
    const repairs = [...this.unrepaired.values()]
      .flat()
      .flatMap(({ fromNs, toNs }) => [fromNs, toNs ?? fromNs]);
    for (const event of history.events) {
      if (event.kind === "note" && event.note.kind === "repaired") repairs.push(event.atNs);
    }
    this.changesNs = [...new Set([...disturbances, ...repairs])].sort((a, b) => a - b);
    let most = 0;
    for (const atNs of this.changesNs) {
      const count = this.slotHosts.filter((_, slot) => this.isUnrepaired(slot, atNs)).length;
      if (count <= most) continue;
      most = count;
      this.unrepairedMaxima.push({ atNs, count });
    }
  }

  private readHosts(history: RunHistory, disturbances: number[]): void {
    const downSince = new Map<number, number>();
    const close = (host: number, toNs: number | undefined): void => {
      const fromNs = downSince.get(host);
      if (fromNs === undefined) return;
      this.down.set(host, [...(this.down.get(host) ?? []), { fromNs, toNs }]);
      downSince.delete(host);
    };
    for (const event of history.events) {
      const { kind, host, atNs } = event;
      if (kind === "host-down" && !downSince.has(host)) downSince.set(host, atNs);
      if (kind === "host-up") close(host, atNs);
      if (kind === "host-down" || kind === "host-up") disturbances.push(atNs);
      if (event.kind === "host-down" && losesDisk(event, true)) this.damagesNs.push(atNs);
    }
    for (const host of downSince.keys()) close(host, undefined);
  }

  private readFaults(history: RunHistory, context: RunContext, disturbances: number[]): void {
    for (const event of history.events) {
      if (event.kind === "damage") {
        this.damagesNs.push(event.atNs);
        disturbances.push(event.atNs);
      }
      if (event.kind !== "fault" || !event.bit) continue;
      const { fault, atNs } = event;
      disturbances.push(atNs);
      if (fault.kind === "bit-rot") this.damagesNs.push(atNs);
      if (fault.kind === "partition") {
        const toNs = fault.healAfterNs === undefined ? undefined : atNs + fault.healAfterNs;
        this.cuts.push({
          from: new Set(fault.from),
          to: new Set(fault.to),
          interval: { fromNs: atNs, toNs },
        });
        if (toNs !== undefined && toNs <= this.endNs) disturbances.push(toNs);
      } else if ("lastsNs" in fault && fault.lastsNs !== undefined) {
        if (fault.kind === "pause") {
          const { host } = event;
          const paused = { fromNs: atNs, toNs: atNs + fault.lastsNs };
          this.down.set(host, [...(this.down.get(host) ?? []), paused]);
        }
        const toNs = atNs + fault.lastsNs + afterEffectNs(fault, context);
        this.unreliable.push({ fromNs: atNs, toNs });
        disturbances.push(Math.min(this.endNs, toNs));
      }
    }
  }

  /** Up, and not paused, during the whole span. */
  isUp(host: number, fromNs: number, toNs: number = fromNs): boolean {
    return !meetsAny(this.down.get(host) ?? [], fromNs, toNs);
  }

  /** The first moment from `fromNs` on at which the host is down. */
  downFrom(host: number, fromNs: number): number | undefined {
    for (const interval of this.down.get(host) ?? []) {
      if ((interval.toNs ?? Infinity) > fromNs) return Math.max(interval.fromNs, fromNs);
    }
    return undefined;
  }

  /** No partition stands between the two hosts in either direction during the whole span. */
  isConnected(a: number, b: number, fromNs: number, toNs: number = fromNs): boolean {
    if (a === b) return true;
    return !this.cuts.some(({ from, to, interval }) => {
      const divides = (from.has(a) && to.has(b)) || (from.has(b) && to.has(a));
      return divides && meetsAny([interval], fromNs, toNs);
    });
  }

  /** A fault that lasts loses or delays messages, or what disks answer, at some moment of the span. */
  isUnreliable(fromNs: number, toNs: number): boolean {
    return meetsAny(this.unreliable, fromNs, toNs);
  }

  isUnrepaired(slot: number, fromNs: number, toNs: number = fromNs): boolean {
    return meetsAny(this.unrepaired.get(slot) ?? [], fromNs, toNs);
  }

  /** Rot keeps this file of the slot's disk from being intact at the end, and only a scrub could have told the server. */
  isHiddenRot(slot: number, key: CheckpointKey, group: number, member: number): boolean {
    return this.rotAtEnd.get(slot)?.isHidden(key, group, member) === true;
  }

  /** The most slots that were unrepaired at one moment up to and including `untilNs`. */
  unrepairedCountMax(untilNs: number): number {
    let most = 0;
    for (const { atNs, count } of this.unrepairedMaxima) {
      if (atNs > untilNs) break;
      most = count;
    }
    return most;
  }

  /** The slot's server is up, repaired, and can talk with `host` during the whole span. */
  answers(slot: number, host: number, fromNs: number, toNs: number = fromNs): boolean {
    const slotHost = this.slotHosts[slot];
    if (slotHost === undefined) return false;
    return (
      this.isUp(slotHost, fromNs, toNs) &&
      this.isConnected(slotHost, host, fromNs, toNs) &&
      !this.isUnrepaired(slot, fromNs, toNs)
    );
  }

  /** A disk was lost or rotted within the span: it may have held more before. */
  damagedWithin(fromNs: number, toNs: number): boolean {
    return this.damagesNs.some((atNs) => atNs >= fromNs && atNs <= toNs);
  }

  /** Something changed (server, link, disk, repair) within the span. */
  changedWithin(fromNs: number, toNs: number): boolean {
    return this.changesNs.some((atNs) => atNs >= fromNs && atNs <= toNs);
  }
}

/** What began while the fault lasted goes on after it: a slow operation, a message that is held back. */
function afterEffectNs(fault: Fault, { operationNsMax }: RunContext): number {
  if ("factor" in fault) return fault.factor * operationNsMax;
  return "byNs" in fault ? fault.byNs : 0;
}

/** The slot that a note speaks of; -1 without one. */
function slotOfNote(event: HistoryEvent): number {
  return event.kind === "note" && "slot" in event.note ? event.note.slot : -1;
}

/** `slotOf`: by event. */
function unrepairedIntervals(
  history: RunHistory,
  context: RunContext,
  slot: number,
  slotOf: readonly number[],
): { readonly intervals: Interval[]; readonly rot: RotOnDisk | undefined } {
  const host = context.slotHosts[slot];
  const intervals: Interval[] = [];
  let sinceNs: number | undefined;
  let isDown = false;
  let isLost = false;
  /** The disk itself was taken away, or given up. */
  let isGone = false;
  let rot: RotOnDisk | undefined;
  let life: Life | undefined;
  for (const [index, event] of history.events.entries()) {
    if (event.host !== host && slotOf[index] !== slot) continue;
    const isLoss = event.host === host && losesDisk(event, isDown);
    if (event.host === host && event.kind === "host-down") isDown = true;
    if (event.host === host && event.kind === "host-up") {
      isDown = false;
      rot?.restarted();
    }
    if (isLoss) {
      isLost = true;
      isGone = event.kind !== "host-down" || event.diskLost;
      rot = undefined;
    } else if (event.host === host && isDamage(event)) {
      rot ??= new RotOnDisk(life);
      rot.bite(event);
    } else if (event.kind === "note" && slotOf[index] === slot) {
      const { note } = event;
      if ("life" in note && (life === undefined || orderLives(note.life, life) > 0)) {
        // It gave up what its disk held: its control record was rotten.
        if (rot !== undefined && life !== undefined) {
          isLost = true;
          isGone = true;
        }
        life = note.life;
      }
      if (note.kind === "complete" || (note.kind === "started" && note.joined && !isGone)) {
        isLost = false;
      }
      if (rot?.isMendedBy(note) === true) rot = undefined;
    }
    const isUnrepaired = isLost || rot !== undefined;
    if (isUnrepaired && sinceNs === undefined) sinceNs = event.atNs;
    if (!isUnrepaired && sinceNs !== undefined) {
      intervals.push({ fromNs: sinceNs, toNs: event.atNs });
      sinceNs = undefined;
    }
  }
  if (sinceNs !== undefined) intervals.push({ fromNs: sinceNs, toNs: undefined });
  return { intervals, rot };
}

function isDamage(event: HistoryEvent): event is Extract<HistoryEvent, { kind: "fault" | "damage" }> {
  if (event.kind === "damage") return true;
  return event.kind === "fault" && event.bit && event.fault.kind === "bit-rot";
}

/** A server that comes up for the first time has an empty disk, too, but has lost nothing. */
function losesDisk(event: HistoryEvent, isDown: boolean): boolean {
  if (event.kind === "host-down") return event.diskLost || event.nothingDurable === true;
  return event.kind === "host-up" && isDown && !event.diskKept;
}
