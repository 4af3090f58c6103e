/**
 * Heals a plan: from a moment on nothing goes wrong any more, and servers that are down come up.
 *
 * The plan itself says so afterwards: what lasts is cut short, crashes have their restart, armed faults are disarmed. So the
 * simulator knows nothing of healing, and a healed plan is shrunk and replayed as any other. What strikes after a count of
 * events is left as it is: such plans are explicit already. Lost is lost: a permanent loss stays.
 */
import type { Fault } from "../sim/faults.ts";

/** Faults that would strike at the moment or later are left out: only rates and swarms draw such. */
export function healedPlan(faults: readonly Fault[], healAtNs: number): Fault[] {
  return faults.filter(({ atNs = 0 }) => atNs < healAtNs).map((fault) => healed(fault, healAtNs));
}

function healed(fault: Fault, healAtNs: number): Fault {
  if (fault.atNs === undefined) return fault;
  const leftNs = healAtNs - fault.atNs;
  switch (fault.kind) {
    case "crash":
      return { ...fault, restartAfterNs: Math.min(fault.restartAfterNs ?? leftNs, leftNs) };
    case "partition":
      return { ...fault, healAfterNs: Math.min(fault.healAfterNs ?? leftNs, leftNs) };
    case "torn-write":
    case "lost-write":
    case "misdirected-write":
    case "failed-flush":
      return { ...fault, lastsNs: Math.min(fault.lastsNs ?? leftNs, leftNs) };
    case "permanent-loss":
    case "restart":
    case "bit-rot":
    case "latent-error":
    case "operator-restore":
    case "clock-step":
      return fault;
    default:
      return { ...fault, lastsNs: Math.min(fault.lastsNs, leftNs) };
  }
}
