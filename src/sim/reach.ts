/**
 * Reach marks: how often each fault of a run's plan really bit, by its place in the plan.
 *
 * A fault that is armed, or lasts, has not bitten yet: it bites each time something comes out otherwise because of it, such
 * as a message lost, a write torn, an operation slowed. What one bite is of each kind is in docs/faults.md.
 */
export class Reach {
  private counts: number[] = [];

  bite(faultIndex: number, count: number = 1): void {
    this.counts[faultIndex] = this.of(faultIndex) + count;
  }

  of(faultIndex: number): number {
    return this.counts[faultIndex] ?? 0;
  }

  fork(): Reach {
    const copy = new Reach();
    copy.counts = this.counts.slice();
    return copy;
  }
}
