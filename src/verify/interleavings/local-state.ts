/**
 * One host of the model: the state of its program, its disk, its armed timers, and the software that it runs.
 *
 * Plain data throughout, never changed once it is interned. `localText` is its canonical text: two hosts with the same
 * text behave alike from now on. Left out of it, and why that is no loss:
 * - names of storage tokens: only which operation a continuation belongs to matters, so the place in the queue is written;
 * - the number of the control record: only which of two records is the newer one matters, so ranks are written;
 * - which of the two copies of the control record is the whole one: they take turns, so the whole one is called "c/0";
 * - welcomes of a complete server, answers and ballot of an idle restorer, records that were loaded: nobody reads them
 *   any more before they are set anew.
 */
import type { Ballot } from "../../core/checkpoint/key.ts";
import type { HostState } from "../../core/protocol/host.ts";
import { decodeControl } from "../../core/protocol/server-control.ts";
import type { ServerState } from "../../core/protocol/server-state.ts";
import { MODEL_DIGESTS } from "./model-digests.ts";
import { createDisk, type PlainDisk } from "./plain-disk.ts";
import { plainText } from "./plain-text.ts";
import type { RestoreLedger } from "./restore-ledger.ts";

export interface SoftwareState {
  readonly ballot: Ballot;
  readonly sequence: number;
  /** It was told that a checkpoint is wanted, and took none since; only where it waits to be told. */
  readonly isWanted: boolean;
}

export interface LocalState {
  /** "gone": down for good. */
  power: "up" | "down" | "gone";
  program: HostState | undefined;
  /** Armed timers. */
  timers: string[];
  /** Firings so far, by timer; kept over restarts, since the bounds are per path. */
  fired: Record<string, number>;
  disk: PlainDisk;
  /** The incarnation that runs here, and the newest state that it took or started from. */
  software: SoftwareState | undefined;
  /** What the restorer here was told, when that is to be judged. */
  heard: RestoreLedger | undefined;
  /** Random numbers drawn so far; each is unique. */
  randomCount: number;
}

export function createLocalState(): LocalState {
  return {
    power: "down",
    program: undefined,
    timers: [],
    fired: {},
    disk: createDisk(),
    software: undefined,
    heard: undefined,
    randomCount: 0,
  };
}

/** Short names for buffers: equal bytes, equal name. */
export class BufferNames {
  private readonly byContent: Map<string, string> = new Map();
  private readonly byBuffer: WeakMap<Uint8Array, string> = new WeakMap();

  nameOf(bytes: Uint8Array): string {
    const known = this.byBuffer.get(bytes);
    if (known !== undefined) return known;
    let content = "";
    for (const byte of bytes) content += String.fromCharCode(byte);
    const name = this.nameOfText(content);
    this.byBuffer.set(bytes, name);
    return name;
  }

  nameOfText(content: string): string {
    const known = this.byContent.get(content);
    if (known !== undefined) return known;
    const name = `#${this.byContent.size}`;
    this.byContent.set(content, name);
    return name;
  }
}

interface ControlCopy {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly number: number;
  /** The record without its number. */
  readonly rest: string;
}

const controlCopies: WeakMap<Uint8Array, { readonly number: number; readonly rest: string }> = new WeakMap();

/** Of a copy that is not whole only that matters, and why. */
function controlCopyOf(file: string, bytes: Uint8Array): ControlCopy {
  let copy = controlCopies.get(bytes);
  if (copy === undefined) {
    const decoded = decodeControl(bytes, true, MODEL_DIGESTS);
    copy =
      decoded.kind === "whole"
        ? { number: decoded.number, rest: JSON.stringify(decoded.control) }
        : { number: 0, rest: decoded.kind };
    controlCopies.set(bytes, copy);
  }
  return { file, bytes, ...copy };
}

