/**
 * The steps by which the cluster and its work get smaller: servers, scheme, width, former, workload, duration, settings.
 *
 * Every step goes down in an order without endless descent, as those of the faults do: a setting that goes back to its default
 * is changed by no other step.
 */
import { loadScenario } from "../../scenario/load.ts";
import { endsAfterRun } from "../../scenario/possible-faults.ts";
import type { Scenario, ScenarioFault, ScenarioWorkload } from "../../scenario/scenario.ts";
import { memberCountOf } from "../draw.ts";
import type { ShrinkStep } from "./fault-steps.ts";
import { rounder, simpler } from "./simpler-number.ts";

/** Simple schemes first: those with fewer members, then those with simpler codes. */
const LADDER = [
  "mirror:2",
  "stripe:2",
  "mirror:3",
  "stripe:3",
  "parity:2+1",
  "mirror:4",
  "parity:3+1",
  "rs:2+2",
  "parity:4+1",
  "rs:3+2",
  "lrc:2,2,1",
  "lrc:4,2,1",
  "lrc:4,2,2",
] as const;

/** A fault without this server; none when it struck nobody else. */
function faultWithout(fault: ScenarioFault, name: string): ScenarioFault[] {
  if ("target" in fault) {
    if (typeof fault.target !== "string") {
      const target = fault.target.filter((each) => each !== name);
      return target.length === 0 ? [] : [{ ...fault, target } as ScenarioFault];
    }
    if (fault.target === name) return [];
    if (fault.kind !== "operator-restore") return [fault];
    return [{ ...fault, lost: fault.lost.filter((each) => each !== name) }];
  }
  const lists = { ...fault } as Record<string, unknown>;
  for (const list of ["from", "to"]) {
    const names = lists[list] as readonly string[] | undefined;
    if (names === undefined) continue;
    const left = names.filter((each) => each !== name);
    if (left.length === 0) return [];
    lists[list] = left;
  }
  return [lists as unknown as ScenarioFault];
}

function withoutServer(scenario: Scenario, name: string): Scenario {
  const { servers, domains, width, formerServer } = scenario;
  const backups = servers.backups.filter((each) => each !== name);
  const left = Object.entries(domains ?? {})
    .map(([domain, names]) => [domain, names.filter((each) => each !== name)] as const)
    .filter(([, names]) => names.length > 0);
  const { domains: _domains, domainsApart, ...rest } = scenario;
  const areApart = left.length > 0 && domainsApart === true;
  return {
    ...rest,
    ...(left.length === 0 ? {} : { domains: Object.fromEntries(left) }),
    ...(areApart ? { domainsApart } : {}),
    servers: { ...servers, backups },
    formerServer: formerServer === name ? undefined : formerServer,
    width: width === undefined ? undefined : Math.min(width, backups.length),
    faults: scenario.faults.flatMap((fault) => faultWithout(fault, name)),
  };
}

export function* fewerServers(scenario: Scenario): Generator<ShrinkStep> {
  for (const name of scenario.servers.backups.toReversed())
    yield { words: `server ${name} left out`, scenario: withoutServer(scenario, name) };
  if (scenario.domains !== undefined) {
    const { domains: _domains, domainsApart, ...rest } = scenario;
    yield { words: "no domains", scenario: rest };
    if (domainsApart === true)
      yield { words: "domains not kept apart", scenario: { ...rest, domains: scenario.domains } };
  }
}

export function* simplerScheme(scenario: Scenario): Generator<ShrinkStep> {
  const { scheme, width, former, servers } = scenario;
  const rank = (LADDER as readonly string[]).indexOf(scheme);
  for (const [index, simple] of LADDER.entries()) {
    if (rank >= 0 && index >= rank) break;
    if (rank < 0 && memberCountOf(simple) > memberCountOf(scheme)) continue;
    yield {
      words: `${simple} instead of ${scheme}`,
      scenario: { ...scenario, scheme: simple, width: undefined },
    };
  }
  if (width !== undefined) {
    yield { words: "the scheme's own width", scenario: { ...scenario, width: undefined } };
    if (width > memberCountOf(scheme))
      yield { words: `width ${width - 1}`, scenario: { ...scenario, width: width - 1 } };
  }
  if (scenario.placement !== undefined) {
    const { placement: _placement, ...rest } = scenario;
    yield { words: "groups as usual", scenario: rest };
  }
  if (former === "production") return;
  const unled = { ...scenario, formerServer: undefined, servers: { ...servers, dedicatedFormer: undefined } };
  yield { words: "the former on the production server", scenario: { ...unled, former: "production" } };
  if (former === "dedicated")
    yield { words: "the former on a backup server", scenario: { ...unled, former: "backup" } };
  else if (scenario.formerServer !== undefined)
    yield { words: "the former on the first backup server", scenario: unled };
}

type Smaller = readonly [words: string, workload: ScenarioWorkload];

