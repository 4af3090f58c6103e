/** Writes one fault of a scenario with the words and units of the YAML form. */
import { parametersOf } from "./fault-forms.ts";
import { writeDuration, writeRate, writeSize } from "./quantity.ts";
import type { MomentRange, ScenarioFault, ScenarioTargets } from "./scenario.ts";

function momentText(moment: MomentRange): string {
  if (moment.fromNs === moment.toNs) return writeDuration(moment.fromNs);
  return `${writeDuration(moment.fromNs)}..${writeDuration(moment.toNs)}`;
}

function optionalDuration(valueNs: number | undefined): string | undefined {
  return valueNs === undefined ? undefined : writeDuration(valueNs);
}

/** The YAML field of a parameter, and how its value is written where it has a unit. */
const PARAMETERS: Readonly<
  Record<string, { readonly field: string; readonly write?: (value: number) => string }>
> = {
  lastsNs: { field: "lasts", write: writeDuration },
  byNs: { field: "by", write: writeDuration },
  bandwidthBytesPerSecond: { field: "bandwidth", write: writeRate },
  freeBytes: { field: "free", write: writeSize },
  sectorCount: { field: "sectors" },
  writeCount: { field: "writes" },
  flushCount: { field: "flushes" },
};

function targetWords({ target, someCount, withinNs }: ScenarioTargets): Record<string, unknown> {
  return { target, some: someCount, within: optionalDuration(withinNs) };
}

export function writtenFields(fault: ScenarioFault): Record<string, unknown> {
  const common = {
    at: fault.at === undefined ? undefined : momentText(fault.at),
    atEvent: fault.atEvent,
    perHour: fault.perHour,
    during: fault.perHour === undefined || fault.during === undefined ? undefined : momentText(fault.during),
    toleranceMin: fault.toleranceMin === 0 ? undefined : fault.toleranceMin,
    kind: fault.kind,
  };
  switch (fault.kind) {
    case "crash":
      return {
        ...common,
        ...targetWords(fault),
        disk: fault.disk,
        restartAfter: optionalDuration(fault.restartAfterNs),
        keeps: fault.keeps,
      };
    case "permanent-loss":
    case "restart":
      return { ...common, ...targetWords(fault) };
    case "partition":
      return {
        ...common,
        from: fault.from,
        to: fault.to,
        symmetric: fault.symmetric,
        healAfter: optionalDuration(fault.healAfterNs),
      };
    case "loss":
      return { ...common, ratePpm: fault.ratePpm, lasts: writeDuration(fault.lastsNs) };
    case "bit-rot":
      return { ...common, ...targetWords(fault), files: fault.files, bits: fault.bitCount };
    case "operator-restore":
      return { ...common, target: fault.target, lost: fault.lost, acceptOlder: fault.acceptOlder };
    default: {
      const { kind: _kind, ...parameters } = parametersOf(fault);
      const written = Object.entries(parameters).map(([name, value]) => {
        const { field = name, write } = PARAMETERS[name] ?? {};
        return [field, write === undefined || typeof value !== "number" ? value : write(value)];
      });
      return { ...common, ...("target" in fault ? targetWords(fault) : {}), ...Object.fromEntries(written) };
    }
  }
}
