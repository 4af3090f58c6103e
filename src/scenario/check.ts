/**
 * What needs several fields of a scenario at once: servers exist and are enough, faults fall into the run, thresholds
 * and lists make sense, the image fits the member limit.
 *
 * Findings carry the path of the field in the YAML form. Does not cover single fields (schema.ts) and files on disk,
 * which the command line reads.
 */
import { SILENT_BEATS_MAX } from "../core/protocol/production-state.ts";
import { placeAttempt } from "../core/protocol/attempt-placement.ts";
import { latencyNsMax } from "../sim/latency.ts";
import { parseScheme, type Scheme } from "../core/redundancy/scheme.ts";
import { imageFinding } from "./check-image.ts";
import { checkFaults } from "./check-faults.ts";
import { checkNetwork } from "./check-network.ts";
import type { FieldPath, Finding, Report } from "./error.ts";
import { formersOf } from "./formers.ts";
import { clusterPlacementOf } from "./placement.ts";
import { ROLE_WORDS } from "./targets.ts";
import type { ScenarioDraft } from "./schema.ts";

export function checkDraft(draft: ScenarioDraft): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (path, code, message) => {
    findings.push({ path, code, message });
  };
  checkServerNames(draft, report);
  checkDomains(draft, report);
  checkFormer(draft, report);
  checkSchemes(draft, report);
  checkTimes(draft, report);
  checkWorkload(draft, report);
  checkNetwork(draft, report);
  checkFaults(draft, report);
  checkExpectations(draft, report);
  return findings;
}

function checkServerNames(draft: ScenarioDraft, report: Report): void {
  const { production, backups, dedicatedFormer } = draft.servers;
  const seen = new Set<string>([production]);
  const checkName = (name: string, path: FieldPath, ownWord: string | undefined): void => {
    if (name !== ownWord && ROLE_WORDS.includes(name)) {
      report(path, "reserved-name", `must not be called "${name}": faults use that word for a role`);
    }
  };
  checkName(production, ["servers", "production"], "production");
  backups.forEach((name, index) => {
    const path = ["servers", "backups", index];
    checkName(name, path, undefined);
    if (seen.has(name)) report(path, "duplicate", `must not name "${name}" a second time`);
    seen.add(name);
  });
  if (dedicatedFormer === undefined) return;
  checkName(dedicatedFormer, ["servers", "dedicatedFormer"], "former");
  if (seen.has(dedicatedFormer)) {
    report(["servers", "dedicatedFormer"], "duplicate", `must not name "${dedicatedFormer}" a second time`);
  }
}

/** Domains share the names of servers in faults, and no server, so that one loss is one domain's. */
function checkDomains(draft: ScenarioDraft, report: Report): void {
  const { production, backups, dedicatedFormer } = draft.servers;
  const servers = [production, ...backups, ...(dedicatedFormer === undefined ? [] : [dedicatedFormer])];
  const domainOf = new Map<string, string>();
  for (const [domain, names] of Object.entries(draft.domains ?? {})) {
    const path = ["domains", domain];
    if (ROLE_WORDS.includes(domain) || servers.includes(domain)) {
      report(path, "reserved-name", `must not be called "${domain}": faults use that word for servers`);
    }
    names.forEach((name, index) => {
      const place = [...path, index];
      if (!servers.includes(name)) {
        report(
          place,
          "unknown-server",
          `must be a server of this scenario (${servers.join(", ")}), not "${name}"`,
        );
      } else if (domainOf.has(name)) {
        report(place, "duplicate", `must not name "${name}" a second time: it is in ${domainOf.get(name)}`);
      }
      domainOf.set(name, domain);
    });
  }
}

function checkFormer(draft: ScenarioDraft, report: Report): void {
  const { former, formerServer, servers } = draft;
  const formers = formersOf(draft);
  if (servers.dedicatedFormer !== undefined && !formers.includes("dedicated")) {
    report(
      ["servers", "dedicatedFormer"],
      "contradiction",
      `is given, but the former is on: ${formers.join(", ")}`,
    );
  }
  if (formerServer === undefined) return;
  if (!servers.backups.includes(formerServer)) {
    report(["formerServer"], "unknown-server", `must be a backup server, not "${formerServer}"`);
  } else if (!formers.includes("backup")) {
    report(["formerServer"], "contradiction", `is given, but the former is on: ${former}`);
  }
}

/** `value` was accepted by the schema, so it is one. */
function schemeOf(text: string): Scheme {
  const result = parseScheme(text);
  if (!result.ok) throw new Error(`a checked scheme is refused: ${text}`);
  return result.scheme;
}

