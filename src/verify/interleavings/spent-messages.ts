/**
 * Messages in flight that nobody will ever heed: they are taken out of the state.
 *
 * Why that loses nothing. A message never expires in the model, so a state keeps every answer that came too late, and states
 * that differ in nothing else are many. A message is spent when its delivery does nothing now and in every later state of
 * its receiver. A delivery that does nothing is no choice anyway (world-model.ts). So a state with a spent message and the
 * one without it have the same choices, with the same ends, for ever (a bisimulation): looking at one of them is enough.
 *
 * Each rule below says why "in every later state" holds. What a receiver must never do again is either of its own making
 * (it never takes one ballot, key or life twice: each has a random number of its own) or lost in a crash; rules that a
 * crash would undo hold only where the bounds allow the host no more faults. A program with a bug may break these reasons:
 * then the search sees less of it, and still invents nothing.
 *
 * Not covered: a message whose answer would be spent.
 */
import { compareBallots, compareKeys, type CheckpointKey } from "../../core/checkpoint/key.ts";
import type { ClusterConfiguration } from "../../core/protocol/cluster.ts";
import type { HostState } from "../../core/protocol/host.ts";
import type {
  AskRefusedMessage,
  MembersMessage,
  Message,
  PromiseMessage,
  RestoreCommand,
} from "../../core/protocol/messages.ts";
import type { LocalState } from "./local-state.ts";

/** What the bounds still allow a host. */
export interface Future {
  /** A fault may strike it. */
  readonly mayFail: boolean;
  /** It may begin to restore. */
  readonly mayRestore: boolean;
}

export function isSpent(
  cluster: ClusterConfiguration,
  message: Message,
  receiver: LocalState,
  future: Future,
): boolean {
  if (receiver.power === "gone") return true;
  const program = receiver.power === "up" ? receiver.program : undefined;
  switch (message.to) {
    case "restorer":
      return isSpentForRestorer(message, program?.restorer, future);
    case "production":
      return isSpentForProduction(message, program, future);
    case "former":
      // A former elsewhere may be told of the same attempt once more, by a message that is late.
      return cluster.formerPlace === "production" && isSpentForFormer(message, program?.former);
    case "server":
      // What is on disk decides when the host comes up; and a crash may bring back what was before.
      return program?.server !== undefined && !future.mayFail && isSpentForServer(message, program.server);
    default:
      return false;
  }
}

/** `restorer` undefined: the host is down, and will have a new one. */
function isSpentForRestorer(
  message: PromiseMessage | AskRefusedMessage | MembersMessage | RestoreCommand,
  restorer: HostState["restorer"] | undefined,
  future: Future,
): boolean {
  const isIdle = restorer === undefined || restorer.phase === "idle";
  // Nobody restores here any more: there is nobody to heed anything.
  if (isIdle && !future.mayRestore) return message.type !== "restore";
  // A ballot is taken once, and an idle restorer takes a new one.
  if (message.type === "promise") return isIdle || compareBallots(message.ballot, restorer.ballot) !== 0;
  return false;
}

function isSpentForProduction(
  message: Message & { readonly to: "production" },
  program: HostState | undefined,
  future: Future,
): boolean {
  const production = program?.production;
  // An attempt's answers exist only after it has begun, and no attempt begins twice.
  if (message.type === "form-done" || message.type === "form-progress") {
    return isOtherKey(production?.checkpoint?.key, message.key);
  }
  // No software runs here: only a restore brings it back.
  const isIdle = program === undefined || program.restorer.phase === "idle";
  return production?.ballot === undefined && isIdle && !future.mayRestore;
}

/** The former is on the production server: it is told of an attempt in the same step in which the attempt begins. */
function isSpentForFormer(
  message: Message & { readonly to: "former" },
  former: HostState["former"] | undefined,
): boolean {
  switch (message.type) {
    case "received":
    case "stored":
    case "store-refused":
      return isOtherKey(former?.attempt?.key, message.key);
    default:
      return false;
  }
}

function isOtherKey(present: CheckpointKey | undefined, named: CheckpointKey): boolean {
  return present === undefined || compareKeys(present, named) !== 0;
}

/** The server keeps its disk and its memory from now on: what it promised, retired and completed stays so. */
function isSpentForServer(
  message: Message & { readonly to: "server" },
  server: NonNullable<HostState["server"]>,
): boolean {
  const { control, phase } = server;
  switch (message.type) {
    case "welcome":
      // A welcomer whose own life is over is told so, whatever its welcome says.
      return false;
    case "retire":
      if (phase !== "working" || !control.complete) return false;
      return (
        compareBallots(message.ballot, control.promised) < 0 ||
        (control.floor !== undefined && compareKeys(message.floor, control.floor) <= 0)
      );
    default:
      return false;
  }
}
