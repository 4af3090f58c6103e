/**
 * Faults of the whole catalogue as fast-check draws them, in the YAML form: each explicit, on one server, at one moment.
 *
 * Within the budget all that harms a slot or takes it out of reach strikes the same few servers, at most as many as the scheme
 * survives, so that never more of them are unrepaired at one moment. Left out there: writes that lie about control records,
 * misdirected writes (they may hit one), and operators who declare servers lost; the protocol promises nothing about those.
 */
import fc from "fast-check";

export type FaultText = Readonly<Record<string, unknown>>;

export interface FaultPlace {
  readonly servers: readonly string[];
  /** Servers whose slots may be harmed. */
  readonly struck: readonly string[];
  /** All faults strike before. */
  readonly endUs: number;
  readonly isWithin: boolean;
}

const us = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((each) => `${each}us`);
const lasts = us(100, 120_000);
const files = fc.constantFrom("members", "manifests", "control", "any");
const keptFiles = fc.constantFrom("members", "manifests");
const count = fc.integer({ min: 1, max: 8 });
const ratePpm = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1000, max });

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** What a slot's fault has besides its moment and its server. */
function slotFields(isWithin: boolean): Readonly<Record<string, Fields>> {
  const writes = { files: isWithin ? keptFiles : files, writes: count, lasts };
  return {
    crash: { disk: fc.constantFrom("kept", "lost"), restartAfter: us(1, 150_000) },
    "permanent-loss": {},
    "bit-rot": { files, bits: count },
    "latent-error": { files, sectors: count },
    "read-error": { files, ratePpm: ratePpm(600_000), lasts },
    "torn-write": writes,
    "lost-write": writes,
    "failed-flush": { flushes: count, cache: fc.constantFrom("kept", "dropped"), lasts },
    "disk-full": { free: fc.integer({ min: 0, max: 4000 }).map((each) => `${each}B`), lasts },
    "slow-disk": { factor: fc.integer({ min: 2, max: 200 }), lasts },
    pause: { messages: fc.constantFrom("wait", "lost"), lasts },
    "slow-server": { factor: fc.integer({ min: 2, max: 1000 }), lasts },
    "clock-step": { direction: fc.constantFrom("forward", "back"), by: us(100, 200_000) },
    "clock-drift": {
      driftPpm: fc.integer({ min: -300_000, max: 300_000 }).filter((each) => each !== 0),
      lasts,
    },
    "limited-bandwidth": { bandwidth: fc.constantFrom("1MB/s", "10MB/s", "100MB/s"), lasts },
    ...(isWithin ? {} : { "misdirected-write": writes }),
  };
}

/** Of links; within the budget mild, so that what is sent again gets through. */
function linkFields(isWithin: boolean): Readonly<Record<string, Fields>> {
  const some = isWithin ? 20_000 : 400_000;
  return {
    loss: { ratePpm: ratePpm(some), lasts },
    duplication: { ratePpm: ratePpm(500_000), by: us(1, 30_000), lasts },
    reordering: { ratePpm: ratePpm(500_000), by: us(1, isWithin ? 2000 : 30_000), lasts },
    delay: { by: us(1, isWithin ? 2000 : 30_000), lasts },
    clog: { lasts: us(100, isWithin ? 20_000 : 120_000) },
    corruption: { ratePpm: ratePpm(some), lasts },
  };
}

/** Every kind of the catalogue, as coverage counts them. */
export const KINDS: readonly string[] = [
  ...Object.keys(slotFields(false)),
  ...Object.keys(linkFields(false)),
  "partition",
  "restart",
  "operator-restore",
];

/** Words of the servers of a partition: one side, and the rest. */
function partition(
  { servers, struck, isWithin }: FaultPlace,
  at: fc.Arbitrary<string>,
): fc.Arbitrary<FaultText> {
  const hosts = ["production", ...servers];
  // A cut within the budget may be of anybody, for it heals: what it takes away comes back as it was.
  return fc
    .record({
      at,
      kind: fc.constant("partition"),
      from: fc.uniqueArray(fc.constantFrom(...(struck.length > 0 ? [...hosts, ...struck] : hosts)), {
        minLength: 1,
        maxLength: Math.max(1, Math.min(3, hosts.length - 1)),
      }),
      symmetric: fc.boolean(),
      healAfter: isWithin ? us(1000, 200_000) : fc.option(us(1000, 300_000), { nil: undefined }),
    })
    .map(({ from, ...rest }) => ({ ...rest, from, to: hosts.filter((each) => !from.includes(each)) }));
}

/** One fault, or two that belong together. */
export function faultArbitrary(place: FaultPlace): fc.Arbitrary<readonly FaultText[]> {
  const { servers, struck, endUs, isWithin } = place;
  const at = us(1, endUs);
  const ofKind = (
    fields: Readonly<Record<string, Fields>>,
    target: Fields,
  ): fc.Arbitrary<readonly FaultText[]>[] =>
    Object.entries(fields).map(([kind, each]) =>
      fc.record({ at, kind: fc.constant(kind), ...target, ...each }).map((one) => [one]),
    );
  const options: fc.Arbitrary<readonly FaultText[]>[] = [
    ...ofKind(linkFields(isWithin), {}),
    partition(place, at).map((one) => [one]),
    fc
      .record({
        at,
        kind: fc.constant("operator-restore"),
        target: fc.constantFrom(...servers),
        lost: isWithin ? fc.constant([]) : fc.subarray([...servers], { maxLength: 2 }),
        acceptOlder: isWithin ? fc.constant(false) : fc.boolean(),
      })
      .map((one) => [one]),
  ];
  const harmed = isWithin ? struck : ["production", ...servers];
  if (harmed.length > 0) {
    options.push(...ofKind(slotFields(isWithin), { target: fc.constantFrom(...harmed) }));
    options.push(
      fc
        .record({
          atUs: fc.integer({ min: 1, max: endUs }),
          downUs: fc.integer({ min: 1, max: 50_000 }),
          target: fc.constantFrom(...harmed),
        })
        .map(({ atUs, downUs, target }) => [
          { at: `${atUs}us`, kind: "crash", target, disk: "kept" },
          { at: `${atUs + downUs}us`, kind: "restart", target },
        ]),
    );
  }
  return fc.oneof(...options);
}

/** The loss of the production server, at most once: what a restore is for. */
export function productionLoss(endUs: number): fc.Arbitrary<readonly FaultText[]> {
  const at = us(1, endUs);
  const target = fc.constant("production");
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ at, kind: fc.constant("permanent-loss"), target }).map((one) => [one]),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({
          at,
          kind: fc.constant("crash"),
          target,
          disk: fc.constantFrom("kept", "lost"),
          restartAfter: us(1, 150_000),
        })
        .map((one) => [one]),
    },
    {
      weight: 1,
      arbitrary: fc
        .record({
          at,
          kind: fc.constant("pause"),
          target,
          messages: fc.constantFrom("wait", "lost"),
          lasts: us(100, 250_000),
        })
        .map((one) => [one]),
    },
    { weight: 1, arbitrary: fc.constant([]) },
  );
}
