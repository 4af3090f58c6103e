/**
 * What files on disks ought to contain, worked out from the run's own copies of the images and from the settings.
 *
 * Written apart from the core's forming, encoding and manifests and sharing nothing with them: a member that the core
 * computed wrongly, or a manifest that it wrote wrongly, is seen as wrong although a read gives just what was written.
 * Invariant: buffers never change, so that each is looked at once for each thing that it is said to be.
 *
 * Does not cover: the redundancy of schemes other than mirror and parity, which is taken as right when its length is; the
 * image digest and the segment names of a manifest, which integrity sees when software starts.
 */
import type { Digests } from "../core/checkpoint/digests.ts";
import { type CheckpointKey, keyText } from "../core/checkpoint/key.ts";
import { isSum } from "./byte-sums.ts";

export interface TruthSettings {
  readonly k: number;
  readonly m: number;
  readonly subsegmentBytes: number;
  readonly schemeText: string;
  readonly digests: Digests;
}

/** What a manifest has to say of its own key, of the image and of the settings; anything else in it is not looked at. */
interface ManifestLook {
  readonly key?: CheckpointKey;
  readonly scheme?: string;
  readonly imageBytes?: number;
  readonly subsegmentBytes?: number;
  readonly memberDigests?: readonly (readonly string[])[];
}

const NEWLINE = 0x0a;
const SHA256_TEXT_BYTES = 64;
const decoder = new TextDecoder();

/** A look that was taken: what the buffer was said to be, and whether it is. */
interface MemberLook {
  readonly image: Uint8Array;
  readonly group: number;
  readonly place: number;
  readonly isRight: boolean;
}

interface ManifestLookTaken {
  readonly image: Uint8Array;
  readonly key: string;
  readonly isRight: boolean;
}

export class DiskTruth {
  private readonly settings: TruthSettings;
  /** The last look at each buffer. */
  private readonly memberLooks: WeakMap<Uint8Array, MemberLook> = new WeakMap();
  private readonly manifestLooks: WeakMap<Uint8Array, ManifestLookTaken> = new WeakMap();

  constructor(settings: TruthSettings) {
    this.settings = settings;
  }

  /** Whether `bytes` are member `member` of group `group` of this image, padding included. */
  isMember(image: Uint8Array, group: number, member: number, bytes: Uint8Array): boolean {
    const { m, schemeText } = this.settings;
    // The copies of a mirror are all the same.
    const place = schemeText.startsWith("mirror:") && member <= m ? 0 : member;
    const known = this.memberLooks.get(bytes);
    if (known?.image === image && known.group === group && known.place === place) return known.isRight;
    const isRight = this.isAtPlace(image, group, place, bytes);
    this.memberLooks.set(bytes, { image, group, place, isRight });
    return isRight;
  }

  /** Whether `bytes` are a whole manifest of this key, with the digests of the image's own members. */
  isManifest(image: Uint8Array, key: CheckpointKey, bytes: Uint8Array): boolean {
    const text = keyText(key);
    const known = this.manifestLooks.get(bytes);
    if (known?.image === image && known.key === text) return known.isRight;
    const isRight = this.saysTheTruth(this.readManifest(bytes), image, text);
    this.manifestLooks.set(bytes, { image, key: text, isRight });
    return isRight;
  }

  private isAtPlace(image: Uint8Array, group: number, place: number, bytes: Uint8Array): boolean {
    const { k, m, subsegmentBytes, schemeText } = this.settings;
    if (bytes.length !== subsegmentBytes) return false;
    if (place < k) return isPadded(image, (group * k + place) * subsegmentBytes, bytes);
    if (!schemeText.startsWith("parity:")) return place < k + m;
    return place === k && isParity(image, group * k * subsegmentBytes, k, bytes);
  }

  private saysTheTruth(manifest: ManifestLook | undefined, image: Uint8Array, keyName: string): boolean {
    if (manifest?.key === undefined || keyText(manifest.key) !== keyName) return false;
    const { schemeText, subsegmentBytes } = this.settings;
    return (
      manifest.scheme === schemeText &&
      manifest.subsegmentBytes === subsegmentBytes &&
      manifest.imageBytes === image.length &&
      this.hasTrueDigests(image, manifest.memberDigests ?? [])
    );
  }

  /** Undefined unless it ends in the SHA-256 of what stands before, and that is JSON. */
  private readManifest(bytes: Uint8Array): ManifestLook | undefined {
    const bodyBytes = bytes.length - 1 - SHA256_TEXT_BYTES;
    if (bodyBytes < 1 || bytes[bodyBytes] !== NEWLINE) return undefined;
    const body = bytes.subarray(0, bodyBytes);
    const sha = this.settings.digests.manifest(body);
    for (let index = 0; index < SHA256_TEXT_BYTES; index += 1) {
      if (bytes[bodyBytes + 1 + index] !== sha.charCodeAt(index)) return undefined;
    }
    try {
      return JSON.parse(decoder.decode(body)) as ManifestLook;
    } catch {
      return undefined;
    }
  }

  private hasTrueDigests(image: Uint8Array, rows: readonly (readonly string[])[]): boolean {
    const { k, subsegmentBytes, digests } = this.settings;
    const subsegmentCount = Math.ceil(image.length / subsegmentBytes);
    if (rows.length !== Math.ceil(subsegmentCount / k)) return false;
    for (let index = 0; index < subsegmentCount; index += 1) {
      const whole = image.subarray(index * subsegmentBytes, (index + 1) * subsegmentBytes);
      let padded = whole;
      if (whole.length < subsegmentBytes) {
        padded = new Uint8Array(subsegmentBytes);
        padded.set(whole);
      }
      if (rows[Math.floor(index / k)]?.[index % k] !== digests.member(padded)) return false;
    }
    return true;
  }
}

/** The image from `offset` on, and zeros behind its end. */
function isPadded(image: Uint8Array, offset: number, bytes: Uint8Array): boolean {
  if (offset >= image.length) return false;
  const covered = Math.min(bytes.length, image.length - offset);
  if (covered === bytes.length) return isSum(bytes, image, offset, 1, 0);
  for (let index = covered; index < bytes.length; index += 1) if (bytes[index] !== 0) return false;
  return isSum(bytes.subarray(0, covered), image, offset, 1, 0);
}

/** The sum of `k` subsegments from `offset` on, the image's end padded with zeros. */
function isParity(image: Uint8Array, offset: number, k: number, bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (offset + k * length <= image.length) return isSum(bytes, image, offset, k, length);
  // The last subsegments reach beyond the image, where all is zero.
  for (let index = 0; index < length; index += 1) {
    let sum = 0;
    for (let data = 0; data < k; data += 1) sum ^= image[offset + data * length + index] ?? 0;
    if (bytes[index] !== sum) return false;
  }
  return offset < image.length;
}
