/**
 * What happened in a run, in words: one entry for each event that a person would tell, in the order in which they came.
 *
 * A pure function of the history. Facts (what the simulator saw) and notes (what a role said of itself) are both told;
 * where a note is a belief, the sentence says who believes it. Weights tell what may be left out or drawn together when
 * there is little room: narrative-page.ts does that.
 *
 * Does not cover: single messages, writes and timers, which are no part of a history.
 */
import type { CheckpointKey } from "../core/checkpoint/key.ts";
import type { Note, Verdict } from "../core/protocol/notes.ts";
import { faultWords } from "../scenario/fault-words.ts";
import type { HistoryEvent, RunHistory } from "../sim/history.ts";
import { failureWords } from "./failed-checkpoints.ts";
import { ballotText } from "./facts/words.ts";

/** `turn`: changes the course of the run. `step`: part of the story. `routine`: comes again and again. */
export type NarrativeWeight = "turn" | "step" | "routine";

export interface NarrativeEntry {
  readonly atNs: number;
  /** The server that it happened on, or "" for the network. */
  readonly server: string;
  /** Goes on from the server's name. */
  readonly text: string;
  readonly weight: NarrativeWeight;
  /** Entries of one kind are counted together when they are drawn together: "checkpoint taken". */
  readonly kind: string;
}

/** Names of servers, as far as a narrative needs the settings of its run. */
export interface NarrativeNames {
  readonly hostNames: readonly string[];
  /** slotHosts[slot] is the host of that slot. */
  readonly slotHosts: readonly number[];
}

type Said = Pick<NarrativeEntry, "text" | "weight" | "kind">;

const GROUPS_NAMED_MAX = 6;

/** A checkpoint as the story calls it; the attempt only where there was more than one. */
function checkpointWords(key: CheckpointKey): string {
  const attempt = key.attempt > 1 ? ` (attempt ${key.attempt})` : "";
  return `checkpoint ${key.sequence} of incarnation ${ballotText(key.ballot)}${attempt}`;
}

function groupWords(groups: readonly number[]): string {
  const named = groups.slice(0, GROUPS_NAMED_MAX).join(", ");
  const more = groups.length > GROUPS_NAMED_MAX ? ` and ${groups.length - GROUPS_NAMED_MAX} more` : "";
  return `${groups.length === 1 ? "group" : "groups"} ${named}${more}`;
}

class Narrator {
  private readonly names: NarrativeNames;

  constructor(names: NarrativeNames) {
    this.names = names;
  }

  host(host: number): string {
    if (host < 0) return "";
    return this.names.hostNames[host] ?? `host ${host}`;
  }

  private slots(slots: readonly number[]): string {
    if (slots.length === 0) return "nobody";
    return slots.map((slot) => this.host(this.names.slotHosts[slot] ?? slot + 1)).join(", ");
  }

  tell(event: HistoryEvent): Said | undefined {
    switch (event.kind) {
      case "note":
        return this.note(event.note);
      case "image-taken":
        // The note "checkpoint-taken" tells the same.
        return undefined;
      case "software-started":
        return this.started(event);
      case "software-stopped": {
        const why = event.reason === "crash" ? "its server crashed" : "it is fenced";
        return turn(
          "software stopped",
          `stops the software (incarnation ${ballotText(event.ballot)}): ${why}`,
        );
      }
      case "output-released":
        return routine("output released", `releases an output of state ${event.sequence}`);
      case "fault": {
        const words = withoutMoment(faultWords(event.fault, this.names.hostNames));
        const effect = event.bit ? "" : " (nothing was there to harm)";
        return turn("fault", `fault: ${words}${effect}`);
      }
      case "damage": {
        const what = event.files.length === 1 ? "a file" : `${event.files.length} files`;
        return turn(
          "damage",
          `has ${what} damaged by the fault "${event.fault.kind}": ${event.files.join(", ")}`,
        );
      }
      case "host-up":
        return turn("host up", `is up again, ${event.diskKept ? "with its disk" : "with an empty disk"}`);
      case "host-down":
        return turn("host down", `is down, its disk is ${event.diskLost ? "lost" : "kept"}`);
    }
  }

  private started(event: Extract<HistoryEvent, { kind: "software-started" }>): Said {
    const who = `as incarnation ${ballotText(event.ballot)}`;
    if (event.key === undefined) return turn("software started", `starts the software afresh, ${who}`);
    const from = checkpointWords(event.key);
    if (event.refusedBySoftware === undefined)
      return turn("software started", `starts the software from ${from}, ${who}`);
    return turn(
      "software started",
      `starts from ${from}, and the software refuses: ${event.refusedBySoftware}`,
    );
  }

