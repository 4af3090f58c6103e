/** Generated cases of protected images, and what counting alone says of them. */

import fc from "fast-check";
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
    .map(([{ scheme, subsegmentBytes, width }, bytes]) => ({
      image: protectBytes({ scheme, subsegmentBytes, width, bytes }),
      expected: [...bytes],
    }));
}

/** Sound by counting alone: some group has fewer members left than it has data. */
export function isLost(
  image: ProtectedImage,
  members: readonly (readonly (Uint8Array | undefined)[])[],
): boolean {
  const { k } = image.layout.scheme;
  return members.some((row, group) => {
    const left = row.filter((bytes) => bytes !== undefined).length;
    const data = (image.members[group] ?? []).slice(0, k).filter((bytes) => bytes !== undefined).length;
    return left < data;
  });
}

export function storedMembers(image: ProtectedImage): { group: number; member: number; bytes: Uint8Array }[] {
  return image.members.flatMap((row, group) =>
    row.flatMap((bytes, member) => (bytes === undefined ? [] : [{ group, member, bytes }])),
  );
}
