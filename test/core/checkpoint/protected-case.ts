/** Generated cases of protected images, and what the rank of their generator says of them. */

import fc from "fast-check";
import { recoveryOracleOf } from "../../../src/verify/oracle/generator.ts";
import { anyLayout, anyScheme } from "../redundancy/arbitrary.ts";
import { type ProtectedImage, protectBytes } from "./protected-image.ts";

export interface Case {
  image: ProtectedImage;
  /** The test's own copy. */
  expected: number[];
}

export function anyCase(schemes = anyScheme): fc.Arbitrary<Case> {
  return anyLayout(schemes)
    .chain((layout) =>
      fc.tuple(
        fc.constant(layout),
        fc.uint8Array({ minLength: layout.imageBytes, maxLength: layout.imageBytes }),
      ),
    )
    .map(([{ scheme, subsegmentBytes, width, declusteredOver }, bytes]) => ({
      image: protectBytes({ scheme, subsegmentBytes, width, declusteredOver, bytes }),
      expected: [...bytes],
    }));
}

/** By the rank of what is left, from the oracle of src/verify, which shares nothing with the core. */
export function isLost(
  image: ProtectedImage,
  members: readonly (readonly (Uint8Array | undefined)[])[],
): boolean {
  const { k, text } = image.layout.scheme;
  return members.some((row, group) => {
    const data = (image.members[group] ?? []).slice(0, k).filter((bytes) => bytes !== undefined).length;
    return !recoveryOracleOf(text).isRecoverable(data, (member) => row[member] !== undefined);
  });
}

export function storedMembers(image: ProtectedImage): { group: number; member: number; bytes: Uint8Array }[] {
  return image.members.flatMap((row, group) =>
    row.flatMap((bytes, member) => (bytes === undefined ? [] : [{ group, member, bytes }])),
  );
}