  private note(note: Note): Said | undefined {
    switch (note.kind) {
      case "incarnation-started":
        // The start of the software tells it.
        return undefined;
      case "checkpoint-taken":
        return routine("checkpoint taken", `takes checkpoint ${note.sequence}`);
      case "attempt-started": {
        const on = this.slots(note.placement.map(({ slot }) => slot));
        if (note.key.attempt > 1) return step("new attempt", `tries ${checkpointWords(note.key)} on ${on}`);
        return routine("attempt started", `has checkpoint ${note.key.sequence} formed for ${on}`);
      }
      case "known-durable":
        return routine("checkpoint durable", `knows that checkpoint ${note.key.sequence} is durable`);
      case "checkpoint-failed":
        return turn(
          "checkpoint failed",
          `gives checkpoint ${note.sequence} up: ${failureWords(note.reason)}`,
        );
      case "fenced":
        return turn(
          "fenced",
          `finds itself fenced: ${ballotText(note.by)} is above its incarnation ${ballotText(note.ballot)}`,
        );
      case "degraded":
        if (note.slots.length === 0) return step("degraded", "reports full tolerance again");
        return step("degraded", `reports degraded: ${this.slots(note.slots)} missing`);
      default:
        return this.serverNote(note);
    }
  }

  private serverNote(note: Exclude<Note, ProductionNote>): Said | undefined {
    switch (note.kind) {
      case "started":
        return step(
          "server started",
          note.joined ? "starts again on its own disk" : "starts and has to join first",
        );
      case "stored":
        return routine("stored", `has stored its part of checkpoint ${note.key.sequence}`);
      case "promised":
        return step("promised", `promises ballot ${ballotText(note.ballot)}`);
      case "retired":
        return routine("retired", `retires what is older than checkpoint ${note.floor.sequence}`);
      case "joined":
        return step("joined", "has joined with a new life");
      case "complete":
        return step("complete", "is complete: all that it must hold is rebuilt");
      case "rot-found": {
        const what = note.group < 0 ? "the manifest" : `group ${note.group}, member ${note.member}`;
        return step("rot found", `finds rot: ${what} of ${checkpointWords(note.key)}`);
      }
      case "repaired": {
        const what = note.group < 0 ? "the manifest" : `group ${note.group}, member ${note.member}`;
        return routine("repaired", `has repaired ${what} of ${checkpointWords(note.key)}`);
      }
      case "repair-waiting":
        return step("repair waiting", `cannot repair ${checkpointWords(note.key)} yet`);
      case "scrubbed":
        return routine("scrubbed", `ends a scrub pass over ${note.memberCount} members`);
      case "storage-failed":
        return turn("storage failed", "reports that its disk refused a write or a flush");
      case "restore-started":
        return turn(
          "restore started",
          `starts a restore${note.operator ? " for the operator" : ""}, ballot ${ballotText(note.ballot)}`,
        );
      case "promises-held":
        return turn("promises held", `holds the promises of ${this.slots(note.slots)}`);
      case "verdict":
        return turn(`verdict ${note.verdict.kind}`, this.verdict(note.verdict));
      case "restore-abandoned":
        return step("restore abandoned", `gives way to ballot ${ballotText(note.by)}`);
    }
  }

  private verdict(verdict: Verdict): string {
    switch (verdict.kind) {
      case "restored": {
        const flags = verdict.flags.length === 0 ? "" : ` [${verdict.flags.join(", ")}]`;
        return `verdict: restored ${checkpointWords(verdict.key)}${flags}`;
      }
      case "waiting":
        return `verdict: waiting for ${this.slots(verdict.slots)}`;
      case "refused": {
        if (verdict.reason === "no-checkpoint") return "verdict: refused, no checkpoint was ever durable";
        const of = verdict.key === undefined ? "" : ` of ${checkpointWords(verdict.key)}`;
        return `verdict: refused, ${groupWords(verdict.groups)}${of} cannot be decoded; lost on ${this.slots(verdict.slots)}`;
      }
    }
  }
}

type ProductionNote = Extract<
  Note,
  {
    kind:
      | "incarnation-started"
      | "checkpoint-taken"
      | "attempt-started"
      | "known-durable"
      | "checkpoint-failed"
      | "fenced"
      | "degraded";
  }
>;

function turn(kind: string, text: string): Said {
  return { kind, text, weight: "turn" };
}

function step(kind: string, text: string): Said {
  return { kind, text, weight: "step" };
}

function routine(kind: string, text: string): Said {
  return { kind, text, weight: "routine" };
}

/** The words of a fault begin with its moment, which stands in front of every entry anyway; the number of an event stays. */
function withoutMoment(words: string): string {
  return words.replace(/^at \S+ ms /, "");
}

/** One entry for each event that is told. The server of a fault is in its words. */
export function narrativeOf(history: RunHistory, names: NarrativeNames): NarrativeEntry[] {
  const narrator = new Narrator(names);
  return history.events.flatMap((event) => {
    const said = narrator.tell(event);
    if (said === undefined) return [];
    const server = event.kind === "fault" ? "" : narrator.host(event.host);
    return [{ atNs: event.atNs, server, ...said }];
  });
}
