/**
 * The user's own files as a checkpoint: the software holds them and does nothing but hand them over again and again.
 *
 * Invariant: the bytes that the caller passes are never changed; the comparison uses a copy made at the beginning.
 * Verified: every start of the run had exactly these names, in this order, with exactly these bytes.
 * Does not cover: reading files; that is the command line's part.
 */
import { assert } from "../core/assertion.ts";
import type { Segment } from "../core/checkpoint/image.ts";
import type {
  Software,
  SoftwareEnvironment,
  WorkloadJudgement,
  WorkloadRun,
  WorkloadViolation,
} from "../sim/software.ts";
import { segmentsProblem } from "./same-bytes.ts";

export interface FilesSettings {
  readonly kind: "files";
  /** The files, already read; names are unique. */
  readonly segments: readonly Segment[];
  readonly checkpointEveryNs: number;
}

const CHECKPOINT_TIMER = "checkpoint";

class FilesSoftware implements Software {
  readonly segments: readonly Segment[];
  readonly restarted: boolean;
  private readonly checkpointEveryNs: number;

  constructor(segments: readonly Segment[], restarted: boolean, checkpointEveryNs: number) {
    this.segments = segments;
    this.restarted = restarted;
    this.checkpointEveryNs = checkpointEveryNs;
  }

  start(env: SoftwareEnvironment): void {
    env.setTimer(CHECKPOINT_TIMER, this.checkpointEveryNs);
    // After a restart the protocol itself asks for the first checkpoint.
    if (!this.restarted) env.checkpoint(this.segments);
  }

  message(): void {}

  timer(env: SoftwareEnvironment, name: string): void {
    if (name !== CHECKPOINT_TIMER) return;
    env.setTimer(CHECKPOINT_TIMER, this.checkpointEveryNs);
    env.checkpoint(this.segments);
  }

  /** Files have no outputs that could wait. */
  durable(): void {}

  /** The timer asks again. */
  failed(): void {}

  wanted(env: SoftwareEnvironment): void {
    env.checkpoint(this.segments);
  }

  stop(): void {}

  fork(): FilesSoftware {
    return new FilesSoftware(this.segments, this.restarted, this.checkpointEveryNs);
  }
}

export class FilesRun implements WorkloadRun {
  readonly clients: readonly [] = [];
  private readonly settings: FilesSettings;
  /** The run's own copy: nothing in the system can reach it. */
  private readonly originals: readonly Segment[];
  private readonly violations: WorkloadViolation[];
  private restartCount: number;

  constructor(settings: FilesSettings, originals?: readonly Segment[]) {
    const names = new Set(settings.segments.map(({ name }) => name));
    assert(names.size === settings.segments.length, "files have different names");
    this.settings = settings;
    this.originals =
      originals ?? settings.segments.map(({ name, bytes }) => ({ name, bytes: bytes.slice() }));
    this.violations = [];
    this.restartCount = 0;
  }

  create(): FilesSoftware {
    return new FilesSoftware(this.settings.segments, false, this.settings.checkpointEveryNs);
  }

  /** Files start on anything; what they were started on is compared at once and judged at the end. */
  restart(segments: readonly Segment[]): { readonly ok: true; readonly software: FilesSoftware } {
    this.restartCount += 1;
    const problem = segmentsProblem(this.originals, segments);
    if (problem !== undefined) {
      this.violations.push({ promise: "integrity", message: `restart ${this.restartCount}: ${problem}` });
    }
    return { ok: true, software: new FilesSoftware(segments, true, this.settings.checkpointEveryNs) };
  }

  judge(running: readonly Software[]): WorkloadJudgement {
    const violations = [...this.violations];
    let continuationCount = 0;
    for (const software of running) {
      assert(software instanceof FilesSoftware, "a files run judges files");
      if (software.restarted) continuationCount += 1;
      const problem = segmentsProblem(this.originals, software.segments);
      if (problem === undefined) continue;
      const promise = software.restarted ? "continuation" : "integrity";
      violations.push({ promise, message: `at the end: ${problem}` });
    }
    return {
      violations,
      continuationCount,
      checkedCounts: {
        instancesChecked: running.length,
        restarts: this.restartCount,
        filesCompared: this.originals.length * (this.restartCount + running.length),
      },
    };
  }

  fork(): FilesRun {
    const copy = new FilesRun(this.settings, this.originals);
    copy.violations.push(...this.violations);
    copy.restartCount = this.restartCount;
    return copy;
  }
}
