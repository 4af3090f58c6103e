/**
 * Digests are synchronous functions that the caller hands in: the core has no hash of its own.
 *
 * They detect accidents, not attackers. Implementations are pure: equal bytes give equal text, and the bytes are neither
 * changed nor kept. Does not cover: any implementation (src/sim/digests.ts has one).
 */
export interface Digests {
  /** XXH64 with seed 0 of the bytes: 16 lower-case hexadecimal characters. Fast; used for every member. */
  member(bytes: Uint8Array): string;
  /** SHA-256 of the bytes: 64 lower-case hexadecimal characters. Used over manifests, which list the members' digests. */
  manifest(bytes: Uint8Array): string;
}
