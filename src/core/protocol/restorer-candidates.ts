/**
 * Which checkpoints a restorer may pick, judged from the surveys in its promises (R3, R4, R11). Pure functions.
 *
 * Invariants: slots are counted, never servers; the answer of a life that ended does not count; a candidate is skipped
 * only when a slot of its placement, in the named life or complete in a later one, promised without holding it.
 */
import type { Digests } from "../checkpoint/digests.ts";
import { compareKeys, compareLives, keyText, type CheckpointKey, type Life } from "../checkpoint/key.ts";
import { decodeManifest, type Manifest } from "../checkpoint/manifest.ts";
import type { PromiseMessage } from "./messages.ts";

/** A promise as the restorer keeps it: `held` has the texts of the keys that the server holds. */
export interface Answer {
  readonly slot: number;
  readonly life: Life;
  readonly complete: boolean;
  readonly held: readonly string[];
}

export function answerOf(
  message: PromiseMessage,
  digests: Digests,
): { readonly answer: Answer; readonly manifests: readonly Manifest[] } | undefined {
  const manifests: Manifest[] = [];
  for (const bytes of message.manifests) {
    const decoded = decodeManifest(bytes, digests);
    // Damaged on the way: the whole survey is void, or the key would look refuted. It is asked for again.
    if (!decoded.ok) return undefined;
    manifests.push(decoded.manifest);
  }
  const held = [...manifests.map((manifest) => keyText(manifest.key)), ...message.damaged.map(keyText)];
  return { answer: { slot: message.slot, life: message.life, complete: message.complete, held }, manifests };
}

/** Newest life of every slot, from two lists. */
export function mergedLives(known: readonly Life[], learned: readonly Life[]): Life[] {
  return known.map((life, slot) => {
    const other = learned[slot];
    return other !== undefined && compareLives(other, life) > 0 ? other : life;
  });
}

/** R4: answers whose life has not ended, by slot. */
export function validAnswers(
  answers: readonly (Answer | undefined)[],
  lives: readonly Life[],
): (Answer | undefined)[] {
  return answers.map((answer, slot) => {
    const life = lives[slot];
    return answer !== undefined && life !== undefined && compareLives(answer.life, life) >= 0
      ? answer
      : undefined;
  });
}

/** What a slot of the placement says of a checkpoint. "unknown": no answer that counts, or not complete yet. */
export function standing(
  answer: Answer | undefined,
  namedLife: Life,
  text: string,
): "holds" | "refutes" | "unknown" {
  if (answer === undefined) return "unknown";
  if (answer.held.includes(text)) return "holds";
  const order = compareLives(answer.life, namedLife);
  return order === 0 || (order > 0 && answer.complete) ? "refutes" : "unknown";
}

/** Newest candidate that is not refuted and not excluded. `answers` are valid ones. */
export function newestCandidate(
  manifests: Readonly<Record<string, Manifest>>,
  answers: readonly (Answer | undefined)[],
  excluded: readonly string[],
): Manifest | undefined {
  let newest: Manifest | undefined;
  for (const [text, manifest] of Object.entries(manifests)) {
    if (excluded.includes(text)) continue;
    if (newest !== undefined && compareKeys(manifest.key, newest.key) <= 0) continue;
    const isRefuted = manifest.placement.some(
      (placed) => standing(answers[placed.slot], placed.life, text) === "refutes",
    );
    if (!isRefuted) newest = manifest;
  }
  return newest;
}

export function isSameKey(a: CheckpointKey, b: CheckpointKey): boolean {
  return compareKeys(a, b) === 0;
}
