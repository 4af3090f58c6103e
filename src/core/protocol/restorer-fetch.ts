/**
 * How a restorer fetches one checkpoint: the fewest members that decode, group by group, each verified when it comes.
 *
 * Invariants: groups are reassembled in order; a member is asked only of a server that says it holds the checkpoint.
 * Not covered: which checkpoint, and what follows when it cannot be had (restorer.ts).
 */
import { assert } from "../assertion.ts";
import { IMAGE_DIGEST_START } from "../checkpoint/image-digest.ts";
import { keyText } from "../checkpoint/key.ts";
import { layoutOfManifest, type Manifest } from "../checkpoint/manifest.ts";
import { finishReassembly, reassembleGroup, verifyMember } from "../checkpoint/reassemble.ts";
import { recoverable } from "../redundancy/code.ts";
import { dataCountOfGroup, memberExists, positionOfMember } from "../redundancy/layout.ts";
import { readSetFor } from "../redundancy/read-set.ts";
import type { ClusterConfiguration } from "./cluster.ts";
import type { Environment } from "./environment.ts";
import type { MembersMessage } from "./messages.ts";
import { standing, validAnswers } from "./restorer-candidates.ts";
import {
  isDeclaredLost,
  type FetchedGroup,
  type Fetching,
  type MemberState,
  type RestorerState,
} from "./restorer-state.ts";

/** How far a fetch came: on its way, all reassembled, or stopped at groups that lack members. */
export type FetchProgress =
  | { readonly kind: "under-way" }
  | { readonly kind: "whole"; readonly image: Uint8Array }
  | { readonly kind: "blocked"; readonly groups: readonly number[] };

export function createFetching(manifest: Manifest): Fetching {
  return {
    manifest,
    nextGroup: 0,
    open: [],
    parts: [],
    chain: IMAGE_DIGEST_START,
    silentTicks: 0,
    silentSlots: [],
    isBlocked: false,
    isToldWaiting: false,
  };
}

/** Asks for what is needed, and reassembles what came. */
export function advance(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  fetching: Fetching,
): FetchProgress {
  const { manifest } = fetching;
  const layout = layoutOfManifest(manifest);
  for (;;) {
    while (fetching.open.length < cluster.windowGroups && fetching.nextGroup < layout.groupCount) {
      const memberCount = layout.scheme.k + layout.scheme.m;
      fetching.open.push({
        group: fetching.nextGroup,
        states: new Array<MemberState>(memberCount).fill("open"),
        members: new Array<Uint8Array | undefined>(memberCount).fill(undefined),
      });
      fetching.nextGroup += 1;
    }
    const groups: number[] = [];
    for (const open of fetching.open) {
      if (!askMembers(cluster, state, env, fetching, open)) groups.push(open.group);
    }
    if (groups.length > 0) return { kind: "blocked", groups };
    const first = fetching.open[0];
    if (first === undefined) break;
    if (!reassembleFirst(cluster, env, fetching, first)) return { kind: "under-way" };
    fetching.open.shift();
  }
  const finished = finishReassembly(manifest, fetching.chain);
  assert(finished.ok, "groups that match the manifest make up its image");
  return { kind: "whole", image: joined(fetching.parts, manifest.imageBytes) };
}

