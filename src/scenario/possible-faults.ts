/**
 * Takes out of a drawn plan what cannot happen: people may not write such plans (check-faults.ts), rates, ranges and swarms draw
 * them by chance.
 *
 * A fault of a server that was lost for good before is left out, and so are a restart of a server that is not down
 * and a partition with nobody on one side. A crash whose
 * restart would come after the end of the run stays down, a partition that would heal after it does not heal: the run is the
 * same. So the explicit form of any plan is a scenario that loads. Faults that hang on a count of events are left as they are:
 * nobody knows their moments.
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Fault } from "../sim/faults.ts";

type Crash = Extract<Fault, { readonly kind: "crash" }>;

/** In the same order. */
export function possibleFaults(faults: readonly Fault[], durationNs: number): Fault[] {
  const lostNs = lossMoments(faults);
  const onLiving = faults.filter(
    (fault) => !("host" in fault) || (fault.atNs ?? 0) <= (lostNs.get(fault.host) ?? Infinity),
  );
  const crashes = onLiving.filter((fault): fault is Crash => fault.kind === "crash");
  return onLiving
    .filter((fault) => fault.kind !== "restart" || mayBeDown(crashes, fault.host, fault.atNs))
    .filter((fault) => fault.kind !== "partition" || (fault.from.length > 0 && fault.to.length > 0))
    .map((fault) => withinRun(fault, durationNs));
}

/** Whether what ends the fault, counted from its beginning, never comes. What happens at the very end still does. */
export function endsAfterRun(
  fault: { readonly restartAfterNs?: number | undefined; readonly healAfterNs?: number | undefined },
  fromNs: number,
  durationNs: number,
): boolean {
  const afterNs = fault.restartAfterNs ?? fault.healAfterNs;
  return afterNs !== undefined && fromNs + afterNs > durationNs;
}

/** When each server is lost for good. */
function lossMoments(faults: readonly Fault[]): ReadonlyMap<HostId, number> {
  const lostNs = new Map<HostId, number>();
  for (const fault of faults) {
    if (fault.kind !== "permanent-loss" || fault.atNs === undefined) continue;
    lostNs.set(fault.host, Math.min(fault.atNs, lostNs.get(fault.host) ?? Infinity));
  }
  return lostNs;
}

function mayBeDown(crashes: readonly Crash[], host: HostId, atNs: number | undefined): boolean {
  if (atNs === undefined) return true;
  return crashes.some(
    (crash) =>
      crash.host === host &&
      (crash.atNs === undefined ||
        (crash.atNs <= atNs && crash.atNs + (crash.restartAfterNs ?? Infinity) >= atNs)),
  );
}

function withinRun(fault: Fault, durationNs: number): Fault {
  if (fault.kind === "crash" && endsAfterRun(fault, fault.atNs ?? 0, durationNs))
    return { ...fault, restartAfterNs: undefined };
  if (fault.kind === "partition" && endsAfterRun(fault, fault.atNs ?? 0, durationNs))
    return { ...fault, healAfterNs: undefined };
  return fault;
}
