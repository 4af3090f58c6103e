/**
 * Sizes: which subsegment size a protection uses, and how many groups are in memory at a time.
 *
 * Memory is bounded by the batches that are read, formed and written at a time, so a group has a largest size.
 */

import { assertionFailed } from "../core/assertion.ts";
import { createLayout, type Layout } from "../core/redundancy/layout.ts";
import type { Scheme } from "../core/redundancy/scheme.ts";
import { inputFailure, StoreFailure } from "./store-error.ts";

/** All members of a group together. Three batches, and what the digests need, then stay well under 256 MiB. */
const GROUP_BYTES_MAX: number = 32 * 1024 * 1024;
/** Smaller groups are taken together up to this size: large transfers, few system calls. */
const BATCH_BYTES: number = 8 * 1024 * 1024;
/** Batches of the largest groups at a time: one is read, one formed, one written. */
const BATCHES_MIN = 3;
/** Smaller ones are more at a time, so that a stage that has to wait for the processor does not stop the others. */
const BATCHES_MAX = 8;
/** Keeps the work of one batch short when subsegments are tiny. */
const BATCH_GROUPS_MAX = 256;
/** Half of what a manifest may list: its text and its parts are in memory together, and have to stay in the bound too. */
const MEMBERS_MAX: number = 1 << 19;
const SUBSEGMENT_BYTES_DEFAULT_MIN: number = 64 * 1024;
/** Keeps a manifest under half a megabyte when the size is chosen here. */
const MEMBERS_COMFORTABLE = 16_384;

/** How many batches of a protection are in memory at a time. */
export function batchesInMemory(layout: Layout): number {
  const batchBytes = groupsPerBatch(layout) * (layout.scheme.k + layout.scheme.m) * layout.subsegmentBytes;
  const count = Math.floor((BATCHES_MIN * GROUP_BYTES_MAX) / batchBytes);
  return Math.max(BATCHES_MIN, Math.min(BATCHES_MAX, count));
}

/** Groups handled together: at least 1. */
export function groupsPerBatch(layout: Layout): number {
  const groupBytes = (layout.scheme.k + layout.scheme.m) * layout.subsegmentBytes;
  return Math.max(1, Math.min(BATCH_GROUPS_MAX, Math.floor(BATCH_BYTES / groupBytes)));
}

function memberCountOf(scheme: Scheme, imageBytes: number, subsegmentBytes: number): number {
  const subsegments = Math.ceil(imageBytes / subsegmentBytes);
  return subsegments + Math.ceil(subsegments / scheme.k) * scheme.m;
}

/** The smallest power of two that gives a comfortable number of members, bounded by what fits into memory. */
function chosenSubsegmentBytes(scheme: Scheme, imageBytes: number): number {
  const groupMembers = scheme.k + scheme.m;
  let bytes = SUBSEGMENT_BYTES_DEFAULT_MIN;
  while (
    memberCountOf(scheme, imageBytes, bytes) > MEMBERS_COMFORTABLE &&
    bytes * 2 * groupMembers <= GROUP_BYTES_MAX
  ) {
    bytes *= 2;
  }
  return bytes;
}

/**
 * The layout of a protection. `subsegmentBytes` is chosen here when it is left out.
 * Errors: `subsegment-bytes-out-of-range`, `width-out-of-range`, `group-too-large`, `too-many-groups`, `image-too-large`.
 */
export function planLayout(
  scheme: Scheme,
  imageBytes: number,
  { width, declusteredOver }: { readonly width: number; readonly declusteredOver: number | undefined },
  subsegmentBytes: number | undefined,
): Layout {
  const groupMembers = scheme.k + scheme.m;
  const asked = subsegmentBytes ?? chosenSubsegmentBytes(scheme, imageBytes);
  const created = createLayout({ scheme, imageBytes, subsegmentBytes: asked, width, declusteredOver });
  if (created.ok) {
    if (asked * groupMembers > GROUP_BYTES_MAX) throw groupTooLarge(scheme, imageBytes, asked);
    if (memberCountOf(scheme, imageBytes, asked) > MEMBERS_MAX)
      throw tooManyGroups(scheme, imageBytes, asked);
    return created.layout;
  }
  const { error } = created;
  switch (error.code) {
    case "too-many-groups":
      throw tooManyGroups(scheme, imageBytes, asked);
    case "image-bytes-out-of-range":
    case "stored-bytes-out-of-range":
      throw inputFailure("image-too-large", "", error.message);
    case "subsegment-bytes-out-of-range":
    case "width-out-of-range":
      throw inputFailure(error.code, "", error.message);
    case "domains-do-not-divide-width":
      return assertionFailed(error.message);
  }
}

/** The suggestion is the smallest power of two, not below the size asked for, that is accepted. */
function tooManyGroups(scheme: Scheme, imageBytes: number, asked: number): StoreFailure {
  let suggested = 1;
  while (suggested < asked || memberCountOf(scheme, imageBytes, suggested) > MEMBERS_MAX) suggested *= 2;
  if (suggested * (scheme.k + scheme.m) > GROUP_BYTES_MAX) return imageTooLarge(scheme, imageBytes);
  return new StoreFailure({
    kind: "input",
    code: "too-many-groups",
    path: "",
    message:
      `${imageBytes} bytes in subsegments of ${asked} make more than ${MEMBERS_MAX} members under ${scheme.text}; ` +
      `use subsegments of ${suggested} bytes.`,
    suggestedSubsegmentBytes: suggested,
  });
}

function groupTooLarge(scheme: Scheme, imageBytes: number, asked: number): StoreFailure {
  const suggested = Math.floor(GROUP_BYTES_MAX / (scheme.k + scheme.m));
  if (memberCountOf(scheme, imageBytes, suggested) > MEMBERS_MAX) return imageTooLarge(scheme, imageBytes);
  return new StoreFailure({
    kind: "input",
    code: "group-too-large",
    path: "",
    message:
      `Subsegments of ${asked} bytes make groups of more than ${GROUP_BYTES_MAX} bytes under ${scheme.text}; ` +
      `use ${suggested} bytes or less.`,
    suggestedSubsegmentBytes: suggested,
  });
}

function imageTooLarge(scheme: Scheme, imageBytes: number): StoreFailure {
  return inputFailure(
    "image-too-large",
    "",
    `An image of ${imageBytes} bytes is too large for ${scheme.text}: its groups would not fit into memory.`,
  );
}