/** Asks for the fewest members that give the group's data; false when they cannot be had now. */
function askMembers(
  cluster: ClusterConfiguration,
  state: RestorerState,
  env: Environment,
  fetching: Fetching,
  open: FetchedGroup,
): boolean {
  const { manifest } = fetching;
  const layout = layoutOfManifest(manifest);
  const answers = validAnswers(state.answers, state.lives);
  const text = keyText(manifest.key);
  const available = open.states.map((memberState, member) => {
    if (!memberExists(layout, open.group, member)) return false;
    if (memberState === "good") return true;
    if (memberState === "gone" || memberState === "silent") return false;
    const placed = manifest.placement[positionOfMember(layout, open.group, member)];
    assert(placed !== undefined, "positions lie within the placement");
    if (fetching.silentSlots.includes(placed.slot)) return false;
    return standing(answers[placed.slot], placed.life, text) === "holds";
  });
  const dataCount = dataCountOfGroup(layout, open.group);
  const wanted = Array.from({ length: dataCount }, (_, member) => member);
  const isLocal = (member: number): boolean => {
    const placed = manifest.placement[positionOfMember(layout, open.group, member)];
    return placed !== undefined && cluster.slotHosts[placed.slot] === env.self;
  };
  const needed =
    readSetFor(
      layout.scheme,
      dataCount,
      withLocalRedundancy(layout.scheme.k, open, available, isLocal),
      wanted,
    ) ?? readSetFor(layout.scheme, dataCount, available, wanted);
  if (needed === undefined) return false;
  for (const member of needed) {
    if (open.states[member] !== "open") continue;
    open.states[member] = "asked";
    const placed = manifest.placement[positionOfMember(layout, open.group, member)];
    const host = placed === undefined ? undefined : cluster.slotHosts[placed.slot];
    assert(host !== undefined, "placed slots have hosts");
    env.send(host, {
      to: "server",
      type: "fetch",
      asker: "restorer",
      ballot: state.ballot,
      key: manifest.key,
      group: open.group,
      member,
    });
  }
  return true;
}

/**
 * Redundancy that lies on this very host costs no network: with it, one data member less has to come from elsewhere.
 * Gives what is available, without that data member and without other hosts' redundancy; unchanged where nothing is gained.
 * Copies of a mirror are read from all their disks in turn instead, as the rotation has it: one disk alone would be slower.
 */
function withLocalRedundancy(
  k: number,
  open: FetchedGroup,
  available: readonly boolean[],
  isLocal: (member: number) => boolean,
): readonly boolean[] {
  if (k === 1) return available;
  const local = available.findIndex((is, member) => is && member >= k && isLocal(member));
  if (local < 0) return available;
  let spared = -1;
  for (let member = 0; member < k; member += 1) {
    if (available[member] === true && !isLocal(member) && open.states[member] === "open") spared = member;
  }
  if (spared < 0) return available;
  return available.map((is, member) => is && member !== spared && (member < k || member === local));
}

/** True when the first open group's bytes were appended to the image. */
function reassembleFirst(
  cluster: ClusterConfiguration,
  env: Environment,
  fetching: Fetching,
  first: FetchedGroup,
): boolean {
  const layout = layoutOfManifest(fetching.manifest);
  const dataCount = dataCountOfGroup(layout, first.group);
  const isGood = first.states.map((memberState) => memberState === "good");
  if (!recoverable(layout.scheme, dataCount, isGood)) return false;
  const result = reassembleGroup({
    manifest: fetching.manifest,
    layout,
    group: first.group,
    members: first.members,
    chain: fetching.chain,
    digests: cluster.digests,
  });
  // Each member was verified when it came, so that enough of them always decode to what the manifest says.
  assert(result.ok, "verified members decode");
  if (result.rebuilt.length > 0) env.charge("decode", dataCount * layout.subsegmentBytes);
  fetching.parts.push(...result.bytes);
  fetching.chain = result.chain;
  return true;
}

