/** What peers say to a server that comes in again: the welcome of one with an empty disk, and the answers to its repairs. */
import { BALLOT_ZERO } from "../../../src/core/checkpoint/key.ts";
import type { FetchMessage, MembersMessage, WelcomeMessage } from "../../../src/core/protocol/messages.ts";
import { FIRST_LIFE, type WholeCheckpoint } from "./cluster-case.ts";
import type { ServerBench } from "./server-bench.ts";

export function welcomeOf(
  newcomer: ServerBench,
  slot: number,
  changes: Partial<WelcomeMessage> = {},
): WelcomeMessage {
  const newLife = newcomer.state.control.life;
  return {
    to: "server",
    type: "welcome",
    slot,
    life: FIRST_LIFE,
    newLife,
    lives: newcomer.cluster.slotHosts.map((_, each) => (each === newcomer.slot ? newLife : FIRST_LIFE)),
    promised: BALLOT_ZERO,
    floor: undefined,
    floorBallot: BALLOT_ZERO,
    manifests: [],
    damaged: [],
    ...changes,
  };
}

/** Answers every fetch of a repair with the peer's true member, until the server asks for nothing more. */
export function answerRepairs(
  server: ServerBench,
  checkpoint: WholeCheckpoint,
  look: (isFlushPending: boolean) => void = () => undefined,
): void {
  let answeredCount = 0;
  for (;;) {
    const fetches = server.env.messages("fetch");
    const fetch = fetches[answeredCount];
    if (fetch === undefined) return;
    server.hearMembers(memberAnswer(checkpoint, fetch));
    answeredCount += 1;
    while (server.step()) look(server.env.operations.some(({ kind }) => kind === "flush"));
  }
}

/** What a server that holds it answers to a fetch of a repair. */
export function memberAnswer(
  { key, bytes, manifest, membersOf }: WholeCheckpoint,
  fetch: FetchMessage,
): MembersMessage {
  const { group, member } = fetch;
  const isIt = (each: { readonly group: number; readonly member: number }): boolean =>
    each.group === group && each.member === member;
  const holder = manifest.placement.find(({ slot }) => membersOf(slot).some(isIt));
  const found = membersOf(holder?.slot ?? -1).find(isIt)?.bytes;
  const slot = group < 0 ? member : (holder?.slot ?? 0);
  return { to: "repair", type: "members", slot, key, group, member, bytes: group < 0 ? bytes : found };
}