/** Every control record that the disk holds or is to hold, and which copy counts as the whole one. */
function controlNamesOf(
  state: LocalState,
  names: BufferNames,
): { readonly byBuffer: Map<Uint8Array, string>; readonly isSwapped: boolean } {
  const { disk } = state;
  const copies: ControlCopy[] = [];
  for (const table of [disk.files, disk.durable]) {
    for (const file of ["c/0", "c/1"]) {
      const bytes = table[file];
      if (bytes !== undefined) copies.push(controlCopyOf(file, bytes));
    }
  }
  const settledCount = copies.length;
  for (const operation of disk.queue) {
    if (operation.kind === "write" && operation.file.startsWith("c/"))
      copies.push(controlCopyOf(operation.file, operation.bytes));
  }
  const numbers = [...new Set(copies.map(({ number }) => number))].sort((a, b) => a - b);
  const byBuffer = new Map(
    copies.map(({ bytes, number, rest }) => [bytes, `c${numbers.indexOf(number)}${names.nameOfText(rest)}`]),
  );
  const server = state.program?.server;
  let wholeCopy = 0;
  if (server !== undefined && server.phase !== "loading" && server.phase !== "off") {
    wholeCopy = server.controlWholeCopy;
  } else if (server === undefined) {
    const newest = copies
      .slice(0, settledCount)
      .reduce<ControlCopy | undefined>(
        (best, copy) => (best === undefined || copy.number > best.number ? copy : best),
        undefined,
      );
    wholeCopy = newest?.file === "c/1" ? 1 : 0;
  }
  return { byBuffer, isSwapped: wholeCopy === 1 };
}

function swapped(file: string): string {
  return file === "c/0" ? "c/1" : file === "c/1" ? "c/0" : file;
}

function canonicalServer(
  server: ServerState,
  tokens: readonly (string | undefined)[],
  isSwapped: boolean,
): object {
  const isLoading = server.phase === "loading";
  const { continuations, nextToken: _, controlNumber: __, ...others } = server;
  return {
    ...others,
    continuations: tokens.map(
      (token) => continuations.find((awaited) => awaited.token === token)?.continuation,
    ),
    controlWholeCopy: isSwapped ? 1 - server.controlWholeCopy : server.controlWholeCopy,
    loadedControls: isLoading ? server.loadedControls : [],
    welcomes: server.phase === "working" && server.control.complete ? [] : server.welcomes,
  };
}

function canonicalProgram(
  program: HostState,
  tokens: readonly (string | undefined)[],
  isSwapped: boolean,
): object {
  const { restorer, server } = program;
  return {
    ...program,
    server: server === undefined ? undefined : canonicalServer(server, tokens, isSwapped),
    restorer:
      restorer.phase === "idle"
        ? { phase: "idle", ballotSeen: restorer.ballotSeen, lives: restorer.lives }
        : restorer,
  };
}

function canonicalFiles(files: Readonly<Record<string, Uint8Array>>, isSwapped: boolean): object {
  const names = Object.keys(files).sort();
  return names
    .map((file) => [isSwapped ? swapped(file) : file, files[file]])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

export function localText(state: LocalState, names: BufferNames): string {
  const { disk, program } = state;
  const { byBuffer, isSwapped } = controlNamesOf(state, names);
  const tokens = disk.queue.map((operation) => (operation.kind === "remove" ? undefined : operation.token));
  const canonical = {
    power: state.power,
    program: program === undefined ? undefined : canonicalProgram(program, tokens, isSwapped),
    timers: [...state.timers].sort(),
    fired: Object.entries(state.fired).sort(([a], [b]) => (a < b ? -1 : 1)),
    files: canonicalFiles(disk.files, isSwapped),
    durable: disk.durable === disk.files ? "files" : canonicalFiles(disk.durable, isSwapped),
    queue: disk.queue.map((operation) => {
      const { kind } = operation;
      if (kind === "flush" || kind === "list") return kind;
      const file = isSwapped ? swapped(operation.file) : operation.file;
      return kind === "write" ? [kind, file, operation.bytes] : [kind, file];
    }),
    software: state.software,
    heard: state.heard,
    randomCount: state.randomCount,
  };
  return plainText(canonical, (bytes) => byBuffer.get(bytes) ?? names.nameOf(bytes));
}
