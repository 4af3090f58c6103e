/**
 * Writes the history of a run, and takes what it writes into the trace digest.
 *
 * Invariants: events stand in the order in which they happened; a fork's history goes on by itself.
 */
import type { Ballot, CheckpointKey } from "../core/checkpoint/key.ts";
import { ballotText } from "../core/checkpoint/key.ts";
import type { Segment } from "../core/checkpoint/image.ts";
import type { HostId } from "../core/protocol/environment.ts";
import type { Note } from "../core/protocol/notes.ts";

import type { Fault, FaultAction } from "./faults.ts";
import type { FlippedBit } from "./file-store.ts";
import type { HistoryEvent, HoldingFact, KeyHoldings } from "./history.ts";
import { ImageRecorder } from "./image-record.ts";
import type { Timeline } from "./timeline.ts";

/** What the simulator itself saw at the moment of a note. */
export interface NoteFacts {
  readonly flushedOnDisk?: boolean;
  readonly flushedMemberCount?: number;
  readonly holdings?: readonly HoldingFact[];
  readonly holdingsByKey?: readonly KeyHoldings[];
}

/** A copy of an image that waits for the core to accept it. */
export interface HandedOver {
  readonly image: Uint8Array;
  readonly segmentNames: readonly string[];
  /** Where the event belongs: before what the core did with the image. */
  readonly position: number;
}

export class HistoryRecorder {
  private readonly timeline: Timeline;
  private events: HistoryEvent[] = [];
  private readonly images: ImageRecorder;

  constructor(timeline: Timeline, images: ImageRecorder = new ImageRecorder()) {
    this.timeline = timeline;
    this.images = images;
  }

  /** Everything so far; the array grows with the run. */
  all(): readonly HistoryEvent[] {
    return this.events;
  }

  note(host: HostId, note: Note, facts: NoteFacts): void {
    this.timeline.digest.add(host);
    this.timeline.digest.addText(note.kind);
    this.timeline.trace?.note(this.timeline.queue, this.timeline.nowNs, host, note.kind);
    this.events.push({ atNs: this.timeline.nowNs, host, kind: "note", note, ...facts });
  }

  /** Copies an image before the core sees it. */
  handOver(segments: readonly Segment[]): HandedOver {
    return {
      image: this.images.copy(segments),
      segmentNames: segments.map(({ name }) => name),
      position: this.events.length,
    };
  }

  /** The core took the image that was handed over. */
  imageTaken(host: HostId, ballot: Ballot, sequence: number, handedOver: HandedOver): void {
    const { segmentNames, position } = handedOver;
    this.timeline.digest.add(sequence);
    const image = this.images.record(handedOver.image, this.timeline.digest);
    const atNs = this.timeline.nowNs;
    this.events.splice(position, 0, {
      atNs,
      host,
      kind: "image-taken",
      ballot,
      sequence,
      image,
      segmentNames,
    });
  }

  softwareStarted(
    host: HostId,
    started: {
      readonly ballot: Ballot;
      readonly key: CheckpointKey | undefined;
      readonly segments: readonly Segment[] | undefined;
      readonly refusedBySoftware: string | undefined;
    },
  ): void {
    const { ballot, key, segments, refusedBySoftware } = started;
    this.timeline.digest.addText(ballotText(ballot));
    const image =
      segments === undefined
        ? undefined
        : this.images.record(this.images.copy(segments), this.timeline.digest);
    const atNs = this.timeline.nowNs;
    this.events.push({ atNs, host, kind: "software-started", ballot, key, image, refusedBySoftware });
  }

  softwareStopped(host: HostId, ballot: Ballot, reason: "crash" | "fenced"): void {
    this.timeline.digest.addText(reason);
    this.events.push({ atNs: this.timeline.nowNs, host, kind: "software-stopped", ballot, reason });
  }

  outputReleased(host: HostId, ballot: Ballot, sequence: number, output: string): void {
    this.timeline.digest.add(sequence);
    this.timeline.digest.addText(output);
    this.events.push({ atNs: this.timeline.nowNs, host, kind: "output-released", ballot, sequence, output });
  }

  fault(host: HostId, fault: Fault, bit: boolean, flippedBits?: readonly FlippedBit[]): void {
    this.timeline.digest.addText(fault.kind);
    this.timeline.digest.add(bit ? 1 : 0);
    for (const { file, bitIndex } of flippedBits ?? []) {
      this.timeline.digest.addText(file);
      this.timeline.digest.add(bitIndex);
    }
    const atNs = this.timeline.nowNs;
    this.timeline.trace?.fault(this.timeline.queue, atNs, host, fault.kind, bit);
    if (flippedBits === undefined) this.events.push({ atNs, host, kind: "fault", fault, bit });
    else this.events.push({ atNs, host, kind: "fault", fault, bit, flippedBits });
  }

  damage(host: HostId, fault: FaultAction, files: readonly string[]): void {
    this.timeline.digest.addText(fault.kind);
    for (const file of files) this.timeline.digest.addText(file);
    this.events.push({ atNs: this.timeline.nowNs, host, kind: "damage", fault, files });
  }

  hostDown(host: HostId, diskLost: boolean, nothingDurable: boolean = false): void {
    const down = { atNs: this.timeline.nowNs, host, kind: "host-down", diskLost } as const;
    this.events.push(nothingDurable ? { ...down, nothingDurable } : down);
  }

  hostUp(host: HostId, diskKept: boolean): void {
    this.events.push({ atNs: this.timeline.nowNs, host, kind: "host-up", diskKept });
  }

  fork(timeline: Timeline): HistoryRecorder {
    const copy = new HistoryRecorder(timeline, this.images.fork());
    copy.events = this.events.slice();
    return copy;
  }
}
