/**
 * A synthetic program of any image size: a step counter and content that evolves with it, and an output for each step.
 *
 * Invariants: the state at a step is a function of the settings (synthetic-content.ts); bytes that were handed over are
 * never written again; the output of a step leaves only when a checkpoint of this instance that holds it is durable.
 * Verified: each restart had the bytes of an uninterrupted run at its step; so has the end; the newest instance is not
 * behind an output that was released. Images under 8 bytes hold no step, so nothing is said of their outputs.
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
import type { StateHash } from "../sim/state-hash.ts";
import { CheckpointPacer } from "./checkpoint-pacer.ts";
import { firstDifference } from "./same-bytes.ts";
import { applyStep, expectedContent, initialContent, stepOf, storesStep } from "./synthetic-content.ts";

export interface SyntheticSettings {
  readonly kind: "synthetic";
  /** 0 or more. */
  readonly imageBytes: number;
  readonly contentSeed: number;
  readonly checkpointEveryNs: number;
}

const SYNTHETIC_SEGMENT_NAME = "synthetic.image";
const STEP_TIMER = "step";
const STEPS_PER_CHECKPOINT = 4;
/** A step that no run reaches: a header above it is not this program's. */
const STEP_MAX = 1_000_000;

/** What left a run's instances, as they reported it themselves. */
interface ReleaseRecord {
  stepMax: number;
  outputCount: number;
}

export class SyntheticSoftware implements Software {
  /** The state. What was handed over, or taken over, is copied before it is changed. */
  image: Uint8Array;
  step: number;
  readonly startIndex: number;
  readonly restarted: boolean;
  readonly released: ReleaseRecord;
  private readonly settings: SyntheticSettings;
  private readonly pacer: CheckpointPacer;
  /** Newest step whose output has left, or that an earlier instance had to care for. */
  private releasedStep: number;
  /** Somebody else has the buffer of the state. */
  private isShared: boolean;

  constructor(
    settings: SyntheticSettings,
    image: Uint8Array,
    origin: { readonly startIndex: number; readonly restarted: boolean; readonly step: number },
    released: ReleaseRecord,
    pacer: CheckpointPacer = new CheckpointPacer(),
  ) {
    this.settings = settings;
    this.image = image;
    this.step = origin.step;
    this.startIndex = origin.startIndex;
    this.restarted = origin.restarted;
    this.released = released;
    this.pacer = pacer;
    this.releasedStep = origin.step;
    this.isShared = origin.restarted;
  }

  start(env: SoftwareEnvironment): void {
    env.setTimer(STEP_TIMER, this.stepEveryNs());
    // After a restart the protocol itself asks for the first checkpoint.
    if (!this.restarted) this.takeCheckpoint(env);
  }

  message(): void {}

  timer(env: SoftwareEnvironment, name: string): void {
    if (name !== STEP_TIMER) return;
    env.setTimer(STEP_TIMER, this.stepEveryNs());
    this.step += 1;
    if (this.isShared) this.image = this.image.slice();
    this.isShared = false;
    applyStep(this.image, this.settings.contentSeed, this.step);
    if (this.step % STEPS_PER_CHECKPOINT === 0) this.takeCheckpoint(env);
  }

  durable(env: SoftwareEnvironment, sequence: number): void {
    const held = this.pacer.durable(sequence);
    if (held === undefined) return;
    for (let step = this.releasedStep + 1; step <= held.mark; step += 1) {
      env.released(sequence, `step ${step}`);
      this.released.outputCount += 1;
    }
    this.releasedStep = Math.max(this.releasedStep, held.mark);
    this.released.stepMax = Math.max(this.released.stepMax, this.releasedStep);
    if (held.takeNext) this.takeCheckpoint(env);
  }

  failed(_env: SoftwareEnvironment, sequence: number): void {
    this.pacer.failed(sequence);
  }

  wanted(env: SoftwareEnvironment): void {
    this.takeCheckpoint(env);
  }

  stop(): void {}

  fork(run: WorkloadRun): SyntheticSoftware {
    assert(run instanceof SyntheticRun, "a fork belongs to a run of its own kind");
    const origin = { startIndex: this.startIndex, restarted: this.restarted, step: this.step };
    const copy = new SyntheticSoftware(this.settings, this.image, origin, run.released, this.pacer.fork());
    copy.releasedStep = this.releasedStep;
    this.isShared = true;
    copy.isShared = true;
    return copy;
  }

  addTo(hash: StateHash): void {
    hash.add(this.step);
    hash.add(this.restarted ? 1 : 0);
    hash.add(this.releasedStep);
    // The image follows from the step while all is well. The hash remembers buffers as immutable.
    this.isShared = true;
    hash.addBytes(this.image);
    this.pacer.addTo(hash);
  }

