/**
 * Damage that was done to one slot's disk and may still stand there, by rot, unreadable sectors or writes that went wrong: which
 * files were hit (a fact) and what became of them (notes).
 *
 * Files are named by the simulator: `m/<key>/<group>/<member>`, `f/<key>` for a manifest; any other file is control state, which
 * no note speaks of. Where the simulator does not name files, as many different repairs as bits flipped must be seen.
 */
import { type CheckpointKey, type Life, parseKeyText } from "../../core/checkpoint/key.ts";
import type { Note } from "../../core/protocol/notes.ts";
import type { HistoryEvent } from "../../sim/history.ts";
import { keyId, orderKeys, orderLives } from "./order.ts";

const MEMBER_FILE = /^m\/([^/]+)\/([0-9]+)\/([0-9]+)$/;
const MANIFEST_FILE = /^f\/([^/]+)$/;

const MANIFEST = " manifest";

function memberId(key: CheckpointKey, group: number, member: number): string {
  // A manifest is group -1; its member number means nothing.
  return group < 0 ? `${keyId(key)}${MANIFEST}` : `${keyId(key)} ${group}/${member}`;
}

export class RotOnDisk {
  /** The slot's life when the rot bit. */
  private readonly life: Life | undefined;
  /** Files hit that belong to a checkpoint, by member. */
  private readonly hit: Map<string, CheckpointKey> = new Map();
  /** Control files hit. */
  private readonly hitControl: Set<string> = new Set();
  /** Bits of which it is not known where they are. */
  private unknownBitCount: number = 0;
  private readonly repaired: Set<string> = new Set();
  /** What the server found and has not mended yet. */
  private readonly found: Map<string, CheckpointKey> = new Map();
  private scrubCount: number = 0;
  /** Manifests hit before the server last started: it read them then, and knows. */
  private readonly known: Set<string> = new Set();

  constructor(life: Life | undefined) {
    this.life = life;
  }

  bite(event: Extract<HistoryEvent, { kind: "fault" | "damage" }>): void {
    this.scrubCount = 0;
    if (event.kind === "damage") {
      this.hitFiles(event.files);
      return;
    }
    if (event.flippedBits === undefined) {
      this.unknownBitCount += event.fault.kind === "bit-rot" ? event.fault.bitCount : 1;
      return;
    }
    this.hitFiles(event.flippedBits.map(({ file }) => file));
  }

  private hitFiles(files: readonly string[]): void {
    for (const file of files) {
      const memberMatch = MEMBER_FILE.exec(file);
      const key = parseKeyText((memberMatch ?? MANIFEST_FILE.exec(file))?.[1] ?? "");
      if (key === undefined) this.hitControl.add(file);
      else this.hit.set(memberId(key, Number(memberMatch?.[2] ?? -1), Number(memberMatch?.[3] ?? 0)), key);
    }
  }

  /** Takes a note of this slot into account; true when nothing rotten can be left. */
  isMendedBy(note: Note): boolean {
    switch (note.kind) {
      case "complete":
        return this.life === undefined || orderLives(note.life, this.life) > 0;
      case "rot-found":
        this.found.set(memberId(note.key, note.group, note.member), note.key);
        return false;
      case "repaired": {
        const id = memberId(note.key, note.group, note.member);
        this.found.delete(id);
        this.hit.delete(id);
        this.repaired.add(id);
        return this.isAllMended();
      }
      case "retired":
        for (const files of [this.found, this.hit]) {
          for (const [id, key] of files) if (orderKeys(key, note.floor) < 0) files.delete(id);
        }
        return this.isAllMended();
      case "scrubbed":
        // The pass that ends first may have begun before the rot; the second one began after it.
        this.scrubCount += 1;
        return this.scrubCount >= 2 && this.found.size === 0;
      default:
        return false;
    }
  }

  /** The server started again on this disk, and read every manifest that it holds. */
  restarted(): void {
    for (const id of this.hit.keys()) if (id.endsWith(MANIFEST)) this.known.add(id);
  }

  /**
   * Whether rot alone keeps this member (a manifest: group -1) from being intact, and the server cannot know of it without
   * scrubbing: nobody asked for the file since.
   */
  isHidden(key: CheckpointKey, group: number, member: number): boolean {
    const id = memberId(key, group, member);
    if (this.found.has(id) || this.known.has(id)) return false;
    return this.unknownBitCount > 0 || this.hit.has(id);
  }

  private isAllMended(): boolean {
    return this.hit.size === 0 && this.hitControl.size === 0 && this.repaired.size >= this.unknownBitCount;
  }
}
