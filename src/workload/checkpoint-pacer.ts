/**
 * Which checkpoints an instance has taken, what each holds, and when the next one is due.
 *
 * What a checkpoint holds is told by a mark: an integer that grows with the software's state, such as the number of its
 * newest transfer. Invariants: at most one checkpoint is under way; marks of durable checkpoints never go back.
 * Does not cover: timers and outputs; the software has those.
 */
import type { Segment } from "../core/checkpoint/image.ts";
import type { SoftwareEnvironment } from "../sim/software.ts";
import type { StateHash } from "../sim/state-hash.ts";

export interface DurableMark {
  readonly sequence: number;
  readonly mark: number;
}

export class CheckpointPacer {
  /** Checkpoints neither known durable nor failed: sequence to mark. */
  private readonly marks: Map<number, number>;
  private underWaySequence: number | undefined;
  /** A checkpoint was asked for while another one was under way. */
  private due: boolean;
  /** Mark of the newest checkpoint; undefined when there is none or when it failed. */
  private takenMark: number | undefined;
  private durableMark: DurableMark | undefined;

  constructor() {
    this.marks = new Map();
    this.underWaySequence = undefined;
    this.due = false;
    this.takenMark = undefined;
    this.durableMark = undefined;
  }

  /** The newest durable checkpoint of this instance. */
  get newestDurable(): DurableMark | undefined {
    return this.durableMark;
  }

  /** True when the mark is in no checkpoint of this instance yet. */
  isNew(mark: number): boolean {
    return this.takenMark === undefined || this.takenMark < mark;
  }

  /** Takes a checkpoint of the state with this mark, or remembers to when one is under way. */
  take(env: SoftwareEnvironment, mark: number, segments: () => readonly Segment[]): void {
    this.due = this.underWaySequence !== undefined;
    if (this.due) return;
    const sequence = env.checkpoint(segments());
    // Refused for now, though this instance knows of none under way: at its next tick the mark is still new.
    this.takenMark = sequence === undefined ? undefined : mark;
    if (sequence === undefined) return;
    this.underWaySequence = sequence;
    this.marks.set(sequence, mark);
  }

  /** Notes that the checkpoint is durable. Undefined: it was none of this instance. */
  durable(sequence: number): { readonly mark: number; readonly takeNext: boolean } | undefined {
    const mark = this.marks.get(sequence);
    if (mark === undefined) return undefined;
    for (const older of this.marks.keys()) if (older <= sequence) this.marks.delete(older);
    if (this.underWaySequence !== undefined && this.underWaySequence <= sequence)
      this.underWaySequence = undefined;
    if (this.durableMark === undefined || this.durableMark.mark <= mark)
      this.durableMark = { sequence, mark };
    return { mark, takeNext: this.due };
  }

  /**
   * Notes that the checkpoint failed. The state counts as new again even when nothing changed, because the protocol may
   * have wanted this checkpoint. It is retried at the next tick, so that a cluster with too few servers is not asked
   * without a pause.
   */
  failed(sequence: number): void {
    this.marks.delete(sequence);
    if (this.underWaySequence === sequence) this.underWaySequence = undefined;
    this.takenMark = undefined;
    this.due = false;
  }

  addTo(hash: StateHash): void {
    hash.addValue(this.marks);
    hash.addValue([this.underWaySequence, this.due, this.takenMark, this.durableMark]);
  }

  fork(): CheckpointPacer {
    const copy = new CheckpointPacer();
    for (const [sequence, mark] of this.marks) copy.marks.set(sequence, mark);
    copy.underWaySequence = this.underWaySequence;
    copy.due = this.due;
    copy.takenMark = this.takenMark;
    copy.durableMark = this.durableMark;
    return copy;
  }
}