function checkSchemes(draft: ScenarioDraft, report: Report): void {
  const serverCount = draft.servers.backups.length;
  const scheme = schemeOf(draft.scheme);
  if (draft.domainsApart === true && draft.domains === undefined) {
    report(["domainsApart"], "contradiction", "is given, but there are no domains");
  }
  checkSchemeFits(scheme, draft.width, draft, ["scheme"], ["width"], report);
  const { compare } = draft;
  if (compare === undefined) return;
  checkNoneTwice(compare.schemes, ["compare", "schemes"], report);
  checkNoneTwice(compare.formers, ["compare", "formers"], report);
  if (compare.commonWidth !== undefined && compare.commonWidth > serverCount) {
    report(
      ["compare", "commonWidth"],
      "too-few-servers",
      `must be at most ${serverCount}, the number of backup servers, not ${compare.commonWidth}`,
    );
    return;
  }
  if (compare.declustered === true && compare.commonWidth === undefined) {
    report(["compare", "declustered"], "contradiction", "is given, but there is no commonWidth");
  } else if (compare.declustered === true && draft.placement === "declustered") {
    report(
      ["compare", "declustered"],
      "contradiction",
      "is given, but every row is declustered: see placement",
    );
  }
  compare.schemes.forEach((text, index) => {
    const path = ["compare", "schemes", index];
    const scheme = schemeOf(text);
    checkSchemeFits(scheme, compare.commonWidth, draft, path, ["compare", "commonWidth"], report);
    if (compare.commonWidth === undefined) return;
    checkPlaceable(scheme, undefined, draft, path, report);
    if (compare.declustered !== true) return;
    const declustered = { ...draft, placement: "declustered" } as const;
    checkPlaceable(scheme, compare.commonWidth, declustered, ["compare", "declustered"], report);
  });
}

function checkSchemeFits(
  scheme: Scheme,
  width: number | undefined,
  draft: ScenarioDraft,
  schemePath: FieldPath,
  widthPath: FieldPath,
  report: Report,
): void {
  const serverCount = draft.servers.backups.length;
  const memberCount = scheme.k + scheme.m;
  if (memberCount > serverCount) {
    const words = `${scheme.text} needs ${memberCount} backup servers, and there are ${serverCount}`;
    report(schemePath, "too-few-servers", words);
  } else if (width !== undefined && width < memberCount) {
    report(widthPath, "width-too-small", `must be at least ${memberCount} for ${scheme.text}, not ${width}`);
  } else if (width !== undefined && width > serverCount) {
    const words = `must be at most ${serverCount}, the number of backup servers, not ${width}`;
    report(widthPath, "too-few-servers", words);
  } else {
    checkPlaceable(scheme, width, draft, schemePath, report);
  }
}

/** Whether domains can be kept apart while all servers are there; a run that loses some fails checkpoints by itself. */
function checkPlaceable(
  scheme: Scheme,
  width: number = scheme.k + scheme.m,
  draft: ScenarioDraft,
  path: FieldPath,
  report: Report,
): void {
  const placement = clusterPlacementOf(draft);
  if (placement === undefined) return;
  const placed = placeAttempt({ scheme, width, placement }, [...draft.servers.backups.keys()]);
  if (placed.ok || placed.reason === "too-few-servers") return; // said elsewhere, with the field at fault
  report(path, placed.reason, `cannot be placed: ${placed.message}`);
}

function checkNoneTwice(values: readonly string[], path: FieldPath, report: Report): void {
  values.forEach((value, index) => {
    if (values.indexOf(value) < index) {
      report([...path, index], "duplicate", `must not name "${value}" a second time`);
    }
  });
}

function checkTimes(draft: ScenarioDraft, report: Report): void {
  const { heartbeatNs, takeoverNs, retryNs, silentTicksMax } = draft.times;
  const roundTripNs = 2 * latencyNsMax(draft.network, draft.network.links);
  // A server that comes back must hear two heartbeats in time: the first may come from a production server that has heard
  // nobody for a while, and says so. A shorter takeover fences software that runs well.
  if (takeoverNs <= 2 * heartbeatNs + roundTripNs) {
    const words = "must be longer than two of times.heartbeat and a round trip of the network";
    report(["times", "takeover"], "contradiction", words);
  }
  // The writer takes a server that misses so many beats for gone. A server that works well must not look like one.
  if (SILENT_BEATS_MAX * heartbeatNs <= roundTripNs) {
    const words = `${SILENT_BEATS_MAX} of them must be longer than a round trip of the network`;
    report(["times", "heartbeat"], "contradiction", words);
  }
  // A store is written and flushed twice before it is answered: the checkpoint, and the record that names it.
  const answerNs = roundTripNs + 2 * (draft.disk.latencyNs + draft.disk.flushNs);
  if (silentTicksMax * retryNs <= answerNs) {
    const words =
      `${silentTicksMax} of them (times.silentTicksMax) must be longer than a round trip of the network and two flushed ` +
      "writes of the disk: servers that work well would count as silent";
    report(["times", "retry"], "contradiction", words);
  }
}

function checkWorkload(draft: ScenarioDraft, report: Report): void {
  const { workload } = draft;
  if (workload.kind === "files") {
    checkNoneTwice(workload.paths, ["workload", "paths"], report);
    return;
  }
  const imageBytes = workload.kind === "ledger" ? workload.imageBytesMin : workload.imageBytes;
  const finding = imageFinding(draft, imageBytes);
  if (finding !== undefined) report(finding.path, finding.code, finding.message);
}

function checkExpectations(draft: ScenarioDraft, report: Report): void {
  for (const [name, threshold] of Object.entries(draft.expect)) {
    const { min, max } = threshold;
    if (min === undefined && max === undefined) {
      report(["expect", name], "missing-field", "must have min, max or both");
    } else if (min !== undefined && max !== undefined && min > max) {
      report(["expect", name, "min"], "contradiction", `must not be above max (${max}), not ${min}`);
    }
    for (const [end, value] of Object.entries({ min, max })) {
      if (name === "restoredShare" && value !== undefined && value > 1)
        report(["expect", name, end], "out-of-range", `must be at most 1, the whole, not ${value}`);
    }
  }
}
