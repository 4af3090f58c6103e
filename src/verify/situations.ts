/**
 * Reach marks of the protocol: situations that runs must get into, or what was proved of them was proved of nothing. Each is
 * read from a run's history, from notes of roles and from facts of the simulator.
 *
 * A mark says that a situation occurred, and nothing of how well it went: that is the checkers' part. Marks of faults, which
 * count how often each of them bit, are in src/sim/reach.ts.
 */
import type { Note, Verdict } from "../core/protocol/notes.ts";
import type { HistoryEvent, RunHistory } from "../sim/history.ts";
import { ballotId, keyId } from "./facts/order.ts";

/** Each situation in one sentence. */
export const SITUATIONS = {
  "second-attempt": "A checkpoint was formed again, on other servers or with what was learnt.",
  "fenced-commit": "An incarnation that was fenced off had a checkpoint under way.",
  "too-few-servers": "A checkpoint failed because too few servers were left.",
  "attempts-exhausted": "A checkpoint failed after as many attempts as are allowed.",
  "domains-not-placeable":
    "A checkpoint failed because the failure domains that were left could not be kept apart.",
  "former-lost": "A checkpoint failed because its former was lost.",
  "partial-restored": "A restore gave a checkpoint that nobody knew to be durable.",
  "nothing-durable": "A server crashed before anything on its disk was durable.",
  "disk-lost-while-storing": "A server lost its disk while a checkpoint was being stored.",
  "own-disk": "A server started again on its own disk.",
  rejoined: "A server that had lost its disk was joined again, and rebuilt all that it should hold.",
  "lost-while-rebuilding": "A server lost its disk again before it had rebuilt everything.",
  "rotten-member-found": "A server found rot in a member.",
  "rotten-manifest-found": "A server found a manifest that it could not read.",
  "rotten-member-fetched":
    "A server found rot in a member of the very checkpoint that a restore was fetching.",
  repaired: "A server mended a file that had rotted.",
  "repair-waited": "A repair found too few members, and had to wait.",
  "storage-failed": "An operation of a disk failed and said so.",
  retired: "A server dropped checkpoints because newer ones were durable.",
  "degraded-and-back": "Servers were reported as missing, and later as back.",
  fenced: "Software that ran was fenced off by a restore.",
  "restores-raced": "A restore was under way on one host when another began on a second one.",
  "restore-abandoned": "A restore gave way to a higher ballot.",
  "restorer-crashed": "A host crashed while it restored.",
  "restored-again": "Software that a restore had started was lost, and restored in turn.",
  restored: "A restore succeeded.",
  "waiting-ended": "A restore said for whom it waited, and then succeeded.",
  "refused-unrecoverable": "A restore was refused, with groups that cannot be decoded.",
  "declared-lost": "An operator restored without servers that were declared lost.",
  "accepted-older": "An operator took an older checkpoint because a newer one could not be had.",
} as const;

export type SituationId = keyof typeof SITUATIONS;

/** What one run got into. */
export function situationsIn(history: RunHistory): ReadonlySet<SituationId> {
  const reader = new SituationReader();
  for (const event of history.events) reader.read(event);
  return reader.met;
}

/** Those that none of the runs got into, in the order of SITUATIONS. */
export function unmetSituations(runs: Iterable<ReadonlySet<SituationId>>): SituationId[] {
  const met = new Set<SituationId>();
  for (const run of runs) for (const id of run) met.add(id);
  return (Object.keys(SITUATIONS) as SituationId[]).filter((id) => !met.has(id));
}

class SituationReader {
  readonly met: Set<SituationId> = new Set();
  private readonly durable: Set<string> = new Set();
  /** By host: whether the restore under way on it has said that it waits. */
  private readonly restores: Map<number, boolean> = new Map();
  /** By host: servers that were joined again and are not complete yet. */
  private readonly rebuilding: Set<number> = new Set();
  /** Ballots of incarnations that a restore started. */
  private readonly restoredBallots: Set<string> = new Set();
  /** Keys of which members were found rotten since the newest restore began. */
  private rottenKeys: Set<string> = new Set();
  private isStoring: boolean = false;
  private isDegraded: boolean = false;

  read(event: HistoryEvent): void {
    if (event.kind === "note") return this.readNote(event.note, event.host);
    if (event.kind === "host-down") {
      if (event.nothingDurable === true) this.met.add("nothing-durable");
      if (event.diskLost && this.isStoring) this.met.add("disk-lost-while-storing");
      if (event.diskLost && this.rebuilding.has(event.host)) this.met.add("lost-while-rebuilding");
      if (this.restores.delete(event.host)) this.met.add("restorer-crashed");
      this.rebuilding.delete(event.host);
    } else if (event.kind === "software-started" && event.key !== undefined) {
      if (this.restoredBallots.has(ballotId(event.key.ballot))) this.met.add("restored-again");
      this.restoredBallots.add(ballotId(event.ballot));
    }
  }

  private readNote(note: Note, host: number): void {
    const { met } = this;
    switch (note.kind) {
      case "attempt-started":
        this.isStoring = true;
        if (note.key.attempt > 1) met.add("second-attempt");
        return;
      case "known-durable":
        this.isStoring = false;
        this.durable.add(keyId(note.key));
        return;
      case "checkpoint-failed":
        this.isStoring = false;
        if (note.reason === "fenced") met.add("fenced-commit");
        else if (note.reason !== "image-too-large") met.add(note.reason);
        return;
      case "fenced":
      case "retired":
      case "storage-failed":
        met.add(note.kind);
        return;
      case "degraded":
        if (note.slots.length === 0 && this.isDegraded) met.add("degraded-and-back");
        this.isDegraded = note.slots.length > 0;
        return;
      case "started":
        met.add("own-disk");
        return;
      case "joined":
        this.rebuilding.add(host);
        return;
      case "complete":
        if (this.rebuilding.delete(host)) met.add("rejoined");
        return;
      case "rot-found":
        met.add(note.group < 0 ? "rotten-manifest-found" : "rotten-member-found");
        if (note.group >= 0 && this.restores.size > 0) this.rottenKeys.add(keyId(note.key));
        return;
      case "repaired":
        // Member -1 stands for a whole checkpoint that a blank server rebuilt.
        if (note.member >= 0) met.add("repaired");
        return;
      case "repair-waiting":
        met.add("repair-waited");
        return;
      case "restore-started":
        if (this.restores.size > 0 && !this.restores.has(host)) met.add("restores-raced");
        this.restores.set(host, false);
        this.rottenKeys = new Set();
        return;
      case "restore-abandoned":
        this.restores.delete(host);
        met.add("restore-abandoned");
        return;
      case "verdict":
        return this.readVerdict(note.verdict, host);
      default:
        return;
    }
  }

  private readVerdict(verdict: Verdict, host: number): void {
    const { met } = this;
    if (verdict.kind === "waiting") {
      if (this.restores.has(host)) this.restores.set(host, true);
      return;
    }
    if (verdict.key !== undefined && this.rottenKeys.has(keyId(verdict.key)))
      met.add("rotten-member-fetched");
    if (verdict.kind === "refused") {
      if (verdict.reason === "unrecoverable") met.add("refused-unrecoverable");
      return;
    }
    met.add("restored");
    if (this.restores.get(host) === true) met.add("waiting-ended");
    this.restores.delete(host);
    if (!this.durable.has(keyId(verdict.key))) met.add("partial-restored");
    for (const flag of verdict.flags) if (flag !== "few-complete") met.add(flag);
  }
}
