/**
 * The closed form of what one checkpoint costs when nothing goes wrong (promise "accounting").
 *
 * Every real subsegment and m members a group are stored, each subsegmentBytes long. All of them cross the network but
 * those that the former's own server stores. The image crosses the network once when the former runs elsewhere than
 * the software. Manifests and headers are counted apart and are not covered.
 */
import { type GeometryOptions, geometryOf, membersAt } from "./geometry.ts";

export interface CheckpointCostOptions extends GeometryOptions {
  /** Positions in the placement whose server is the former's own; empty when the former stores nothing. */
  readonly formerPositions: readonly number[];
  /** The former runs on the server that runs the software. */
  readonly formerIsWithSoftware: boolean;
}

export interface CheckpointCost {
  /** Member bytes on all disks together. */
  readonly storedMemberBytes: number;
  readonly sentMemberBytes: number;
  readonly sentImageBytes: number;
}

export function checkpointCost(options: CheckpointCostOptions): CheckpointCost {
  const geometry = geometryOf(options);
  const storedCount = geometry.subsegmentCount + geometry.groupCount * options.m;
  let ownCount = 0;
  for (const position of options.formerPositions) ownCount += membersAt(geometry, position).length;
  return {
    storedMemberBytes: storedCount * options.subsegmentBytes,
    sentMemberBytes: (storedCount - ownCount) * options.subsegmentBytes,
    sentImageBytes: options.formerIsWithSoftware ? 0 : options.imageBytes,
  };
}
