/**
 * Integrity: every start from a checkpoint is compared byte by byte with the run's own copy of what the software handed over.
 */
import { equalBytes } from "../../sim/byte-sums.ts";
import { factsOf } from "../facts/facts.ts";
import { stateId } from "../facts/order.ts";
import { ballotText, hostText, keyText, timeText } from "../facts/words.ts";
import { addWorkloadViolations, Findings } from "./judgement.ts";
import type { PromiseChecker } from "./promise.ts";

export const integrity: PromiseChecker = {
  id: "integrity",
  claim:
    "The software is only ever started on exactly the bytes of one checkpoint; never altered, never mixed from two.",
  checks: [
    "Every start from a key: the image equals, byte for byte, the run's own copy of the image taken under that incarnation and sequence.",
    "No two different images were taken under one incarnation and sequence.",
    "The software never refuses the bytes that it is started on, and the workload's own comparison finds nothing wrong.",
  ],
  doesNotCheck: ["Bytes that stay on disks and are never started from (redundancy-restored looks at those)."],
  check(history, context) {
    const findings = new Findings();
    const { images } = factsOf(history, context);
    for (const taken of images.values()) {
      const [first, ...others] = taken;
      if (first === undefined || others.every(({ image }) => equalBytes(image, first.image))) continue;
      findings.checked();
      findings.violated(
        `Two different images were taken as checkpoint ${first.sequence} of incarnation ${ballotText(first.ballot)}.`,
      );
    }
    for (const event of history.events) {
      if (event.kind !== "software-started" || event.key === undefined) continue;
      findings.checked();
      const { key } = event;
      const violated = (how: string): void =>
        findings.violated(
          `At ${timeText(event.atNs)} ${hostText(context, event.host)} started ${keyText(key)}${how}`,
        );
      if (event.refusedBySoftware !== undefined) {
        violated(`, and the software refused the bytes: ${event.refusedBySoftware}.`);
      }
      const taken = images.get(stateId(key.ballot, key.sequence)) ?? [];
      const { image } = event;
      if (taken.length === 0) violated(", which was never taken.");
      else if (image === undefined) violated(" without any bytes.");
      else if (!taken.some((own) => equalBytes(own.image, image))) {
        violated(` on other bytes than were taken: ${differenceText(image, taken[0]?.image)}.`);
      }
    }
    addWorkloadViolations(findings, history, "integrity");
    return findings.judgement();
  },
};

function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return index;
  return a.length === b.length ? undefined : length;
}

function differenceText(image: Uint8Array, taken: Uint8Array | undefined): string {
  if (taken === undefined) return "nothing was taken";
  if (image.length !== taken.length) return `${image.length} bytes instead of ${taken.length}`;
  return `the first difference is at byte ${firstDifference(image, taken) ?? 0}`;
}
