/**
 * The tables of a world that grow with what is under way, used by one run after another, so that many runs allocate no more
 * than the largest of them; and the image that the run before began with, when it is small, because the next one may begin
 * with the same.
 *
 * Invariant: one world at a time. What is taken is as new, so that a run does not depend on the runs before it. A world must
 * not be used after its buffers were released.
 */
import { assert } from "../core/assertion.ts";
import { EventQueue } from "./event-queue.ts";
import { ImageRecorder, type RecordedImage } from "./image-record.ts";
import { Transits } from "./transits.ts";

export class WorldBuffers {
  private readonly queue: EventQueue = new EventQueue();
  private readonly transits: Transits = new Transits();
  private taken: boolean = false;
  private images: ImageRecorder | undefined = undefined;
  private keptImage: RecordedImage | undefined = undefined;

  get isTaken(): boolean {
    return this.taken;
  }

  /** For a new world; it is a bug to take what another world uses. */
  take(): { readonly queue: EventQueue; readonly transits: Transits; readonly images: ImageRecorder } {
    assert(!this.taken, "buffers serve one world at a time");
    this.taken = true;
    const { queue, transits } = this;
    queue.reset();
    transits.reset();
    const images = new ImageRecorder(this.keptImage);
    this.images = images;
    return { queue, transits, images };
  }

  /** The world that took them is not used any more. */
  release(): void {
    this.taken = false;
    this.keptImage = this.images?.kept;
    this.images = undefined;
  }
}
