/**
 * Draws explicit faults from a scenario's: moments from ranges and rates, servers from words.
 *
 * Invariant: what one fault draws depends on the seed and on that fault alone (and on how many equal ones stand before
 * it), so taking one fault out of a scenario shifts no other; nor do the scheme and the place of the former, so that
 * schemes are compared under the same faults.
 */
import type { HostId } from "../core/protocol/environment.ts";
import type { Fault, FaultMoment } from "../sim/faults.ts";
import { hashText } from "../sim/integer-hash.ts";
import { RandomRoot, type RandomStream } from "../sim/random.ts";
import { canonicalJson } from "./canonical.ts";
import { drawMoments } from "./draw-rate.ts";
import { explicitAction } from "./fault-forms.ts";
import type { RunHosts } from "./hosts.ts";
import type { MomentRange, ScenarioFault } from "./scenario.ts";
import { ANY_BACKUP, FORMER_WORD } from "./targets.ts";

type Stream = (purpose: string, target?: string) => RandomStream;

/** In the order of the scenario, not of time; the faults of one entry stand together. */
export function drawFaults(
  faults: readonly ScenarioFault[],
  hosts: RunHosts,
  seed: string,
  durationNs: number,
): Fault[] {
  const root = new RandomRoot(seed);
  const seenCounts = new Map<string, number>();
  return faults.flatMap((fault) => {
    const text = textOf(fault);
    const seenCount = seenCounts.get(text) ?? 0;
    seenCounts.set(text, seenCount + 1);
    const stream: Stream = (purpose, target = "") => root.stream(purpose, hashText(text + target), seenCount);
    return drawFault(fault, hosts, stream, durationNs);
  });
}

/** Scenarios are never changed, and one is run many times. */
const texts: WeakMap<ScenarioFault, string> = new WeakMap();

function textOf(fault: ScenarioFault): string {
  let text = texts.get(fault);
  if (text === undefined) {
    text = canonicalJson(fault);
    texts.set(fault, text);
  }
  return text;
}

function drawFault(fault: ScenarioFault, hosts: RunHosts, stream: Stream, durationNs: number): Fault[] {
  const anySlot = stream("fault-server").below(hosts.slots.length);
  const explicit = (host: HostId, when: FaultMoment): Fault => ({
    ...when,
    ...explicitAction(fault, host, (name) => hostOf(name, hosts, anySlot)),
  });
  const atNs = fault.at === undefined ? 0 : drawMoment(fault.at, stream("fault-moment"));
  return targetsOf(fault, stream).flatMap((name) => {
    const host = name === undefined ? hosts.production : hostOf(name, hosts, anySlot);
    if (fault.perHour !== undefined) {
      const during = fault.during ?? { fromNs: 0, toNs: durationNs - 1 };
      const moments = drawMoments(fault.perHour, during, stream("fault-rate", name));
      return moments.map((momentNs) => explicit(host, { atNs: momentNs }));
    }
    if (fault.at === undefined) return [explicit(host, { atEvent: fault.atEvent })];
    return [explicit(host, { atNs: atNs + delayOf(fault, name, stream) })];
  });
}

function drawMoment(range: MomentRange, random: RandomStream): number {
  return range.fromNs + random.below(range.toNs - range.fromNs + 1);
}

/** The words of the servers that it strikes; one undefined for a fault of the network. */
function targetsOf(fault: ScenarioFault, stream: Stream): readonly (string | undefined)[] {
  if (!("target" in fault)) return [undefined];
  if (fault.kind === "operator-restore") return [fault.target];
  const targets = typeof fault.target === "string" ? [fault.target] : fault.target;
  const { someCount } = fault;
  if (someCount === undefined || someCount >= targets.length) return targets;
  const random = stream("fault-some");
  const left = [...targets];
  for (let count = targets.length - someCount; count > 0; count -= 1)
    left.splice(random.below(left.length), 1);
  return left;
}

function delayOf(fault: ScenarioFault, target: string | undefined, stream: Stream): number {
  if (!("target" in fault) || fault.kind === "operator-restore" || fault.withinNs === undefined) return 0;
  return stream("fault-within", target).below(fault.withinNs + 1);
}

function hostOf(name: string, hosts: RunHosts, anySlot: number): HostId {
  if (name === ANY_BACKUP) return hosts.slots[anySlot] ?? hosts.production;
  if (name === FORMER_WORD) return hosts.former;
  const host = hosts.names.indexOf(name);
  if (host < 0) throw new Error(`a checked scenario names a server that does not exist: ${name}`);
  return host;
}
