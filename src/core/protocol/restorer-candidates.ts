/**
 * Which checkpoints a restorer may pick, judged from the surveys in its promises (R3, R4, R11). Pure functions.
 *
 * Invariants: slots are counted, never servers; the answer of a life that ended does not count; a candidate is skipped
 * only when a slot of its placement, in the named life or complete in a later one, promised without holding it.
 */
import type { Digests } from "../checkpoint/digests.ts";
import {
  compareKeys,
  compareLives,
  endsLife,
  keyText,
  type CheckpointKey,
  type Life,
} from "../checkpoint/key.ts";
import { decodeManifest, type Manifest } from "../checkpoint/manifest.ts";
import type { ClusterConfiguration } from "./cluster.ts";
import type { PromiseMessage } from "./messages.ts";

/** A promise as the restorer keeps it: `held` has the texts of the keys that the server holds. */
export interface Answer {
  readonly slot: number;
  readonly life: Life;
  readonly complete: boolean;
  readonly held: readonly string[];
  /** Those of them whose manifest it cannot read at present. */
  readonly damaged: readonly CheckpointKey[];
}

/** What may be restored; `manifest` is undefined while nobody has shown it. */
export interface Candidate {
  readonly key: CheckpointKey;
  readonly text: string;
  readonly manifest: Manifest | undefined;
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
  const { slot, life, complete, damaged } = message;
  return { answer: { slot, life, complete, held, damaged }, manifests };
}

/** Newest life of every slot, from two lists. */
export function mergedLives(known: readonly Life[], learned: readonly Life[]): Life[] {
  return known.map((life, slot) => {
    const other = learned[slot];
    return other !== undefined && endsLife(other, life) ? other : life;
  });
}

/** R4: answers whose life has not ended, by slot. */
export function validAnswers(
  answers: readonly (Answer | undefined)[],
  lives: readonly Life[],
): (Answer | undefined)[] {
  return answers.map((answer, slot) => {
    const life = lives[slot];
    return answer !== undefined && life !== undefined && !endsLife(life, answer.life) ? answer : undefined;
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
  const isNamed = compareLives(answer.life, namedLife) === 0;
  return isNamed || (endsLife(answer.life, namedLife) && answer.complete) ? "refutes" : "unknown";
}

/**
 * Newest candidate that is neither refuted nor passed over. `answers` are valid ones.
 *
 * One whose manifest nobody can show counts, too: it may be durable, and then an older one would be the wrong state.
 */
export function newestCandidate(
  cluster: ClusterConfiguration,
  known: {
    readonly manifests: Readonly<Record<string, Manifest>>;
    readonly passedOver: readonly { readonly text: string }[];
  },
  answers: readonly (Answer | undefined)[],
): Candidate | undefined {
  let newest: Candidate | undefined;
  const consider = (candidate: Candidate): void => {
    if (newest !== undefined && compareKeys(candidate.key, newest.key) <= 0) return;
    if (known.passedOver.some(({ text }) => text === candidate.text)) return;
    if (!isRefuted(cluster, candidate, answers)) newest = candidate;
  };
  for (const [text, manifest] of Object.entries(known.manifests))
    consider({ key: manifest.key, text, manifest });
  for (const key of answers.flatMap((answer) => answer?.damaged ?? [])) {
    const text = keyText(key);
    if (known.manifests[text] === undefined) consider({ key, text, manifest: undefined });
  }
  return newest;
}

/** R11. Without a manifest: too few slots are left that may hold it for a whole placement. */
export function isRefuted(
  cluster: ClusterConfiguration,
  { manifest, text }: Pick<Candidate, "manifest" | "text">,
  answers: readonly (Answer | undefined)[],
): boolean {
  if (manifest === undefined) {
    const lackingCount = answers.filter(
      (answer) => answer?.complete === true && !answer.held.includes(text),
    ).length;
    return answers.length - lackingCount < cluster.width;
  }
  return manifest.placement.some(({ slot, life }) => standing(answers[slot], life, text) === "refutes");
}