function* smallerWork(workload: ScenarioWorkload): Generator<Smaller> {
  const { checkpointEveryNs } = workload;
  for (const ns of rounder(checkpointEveryNs, 1000))
    yield [`a checkpoint every ${ns} ns`, { ...workload, checkpointEveryNs: ns }];
  switch (workload.kind) {
    case "synthetic":
      for (const imageBytes of simpler(workload.imageBytes, 0))
        yield [`an image of ${imageBytes} bytes`, { ...workload, imageBytes }];
      for (const contentSeed of simpler(workload.contentSeed, 1))
        yield [`content seed ${contentSeed}`, { ...workload, contentSeed }];
      return;
    case "ledger":
      yield [
        "no ledger",
        { kind: "synthetic", imageBytes: workload.imageBytesMin, contentSeed: 0, checkpointEveryNs },
      ];
      for (const clientCount of simpler(workload.clientCount, 1))
        yield [`${clientCount} clients`, { ...workload, clientCount }];
      for (const transferCount of simpler(workload.transferCount, 0))
        yield [`${transferCount} transfers`, { ...workload, transferCount }];
      for (const accountCount of simpler(workload.accountCount, 2))
        yield [`${accountCount} accounts`, { ...workload, accountCount }];
      for (const imageBytesMin of simpler(workload.imageBytesMin, 0))
        yield [`an image of ${imageBytesMin} bytes`, { ...workload, imageBytesMin }];
      return;
    case "files":
      if (workload.paths.length === 1) return;
      for (const path of workload.paths)
        yield [`without ${path}`, { ...workload, paths: workload.paths.filter((each) => each !== path) }];
  }
}

export function* smallerWorkload(scenario: Scenario): Generator<ShrinkStep> {
  for (const [words, workload] of smallerWork(scenario.workload))
    yield { words, scenario: { ...scenario, workload } };
  const { retentionCount, durationNs } = scenario;
  if (retentionCount > 1)
    yield { words: "fewer checkpoints kept", scenario: { ...scenario, retentionCount: retentionCount - 1 } };
  for (const ns of simpler(durationNs, 1))
    yield { words: `a run of ${ns} ns instead of ${durationNs}`, scenario: shortened(scenario, ns) };
}

/** A restart or a heal that the shorter run does not see any more is not asked for. */
function shortened(scenario: Scenario, durationNs: number): Scenario {
  const faults = scenario.faults.map((fault): ScenarioFault => {
    if (fault.kind === "crash" && endsAfterRun(fault, fault.at?.fromNs ?? 0, durationNs))
      return { ...fault, restartAfterNs: undefined };
    if (fault.kind === "partition" && endsAfterRun(fault, fault.at?.fromNs ?? 0, durationNs))
      return { ...fault, healAfterNs: undefined };
    return fault;
  });
  return { ...scenario, durationNs, faults };
}

let defaultsOnce: Scenario | undefined;

function defaults(): Scenario {
  if (defaultsOnce === undefined) {
    const loaded = loadScenario(
      '{name: plain, servers: {backups: [a, b]}, scheme: "mirror:2", workload: {kind: synthetic}}',
      "defaults",
    );
    if (!loaded.ok) throw new Error(`the least scenario does not load: ${loaded.error.message}`);
    defaultsOnce = loaded.scenario;
  }
  return defaultsOnce;
}

const SECTIONS = ["network", "disk", "processor"] as const;
const NUMBERS = ["windowGroups", "attemptCountMax", "subsegmentBytes"] as const;

/** Settings that are not those of an ordinary cluster go back to them, one section or time after the other. */
export function* plainSettings(scenario: Scenario): Generator<ShrinkStep> {
  const plain = defaults();
  const { healAtNs, ...unhealed } = scenario;
  if (healAtNs !== undefined) {
    yield { words: "nothing heals", scenario: unhealed };
    for (const ns of rounder(healAtNs, 1))
      yield { words: `heals at ${ns} ns`, scenario: { ...scenario, healAtNs: ns } };
  }
  const { network } = scenario;
  if (network.lossPpm > 0)
    yield {
      words: "a network that loses nothing",
      scenario: { ...scenario, network: { ...network, lossPpm: 0 } },
    };
  for (const section of SECTIONS) {
    if (JSON.stringify(scenario[section]) === JSON.stringify(plain[section])) continue;
    yield { words: `an ordinary ${section}`, scenario: { ...scenario, [section]: plain[section] } };
  }
  for (const name of NUMBERS) {
    if (scenario[name] === plain[name]) continue;
    yield { words: `${name} as usual`, scenario: { ...scenario, [name]: plain[name] } };
  }
  if (JSON.stringify(scenario.times) === JSON.stringify(plain.times)) return;
  yield { words: "times as usual", scenario: { ...scenario, times: plain.times } };
  for (const [name, value] of Object.entries(plain.times)) {
    if (scenario.times[name as keyof Scenario["times"]] === value) continue;
    yield {
      words: `${name} as usual`,
      scenario: { ...scenario, times: { ...scenario.times, [name]: value } },
    };
  }
}