/** Who keeps the blocked groups from being decoded: servers that lost members, and servers that may yet answer. */
export function blockersOf(
  state: RestorerState,
  fetching: Fetching,
  blocked: readonly number[],
): { readonly lostSlots: readonly number[]; readonly awaitedSlots: readonly number[] } {
  const { manifest } = fetching;
  const text = keyText(manifest.key);
  const layout = layoutOfManifest(manifest);
  const answers = validAnswers(state.answers, state.lives);
  const lostSlots = new Set<number>();
  const awaitedSlots = new Set<number>();
  for (const open of fetching.open) {
    if (!blocked.includes(open.group)) continue;
    open.states.forEach((memberState, member) => {
      if (memberState === "good" || !memberExists(layout, open.group, member)) return;
      const placed = manifest.placement[positionOfMember(layout, open.group, member)];
      assert(placed !== undefined, "positions lie within the placement");
      const answer = answers[placed.slot];
      const isLost =
        memberState === "gone" ||
        isDeclaredLost(state, placed.slot) ||
        // Blank since: what it held in the named life is gone; it can only be rebuilt from the others.
        (answer !== undefined && standing(answer, placed.life, text) === "unknown");
      if (isLost) lostSlots.add(placed.slot);
      else if (memberState === "silent" || answer === undefined || fetching.silentSlots.includes(placed.slot))
        awaitedSlots.add(placed.slot);
    });
  }
  const ascending = (slots: ReadonlySet<number>): number[] => [...slots].sort((a, b) => a - b);
  return { lostSlots: ascending(lostSlots), awaitedSlots: ascending(awaitedSlots) };
}

/** Takes in a member; false when it is none that was asked for. */
export function takeMember(
  cluster: ClusterConfiguration,
  env: Environment,
  fetching: Fetching,
  message: MembersMessage,
): boolean {
  const open = fetching.open.find((each) => each.group === message.group);
  if (open === undefined || open.states[message.member] === undefined) return false;
  if (open.states[message.member] === "good") return false;
  fetching.silentTicks = 0;
  const slot = slotOf(fetching, message.group, message.member);
  if (fetching.silentSlots.includes(slot))
    fetching.silentSlots = fetching.silentSlots.filter((each) => each !== slot);
  if (message.bytes !== undefined) env.charge("digest", message.bytes.length);
  const isGood =
    message.bytes !== undefined &&
    verifyMember(fetching.manifest, cluster.digests, message.group, message.member, message.bytes);
  if (isGood) {
    open.states[message.member] = "good";
    open.members[message.member] = message.bytes;
  } else {
    // A server sends checked bytes only: what came damaged is asked for again, what did not come is gone.
    open.states[message.member] = message.bytes === undefined ? "gone" : "open";
  }
  return true;
}

/** Who was asked for the member. */
function slotOf({ manifest }: Fetching, group: number, member: number): number {
  const placed = manifest.placement[positionOfMember(layoutOfManifest(manifest), group, member)];
  assert(placed !== undefined, "positions lie within the placement");
  return placed.slot;
}

/**
 * A tick: asks again, and passes over who stays silent, in all groups: a server that is down is waited for once, and not once for
 * each window of groups. They get another chance when nothing goes on without them, and not before: otherwise members that
 * are silent in turn would never be missed together. Members that were gone get one after each time that waiting was told:
 * their server may have rebuilt them since.
 */
export function fetchTick(fetching: Fetching, silentTicksMax: number): void {
  fetching.silentTicks += 1;
  const isTooLong = fetching.silentTicks >= silentTicksMax;
  const silent = new Set(fetching.isBlocked ? [] : fetching.silentSlots);
  for (const open of fetching.open) {
    open.states.forEach((memberState, member) => {
      if (memberState === "asked") {
        open.states[member] = isTooLong ? "silent" : "open";
        if (isTooLong) silent.add(slotOf(fetching, open.group, member));
      } else if (memberState === "silent" && fetching.isBlocked) open.states[member] = "open";
      else if (memberState === "gone" && fetching.isToldWaiting) open.states[member] = "open";
    });
  }
  fetching.silentSlots = [...silent];
  fetching.isBlocked = false;
  fetching.isToldWaiting = false;
  if (isTooLong) fetching.silentTicks = 0;
}

function joined(parts: readonly Uint8Array[], imageBytes: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const image = new Uint8Array(imageBytes);
  let offset = 0;
  for (const part of parts) {
    image.set(part, offset);
    offset += part.length;
  }
  return image;
}
