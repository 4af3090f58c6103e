/**
 * What is done to one server in the search for fatal combinations: faults of the catalogue, each as bad as it can be, so that
 * a combination that is survived is survived whatever the seed would have drawn.
 */
import type { HostId } from "../../core/protocol/environment.ts";
import type { FaultAction } from "../../sim/faults.ts";
import { MANIFEST_FILES, MEMBER_FILES } from "../../sim/file-kind.ts";

export interface KillerKind {
  readonly id: string;
  /** Goes on from "a server". */
  readonly words: string;
  readonly action: (host: HostId, others: readonly HostId[]) => FaultAction;
}

/** So many that hardly one of a disk's few files is missed: with 7 files, one in 10^13 disks. */
const BITS_OF_ALL_FILES = 200;
const RESTART_AFTER_NS = 1_000_000;

export const KILLER_KINDS: readonly KillerKind[] = [
  {
    id: "down",
    words: "goes down with its disk and stays down",
    action: (host) => ({ kind: "crash", host, disk: "kept", restartAfterNs: undefined }),
  },
  {
    id: "cut-off",
    words: "is cut off from all others for ever",
    action: (host, others) => ({
      kind: "partition",
      from: [host],
      to: others,
      symmetric: true,
      healAfterNs: undefined,
    }),
  },
  {
    id: "disk-lost",
    words: "crashes and comes back with an empty disk",
    action: (host) => ({ kind: "crash", host, disk: "lost", restartAfterNs: RESTART_AFTER_NS }),
  },
  {
    id: "gone",
    words: "is lost for good",
    action: (host) => ({ kind: "permanent-loss", host }),
  },
  {
    id: "rot",
    words: "has all its members rotten",
    action: (host) => ({ kind: "bit-rot", host, filePrefix: MEMBER_FILES, bitCount: BITS_OF_ALL_FILES }),
  },
  {
    id: "manifest-rot",
    words: "has its manifest rotten",
    action: (host) => ({ kind: "bit-rot", host, filePrefix: MANIFEST_FILES, bitCount: BITS_OF_ALL_FILES }),
  },
];
