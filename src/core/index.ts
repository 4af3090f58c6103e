/**
 * The public face of "ckptlab/core": redundancy schemes, cutting, forming, manifests and reassembly.
 * Nothing here touches a file, a clock or a network, so it runs wherever the language does.
 */

export { AssertionError } from "./assertion.ts";

export {
  decodeGroup,
  type DecodeError,
  type DecodeResult,
  encodeGroup,
  type EncodeResult,
  type MemberCountError,
  type MemberError,
  type PresentedMember,
  presentMembers,
  type PresentResult,
  rebuildMember,
  type RebuildResult,
  recoverable,
  tryEncodeGroup,
} from "./redundancy/code.ts";
export { createGroupArena, type ArenaResult, type GroupArena } from "./redundancy/arena.ts";
export {
  type Placement,
  type PlacementError,
  type PlacementKind,
  type PlacementOptions,
  type PlacementResult,
  planPlacement,
} from "./redundancy/placement.ts";
export { readSetFor } from "./redundancy/read-set.ts";
export {
  createLayout,
  dataCountOfGroup,
  type Layout,
  type LayoutError,
  type LayoutOptions,
  type LayoutResult,
  MEMBER_COUNT_MAX,
  memberAtPosition,
  memberExists,
  type MemberPlace,
  membersAtPosition,
  offsetOfGroup,
  positionOfMember,
  storedBytesAtPosition,
  storedMemberBytes,
  storedMemberCount,
  trueBytesOfData,
  trueBytesOfGroup,
} from "./redundancy/layout.ts";
export {
  GROUP_MEMBERS_MAX,
  parseScheme,
  type Scheme,
  type SchemeError,
  type SchemeErrorCode,
  type SchemeKind,
  type SchemeResult,
} from "./redundancy/scheme.ts";
export { isZero, xorInto, xorOf } from "./redundancy/xor.ts";

export type { Digests } from "./checkpoint/digests.ts";
export { type FormedGroup, formGroup, type FormGroupOptions } from "./checkpoint/form.ts";
export { extendImageDigest, IMAGE_DIGEST_START } from "./checkpoint/image-digest.ts";
export {
  entriesOfSegments,
  imageOfSegments,
  type ImageSource,
  type Segment,
  type SegmentEntry,
  segmentsOfImage,
} from "./checkpoint/image.ts";
export {
  type Ballot,
  BALLOT_ZERO,
  ballotText,
  type CheckpointKey,
  compareBallots,
  compareKeys,
  compareLives,
  isCheckpointKey,
  keyText,
  type Life,
  lifeText,
  parseKeyText,
} from "./checkpoint/key.ts";
export {
  decodeManifest,
  encodeManifest,
  layoutOfManifest,
  type Manifest,
  MANIFEST_FORMAT_VERSION,
  type ManifestError,
  type ManifestResult,
  type PlacementEntry,
} from "./checkpoint/manifest.ts";
export {
  finishReassembly,
  type FinishResult,
  type GroupError,
  reassembleGroup,
  type ReassembledGroup,
  type ReassembleGroupOptions,
  type ReassembleGroupResult,
  verifyMember,
} from "./checkpoint/reassemble.ts";

export {
  type ClusterConfiguration,
  type FormerPlace,
  type ProtocolTimes,
  type Quorum,
  quorumOf,
} from "./protocol/cluster.ts";
export type { Environment, HostId, Storage, StorageCompletion, WorkKind } from "./protocol/environment.ts";
export {
  createHost,
  hostCheckpoint,
  hostIncarnation,
  hostMessage,
  hostStart,
  type HostState,
  hostStorage,
  hostTimer,
} from "./protocol/host.ts";
export { type Message, type MessageBytes, messageBytes, type MessageType } from "./protocol/messages.ts";
export type { Note, Verdict, VerdictFlag } from "./protocol/notes.ts";
export type { CheckpointFailure, SoftwareEvent } from "./protocol/software.ts";
