/**
 * Partitions that last at present: which directed pairs of hosts are cut, and by which faults.
 *
 * Invariant: a pair is cut while at least one partition that names it lasts. A host always reaches itself.
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Reach } from "./reach.ts";
import type { StateHash } from "./state-hash.ts";

interface ActiveCut {
  readonly from: readonly HostId[];
  readonly to: readonly HostId[];
  readonly symmetric: boolean;
}

export class Partitions {
  private readonly hostCount: number;
  /** How many active partitions cut a directed pair, by from * hostCount + to. Pairs that are not cut are absent. */
  private readonly cuts: Map<number, number> = new Map();
  /** By index of the fault: who takes the blame for a message that was cut. */
  private readonly active: Map<number, ActiveCut> = new Map();

  constructor(hostCount: number) {
    this.hostCount = hostCount;
  }

  isCut(from: HostId, to: HostId): boolean {
    return this.cuts.size > 0 && this.cuts.has(from * this.hostCount + to);
  }

  /** As `isCut`, for a message: every partition that takes it has bitten. */
  takesMessage(from: HostId, to: HostId, reach: Reach): boolean {
    if (!this.isCut(from, to)) return false;
    for (const [index, cut] of this.active) {
      const isOneWay = cut.from.includes(from) && cut.to.includes(to);
      const isOtherWay = cut.symmetric && cut.from.includes(to) && cut.to.includes(from);
      if (isOneWay || isOtherWay) reach.bite(index);
    }
    return true;
  }

  /** Cuts every pair of different hosts once more. Returns how many directed pairs it cut. */
  begin(faultIndex: number, from: readonly HostId[], to: readonly HostId[], symmetric: boolean): number {
    this.active.set(faultIndex, { from, to, symmetric });
    return this.change(from, to, 1) + (symmetric ? this.change(to, from, 1) : 0);
  }

  /** Takes back one `begin` with the same arguments. */
  end(faultIndex: number, from: readonly HostId[], to: readonly HostId[], symmetric: boolean): void {
    this.active.delete(faultIndex);
    this.change(from, to, -1);
    if (symmetric) this.change(to, from, -1);
  }

  fork(): Partitions {
    const copy = new Partitions(this.hostCount);
    for (const [pair, count] of this.cuts) copy.cuts.set(pair, count);
    for (const [index, cut] of this.active) copy.active.set(index, cut);
    return copy;
  }

  addTo(hash: StateHash): void {
    hash.addUnordered(this.cuts, (pair, count) => {
      hash.add(pair);
      hash.add(count);
    });
  }

  private change(from: readonly HostId[], to: readonly HostId[], change: number): number {
    let pairCount = 0;
    for (const source of from) {
      for (const target of to) {
        if (source === target) continue;
        pairCount += 1;
        const pair = source * this.hostCount + target;
        const count = (this.cuts.get(pair) ?? 0) + change;
        if (count > 0) this.cuts.set(pair, count);
        else this.cuts.delete(pair);
      }
    }
    return pairCount;
  }
}
