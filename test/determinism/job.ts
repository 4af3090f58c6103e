/**
 * What is asked of an engine, and what it answers: plain JSON data, so that it crosses a process or a page unchanged.
 */

export interface JobFile {
  readonly name: string;
  readonly base64: string;
}

/** Event numbers count from 1: event n is the n-th that is executed. */
export interface Watch {
  /** A mark after each event whose number is a multiple of this. */
  readonly everyEvents: number;
  /** Marks of events after `afterEvent`, up to and including `toEvent`. */
  readonly afterEvent: number;
  readonly toEvent: number;
  /** Also what each of these events was and what handlers did in it, in words. */
  readonly inWords: boolean;
}

export interface JobCase {
  readonly name: string;
  /** The scenario file, and what it is called in errors. */
  readonly text: string;
  readonly seed: string | undefined;
  /** Contents of the files that a `files` workload names. */
  readonly files: readonly JobFile[];
  /** Run it twice and compare. */
  readonly isRepeated: boolean;
  readonly watch?: Watch | undefined;
}

export interface Job {
  readonly cases: readonly JobCase[];
  /** The WebAssembly module of SQLite. */
  readonly sqliteBase64: string;
}

export interface Mark {
  readonly event: number;
  /** Rolling over all events up to this one and over what handlers did in them. */
  readonly digest: string;
  readonly words?: readonly string[];
}

export interface CaseOutcome {
  /** The rolling digest of the trace, with the bytes of every image. */
  readonly digest: string;
  readonly eventCount: number;
  /** Over the whole result and history, to the last digit: verdicts, times, costs, what every disk holds at the end. */
  readonly result: string;
  /** Kinds of faults that really bit. */
  readonly bitten: readonly string[];
}

export type CaseReply =
  | {
      readonly name: string;
      readonly ok: true;
      readonly outcome: CaseOutcome;
      readonly repeated?: CaseOutcome;
      readonly marks: readonly Mark[];
    }
  | {
      readonly name: string;
      readonly ok: false;
      readonly error: string;
      /** Up to where it got. */
      readonly marks: readonly Mark[];
    };

export interface JobReply {
  /** What the engine says of itself, such as "node 26.10.0, v8 14.6". */
  readonly engine: string;
  /** What is wrong with the engine itself (engine-check.ts). */
  readonly problems: readonly string[];
  readonly replies: readonly CaseReply[];
}
