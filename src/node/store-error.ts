/**
 * The expected failures of protect and reassemble, as data, and the exception that carries one to their public edge.
 *
 * Inside src/node a StoreFailure is thrown; protect and reassemble turn it into a result, so that callers never see it.
 * A FileFailure (disk full, no permission) is turned into `file-operation-failed` there too.
 */

import type { PlacementError } from "../core/redundancy/placement.ts";
import type { SchemeErrorCode } from "../core/redundancy/scheme.ts";
import { FileFailure } from "./file-layer.ts";

/** What the caller gave cannot be used. Nothing was written. */
export type InputErrorCode =
  | SchemeErrorCode
  | PlacementError["code"] // racks that the members of a group cannot be spread over; too few servers
  | "racks-not-one-a-server"
  | "width-out-of-range"
  | "server-absent"
  | "server-not-a-directory"
  | "server-not-writable"
  | "server-duplicated"
  | "server-not-blank" // files of others, or checkpoints without a server record
  | "server-record-damaged"
  | "servers-of-different-sets"
  | "slot-claimed-twice"
  | "set-incomplete" // some of the servers of an earlier protection, not all
  | "files-would-be-lost" // files of an earlier protection that the new one does not have
  | "server-superseded" // an earlier disk of a slot that has a later one
  | "input-none"
  | "input-absent"
  | "input-is-directory"
  | "input-not-a-file"
  | "input-duplicated"
  | "input-unreadable"
  | "input-inside-server"
  | "subsegment-bytes-out-of-range"
  | "group-too-large"
  | "too-many-groups"
  | "image-too-large"
  | "no-checkpoint" // none of the directories holds one
  | "segment-name-unsafe"
  | "out-exists"
  | "out-is-directory"
  | "out-not-replaceable" // exists, and is not what an earlier reassembly wrote
  | "out-parent-absent"
  | "out-inside-server"
  | "stdout-needs-one-file";

export interface InputError {
  readonly kind: "input";
  readonly code: InputErrorCode;
  /** The file or directory it is about; "" when it is about none. */
  readonly path: string;
  readonly message: string;
  /** For sizes: one that would be accepted. */
  readonly suggestedSubsegmentBytes?: number;
  /** For `files-would-be-lost`: the first LISTED_MAX names. */
  readonly files?: readonly string[];
}

/** Something else happened at the same time. Earlier checkpoints are untouched. */
export interface InterferenceError {
  readonly kind: "interference";
  readonly code: "server-locked" | "lock-lost" | "input-changed" | "server-changed";
  readonly path: string;
  readonly message: string;
}

export interface FileOperationError {
  readonly kind: "file";
  readonly code: "file-operation-failed";
  readonly path: string;
  readonly operation: string;
  /** The system's code, for example ENOSPC. */
  readonly systemCode: string;
  readonly message: string;
}

/** A group of which too few members are left. */
export interface LostGroup {
  readonly group: number;
  readonly have: number;
  readonly need: number;
  /** Slots whose member is not there. Ascending by member. */
  readonly missingSlots: readonly number[];
  /** Slots whose member is rotten. Ascending by member. */
  readonly corruptSlots: readonly number[];
}

export type ServerProblemCode =
  | "absent" // the directory does not exist
  | "not-a-directory"
  | "empty" // a directory without a server record
  | "record-damaged"
  | "foreign" // belongs to another set
  | "superseded" // an earlier disk of a slot that has a later one
  | "unreadable" // the system refuses to read it
  | "not-given" // a slot of the placement that no directory is
  | "checkpoint-absent" // the server is there and does not hold this checkpoint
  | "manifest-damaged"
  | "members-absent"
  | "members-length-wrong"
  | "members-corrupt"
  | "members-unreadable";

/** One thing that is wrong with one server. */
export interface ServerProblem {
  readonly code: ServerProblemCode;
  /** Undefined when the directory does not tell. */
  readonly slot: number | undefined;
  /** The directory as given, or as it was called when it was protected; "" when unknown. */
  readonly path: string;
  readonly message: string;
}

/** Beyond the tolerance: the bytes cannot be given back from these directories. */
export interface LossError {
  readonly kind: "loss";
  readonly code: "beyond-tolerance" | "manifest-unreadable" | "image-digest-mismatch";
  /** The first server with a problem. */
  readonly path: string;
  readonly message: string;
  /** Text of the checkpoint's key. */
  readonly checkpoint: string;
  readonly lostGroupCount: number;
  /** The first LISTED_MAX of them, ascending. */
  readonly lostGroups: readonly LostGroup[];
  readonly servers: readonly ServerProblem[];
}

export type StoreError = InputError | InterferenceError | FileOperationError | LossError;

/** How many groups or members a result lists at most; counts are always exact. */
export const LISTED_MAX = 1000;

/** Carries an expected failure up to the public edge of src/node. */
export class StoreFailure extends Error {
  override readonly name: string = "StoreFailure";
  readonly error: StoreError;

  constructor(error: StoreError) {
    super(error.message);
    this.error = error;
  }
}

export function inputFailure(code: InputErrorCode, path: string, message: string): StoreFailure {
  return new StoreFailure({ kind: "input", code, path, message });
}

/** The typed error of an exception, or undefined when it is a bug and must go on. */
export function storeErrorOf(error: unknown): StoreError | undefined {
  if (error instanceof StoreFailure) return error.error;
  if (!(error instanceof FileFailure)) return undefined;
  return {
    kind: "file",
    code: "file-operation-failed",
    path: error.path,
    operation: error.operation,
    systemCode: error.systemCode,
    message: `The system could not ${error.operation} "${error.path}" (${error.systemCode}).`,
  };
}
