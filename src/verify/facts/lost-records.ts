/**
 * Servers that may have gone on from an older control record than the newest one that they acted upon.
 *
 * A disk that acknowledges a record and a flush, and stores nothing, leaves the record before it, whole: when the server
 * starts again, nothing on its disk tells that it had promised more. No budget of lost slots covers that, because the slot
 * does not look lost (docs/adr/0009). Told is every server whose disk lost a record and that then started on that disk; it
 * may have written a newer one meanwhile, which no history tells. A record that rotted or was torn is no such case: the
 * server sees it, and begins a new life.
 */
import type { HostId } from "../../core/protocol/environment.ts";
import { CONTROL_FILES } from "../../sim/file-kind.ts";
import type { RunHistory } from "../../sim/history.ts";

export interface LostRecord {
  readonly host: HostId;
  /** When its disk lost the last one before the start. */
  readonly lostAtNs: number;
  readonly startedAtNs: number;
}

/** The first of each server, in the order of the starts. */
export function lostRecordsOf(history: Pick<RunHistory, "events">): LostRecord[] {
  const lostAtNs = new Map<HostId, number>();
  const found = new Map<HostId, LostRecord>();
  for (const event of history.events) {
    const { host, atNs } = event;
    if (event.kind === "damage") {
      const { fault, files } = event;
      const isForgotten = fault.kind === "lost-write" || fault.kind === "misdirected-write";
      // Of a misdirected write the first file is the one that it was meant for.
      if (isForgotten && files[0]?.startsWith(CONTROL_FILES) === true) lostAtNs.set(host, atNs);
    } else if (event.kind === "host-down" && event.diskLost) lostAtNs.delete(host);
    else if (event.kind === "host-up" && event.diskKept) {
      const lost = lostAtNs.get(host);
      if (lost !== undefined && !found.has(host))
        found.set(host, { host, lostAtNs: lost, startedAtNs: atNs });
    }
  }
  return [...found.values()];
}
