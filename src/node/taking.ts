/**
 * One checkpoint of real files being taken: from reading them to publishing it on every server of the placement.
 *
 * While one batch of groups is formed, the next are read and those before are written. Files are read into arenas, members are
 * formed where they lie and written from there. Each byte is read once.
 * Does not cover: which servers and files (protect.ts), and what becomes of older checkpoints.
 */

import type { Digests } from "../core/checkpoint/digests.ts";
import { formGroup } from "../core/checkpoint/form.ts";
import { IMAGE_DIGEST_START } from "../core/checkpoint/image-digest.ts";
import { type CheckpointKey, keyText } from "../core/checkpoint/key.ts";
import { encodeManifest } from "../core/checkpoint/manifest.ts";
import { createGroupArena, type GroupArena } from "../core/redundancy/arena.ts";
import {
  dataCountOfGroup,
  type Layout,
  offsetOfGroup,
  positionOfMember,
  trueBytesOfData,
  trueBytesOfGroup,
} from "../core/redundancy/layout.ts";
import type { FileLayer } from "./file-layer.ts";
import { entriesOfInputs, type InputFile, InputReader } from "./input-files.ts";
import type { JoinedServer } from "./join-servers.ts";
import { allSettledOrThrow, PositionWriter } from "./position-writer.ts";
import type { Progress } from "./progress.ts";
import { publishCheckpoint, retireCheckpoint } from "./server-directory.ts";
import { checkStillHeld, type ServerLock } from "./server-lock.ts";
import { batchesInMemory, groupsPerBatch } from "./sizing.ts";

/** One checkpoint being taken. */
export class Taking {
  readonly key: CheckpointKey;
  readonly servers: readonly JoinedServer[];
  /** Written so far, by position. */
  readonly memberBytes: number[];
  private readonly layer: FileLayer;
  private readonly digests: Digests;
  private readonly layout: Layout;
  private readonly inputs: readonly InputFile[];
  private readonly writers: readonly PositionWriter[];
  private readonly memberDigests: (readonly string[])[] = [];
  private chain: string = IMAGE_DIGEST_START;

  constructor(
    layer: FileLayer,
    digests: Digests,
    layout: Layout,
    inputs: readonly InputFile[],
    servers: readonly JoinedServer[],
    key: CheckpointKey,
  ) {
    this.layer = layer;
    this.digests = digests;
    this.layout = layout;
    this.inputs = inputs;
    this.servers = servers;
    this.key = key;
    this.memberBytes = servers.map(() => 0);
    this.writers = servers.map(({ path }) => new PositionWriter(layer, path, keyText(key)));
  }

  /** Returns the length of the manifest. */
  async storeAndPublish(
    locks: readonly ServerLock[],
    onProgress: ((progress: Progress) => void) | undefined,
  ): Promise<number> {
    const totalBytes = this.layout.imageBytes;
    try {
      await allSettledOrThrow(this.writers.map((writer) => writer.open()));
      await this.storeGroups(onProgress);
      onProgress?.({ phase: "flushing", doneBytes: 0, totalBytes });
      const manifest = this.manifest();
      await allSettledOrThrow(this.writers.map((writer) => writer.finish(manifest)));
      await checkStillHeld(locks);
      onProgress?.({ phase: "publishing", doneBytes: totalBytes, totalBytes });
      for (const { path } of this.servers) await publishCheckpoint(this.layer, path, keyText(this.key));
      return manifest.length;
    } catch (error) {
      await this.undo();
      throw error;
    }
  }

  /** The first failure is the one to report; what cannot be undone now is swept by the next run, and is never taken for whole. */
  private async undo(): Promise<void> {
    await Promise.allSettled(this.writers.map((writer) => writer.abandon()));
    // Where nothing was published there is nothing to retire, and that is a failure that means nothing.
    await Promise.allSettled(this.servers.map(({ path }) => retireCheckpoint(this.layer, path, this.key)));
  }