  private stepEveryNs(): number {
    return Math.max(1, Math.floor(this.settings.checkpointEveryNs / STEPS_PER_CHECKPOINT));
  }

  private takeCheckpoint(env: SoftwareEnvironment): void {
    this.pacer.take(env, this.step, () => {
      this.isShared = true;
      return [{ name: SYNTHETIC_SEGMENT_NAME, bytes: this.image }];
    });
  }
}

export class SyntheticRun implements WorkloadRun {
  readonly clients: readonly [] = [];
  private readonly settings: SyntheticSettings;
  /** Shared with the instances of this run. */
  readonly released: ReleaseRecord;
  private readonly violations: WorkloadViolation[];
  private startedCount: number;

  constructor(settings: SyntheticSettings) {
    assert(
      Number.isSafeInteger(settings.imageBytes) && settings.imageBytes >= 0,
      "imageBytes is an integer >= 0",
    );
    this.settings = settings;
    this.released = { stepMax: 0, outputCount: 0 };
    this.violations = [];
    this.startedCount = 0;
  }

  create(): SyntheticSoftware {
    return this.instance(initialContent(this.settings), 0, false);
  }

  /** Refuses what is not one image of the right size with a step in it; other wrong bytes are judged at the end. */
  restart(segments: readonly Segment[]): ReturnType<WorkloadRun["restart"]> {
    const [segment] = segments;
    const { imageBytes } = this.settings;
    if (segment === undefined || segments.length !== 1 || segment.name !== SYNTHETIC_SEGMENT_NAME) {
      return this.refuse(`the image is one segment ${SYNTHETIC_SEGMENT_NAME}`);
    }
    if (segment.bytes.length !== imageBytes) {
      return this.refuse(`the image has ${segment.bytes.length} bytes instead of ${imageBytes}`);
    }
    const step = stepOf(segment.bytes);
    if (step > STEP_MAX) return this.refuse(`the image says step ${step}, above ${STEP_MAX}`);
    this.judgeContent(segment.bytes, step, `restart ${this.startedCount}`, "integrity", this.violations);
    return { ok: true, software: this.instance(segment.bytes, step, true) };
  }

  judge(running: readonly Software[]): WorkloadJudgement {
    const violations = [...this.violations];
    const instances = running.map((software) => {
      assert(software instanceof SyntheticSoftware, "a synthetic run judges synthetic software");
      return software;
    });
    for (const { image, step, startIndex } of instances) {
      this.judgeContent(image, step, `the end of instance ${startIndex}`, "continuation", violations);
    }
    const last = instances.at(-1);
    const newest = last?.startIndex === this.startedCount - 1 ? last : undefined;
    const stepMax = Math.max(this.released.stepMax, ...instances.map(({ released }) => released.stepMax));
    if (newest !== undefined && storesStep(this.settings.imageBytes) && newest.step < stepMax) {
      violations.push({
        promise: "output-commit",
        message: `the output of step ${stepMax} was released, and the newest instance is at step ${newest.step}`,
      });
    }
    return {
      violations,
      continuationCount: instances.filter(({ restarted }) => restarted).length,
      checkedCounts: {
        instancesChecked: instances.length,
        bytesCompared: this.settings.imageBytes * (instances.length + Math.max(0, this.startedCount - 1)),
        restarts: Math.max(0, this.startedCount - 1),
        stepsReached: newest?.step ?? 0,
        outputsReleased: Math.max(
          this.released.outputCount,
          ...instances.map((one) => one.released.outputCount),
        ),
      },
    };
  }

  fork(): SyntheticRun {
    const copy = new SyntheticRun(this.settings);
    Object.assign(copy.released, this.released);
    copy.violations.push(...this.violations);
    copy.startedCount = this.startedCount;
    return copy;
  }

  private instance(image: Uint8Array, step: number, restarted: boolean): SyntheticSoftware {
    const origin = { startIndex: this.startedCount, restarted, step };
    this.startedCount += 1;
    return new SyntheticSoftware(this.settings, image, origin, this.released);
  }

  private refuse(reason: string): { readonly ok: false; readonly reason: string } {
    this.violations.push({ promise: "integrity", message: `the program refused to start: ${reason}` });
    return { ok: false, reason };
  }

  private judgeContent(
    image: Uint8Array,
    step: number,
    place: string,
    promise: WorkloadViolation["promise"],
    violations: WorkloadViolation[],
  ): void {
    const offset = firstDifference(expectedContent(this.settings, step), image);
    if (offset === undefined) return;
    violations.push({
      promise,
      message: `${place} differs at byte ${offset} from an uninterrupted run at step ${step}`,
    });
  }
}
