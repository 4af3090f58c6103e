/**
 * A hash of what happened so far, without when: checkers judge the past too, so two cases are the same only when both the
 * state they go on from and what they have seen are the same.
 *
 * Times are left out: promises with bounds count from what is still to come, and bounds are far wider than a window.
 */
import type { HistoryEvent } from "../../sim/history.ts";
import type { StateHash } from "../../sim/state-hash.ts";

/** Takes in the events from `fromIndex` on. */
export function addFacts(hash: StateHash, events: readonly HistoryEvent[], fromIndex: number): void {
  for (let index = fromIndex; index < events.length; index += 1) {
    const event = events[index] as HistoryEvent;
    hash.addText(event.kind);
    hash.add(event.host);
    switch (event.kind) {
      case "note":
        hash.addImmutable(event.note);
        hash.addValue([event.flushedOnDisk, event.flushedMemberCount]);
        break;
      case "image-taken":
        hash.addValue(event.ballot);
        hash.add(event.sequence);
        hash.addBytes(event.image);
        break;
      case "software-started":
        hash.addValue([event.ballot, event.key, event.refusedBySoftware]);
        if (event.image !== undefined) hash.addBytes(event.image);
        break;
      case "software-stopped":
        hash.addValue([event.ballot, event.reason]);
        break;
      case "output-released":
        hash.addValue([event.ballot, event.sequence, event.output]);
        break;
      case "fault": {
        // What a strike did is in the state; only whether it bit is a fact, and which fault of which kind it was.
        hash.addText(event.fault.kind);
        hash.add(event.bit ? 1 : 0);
        break;
      }
      case "host-up":
        hash.add(event.diskKept ? 1 : 0);
        break;
      case "host-down":
        hash.add(event.diskLost ? 1 : event.nothingDurable === true ? 2 : 0);
        break;
    }
  }
}