  /**
   * While one batch is formed, the next are read and those before are written; arenas take turns. Files are read to where
   * members are formed, and written from there.
   */
  private async storeGroups(onProgress: ((progress: Progress) => void) | undefined): Promise<void> {
    const { layout } = this;
    const batchGroups = groupsPerBatch(layout);
    const batchCount = Math.ceil(layout.groupCount / batchGroups);
    const turns = Array.from({ length: Math.min(batchesInMemory(layout), batchCount) }, () => ({
      arena: createGroupArena(layout.scheme, layout.subsegmentBytes, batchGroups),
      filled: Promise.resolve(),
      written: Promise.resolve(),
    }));
    const turnOf = (batch: number): (typeof turns)[number] =>
      turns[batch % turns.length] as (typeof turns)[number];
    const reader = new InputReader(this.layer, this.inputs);
    let reading = Promise.resolve();
    let writing = Promise.resolve();
    const startReading = (batch: number): void => {
      if (batch >= batchCount) return;
      const turn = turnOf(batch);
      const { arena, written } = turn;
      reading = handled(
        reading.then(() => written).then(() => reader.fill(viewsToFill(layout, arena, batch * batchGroups))),
      );
      turn.filled = reading;
    };
    const startWriting = (batch: number, views: readonly Uint8Array[][]): void => {
      writing = handled(
        writing.then(() =>
          allSettledOrThrow(
            views.map((view, position) => (this.writers[position] as PositionWriter).write(view)),
          ),
        ),
      );
      turnOf(batch).written = writing;
    };
    try {
      const ahead = Math.max(1, turns.length - 1);
      for (let batch = 0; batch < ahead; batch += 1) startReading(batch);
      for (let batch = 0; batch < batchCount; batch += 1) {
        // Into the arena of the batch before, as soon as that is written.
        startReading(batch + ahead);
        const turn = turnOf(batch);
        await turn.filled;
        const first = batch * batchGroups;
        startWriting(batch, this.formBatch(turn.arena, first));
        const last = Math.min(layout.groupCount, first + batchGroups) - 1;
        const doneBytes = offsetOfGroup(layout, last) + trueBytesOfGroup(layout, last);
        onProgress?.({ phase: "reading", doneBytes, totalBytes: layout.imageBytes });
      }
      await writing;
      await reader.finish();
    } finally {
      // No arena or handle may be let go while the system still uses it.
      await Promise.allSettled([reading, writing]);
      await reader.close();
    }
  }

  /** Forms the groups of a batch; what each position has to write, in order of groups. */
  private formBatch(arena: GroupArena, firstGroup: number): Uint8Array[][] {
    const { layout, digests } = this;
    const views: Uint8Array[][] = this.servers.map(() => []);
    const end = Math.min(layout.groupCount, firstGroup + arena.placeCount);
    for (let group = firstGroup; group < end; group += 1) {
      const source = { arena, place: group - firstGroup };
      const formed = formGroup({ layout, source, group, chain: this.chain, digests });
      this.chain = formed.imageDigest;
      this.memberDigests.push(formed.digests.map(compactText));
      for (const [member, bytes] of formed.members.entries()) {
        if (bytes === undefined) continue;
        const position = positionOfMember(layout, group, member);
        (views[position] as Uint8Array[]).push(bytes);
        this.memberBytes[position] = (this.memberBytes[position] as number) + bytes.length;
      }
    }
    return views;
  }

  private manifest(): Uint8Array {
    const { layout } = this;
    return encodeManifest(
      {
        key: this.key,
        scheme: layout.scheme.text,
        imageBytes: layout.imageBytes,
        subsegmentBytes: layout.subsegmentBytes,
        placement: this.servers.map(({ slot, life }) => ({ slot, life })),
        ...(layout.declusteredOver === undefined ? {} : { declusteredOver: layout.declusteredOver }),
        segments: entriesOfInputs(this.inputs),
        memberDigests: this.memberDigests,
        imageDigest: this.chain,
        formerBoot: this.key.ballot.nonce,
      },
      this.digests,
    );
  }
}

/** The promise, which is awaited later: until then its failure is not to be called unhandled. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}

/** The true bytes of the groups from `firstGroup` on, as many as the arena has places for, in the order of the image. */
function viewsToFill(layout: Layout, arena: GroupArena, firstGroup: number): Uint8Array[] {
  const views: Uint8Array[] = [];
  const end = Math.min(layout.groupCount, firstGroup + arena.placeCount);
  for (let group = firstGroup; group < end; group += 1) {
    for (let member = 0; member < dataCountOfGroup(layout, group); member += 1) {
      const bytes = trueBytesOfData(layout, group, member);
      views.push(arena.member(member, group - firstGroup).subarray(0, bytes));
    }
  }
  return views;
}

/** The same text in one piece: texts joined from parts keep all the parts, which is half of what a large manifest costs. */
function compactText(text: string): string {
  return text === "" ? text : Buffer.from(text, "latin1").toString("latin1");
}
