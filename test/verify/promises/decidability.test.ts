import { describe, expect, it } from "vitest";
import type { Verdict, VerdictFlag } from "../../../src/core/protocol/notes.ts";
import type { HoldingFact } from "../../../src/sim/history.ts";
import { decidability } from "../../../src/verify/promises/decidability.ts";
import {
  ballot,
  CONTEXT,
  HistoryBuilder,
  holding,
  key,
  MS,
  POSITION_0,
  POSITION_1,
} from "../history-builder.ts";

const K1 = key(1, 1);
const WHOLE = [holding(0, POSITION_0), holding(1, POSITION_1), holding(2, [])];
const ONE_LEFT = [holding(0, []), holding(1, POSITION_1), holding(2, [])];
const GROUP_0_GONE = [holding(0, ["1/1"]), holding(1, ["1/0"]), holding(2, [])];

/** Checkpoint 1 durable on A and B; P is lost at 10 ms; C starts a restore at 40 ms. */
const lostAndRestoredBy = (operator: boolean): HistoryBuilder =>
  new HistoryBuilder()
    .started(0, ballot(1))
    .durable(0, K1)
    .at(10)
    .down(0)
    .at(40)
    .restoreStarted(3, ballot(2), operator)
    .at(60);

const restoring = (): HistoryBuilder => lostAndRestoredBy(false);

const byKey = (holdings: readonly HoldingFact[]): { key: typeof K1; holdings: readonly HoldingFact[] }[] => [
  { key: K1, holdings },
];

const refusal = (groups: readonly number[], slots: readonly number[]): Verdict => ({
  kind: "refused",
  reason: "unrecoverable",
  key: K1,
  groups,
  slots,
});

const NO_CHECKPOINT: Verdict = {
  kind: "refused",
  reason: "no-checkpoint",
  key: undefined,
  groups: [],
  slots: [],
};

function violations(builder: HistoryBuilder, endMilliseconds = 900): readonly string[] {
  return decidability.check(builder.end(endMilliseconds), CONTEXT).violations;
}

describe("decidability: restored", () => {
  it("holds when every group can be decoded and the software starts", () => {
    for (const holdings of [WHOLE, ONE_LEFT]) {
      const history = restoring()
        .restored(3, ballot(2), K1, byKey(holdings))
        .started(3, ballot(2), K1)
        .end(900);
      // In time, exact, and the loss noticed.
      expect(decidability.check(history, CONTEXT)).toEqual({ checkedCount: 3, violations: [] });
    }
  });

  it("finds a restore of what no disk can give", () => {
    const builder = restoring().restored(3, ballot(2), K1, byKey(GROUP_0_GONE)).started(3, ballot(2), K1);
    expect(violations(builder)).toEqual([
      "At 60.000 ms the restore 2.r0 on C restored checkpoint 1 of incarnation 1.r0 (attempt 1), of which group 0 cannot be decoded from any disks.",
    ]);
  });

  it("members may have been read before a disk was lost", () => {
    const builder = restoring().down(1, true).at(70).restored(3, ballot(2), K1, byKey(GROUP_0_GONE));
    expect(violations(builder.started(3, ballot(2), K1))).toEqual([]);
  });

  it("a server or a link that comes back takes no bytes away, so it excuses nothing", () => {
    const changed = restoring().at(50).up(0).fault({ kind: "loss", ratePpm: 1, lastsNs: MS }).at(60);
    const builder = changed.restored(3, ballot(2), K1, byKey(GROUP_0_GONE)).started(3, ballot(2), K1);
    expect(violations(builder)).toHaveLength(1);
  });

  it("finds a word that is not followed by a start", () => {
    expect(violations(restoring().restored(3, ballot(2), K1, byKey(WHOLE)))).toHaveLength(1);
    expect(violations(restoring().restored(3, ballot(2), K1, byKey(WHOLE)).at(80).down(3), 150)).toEqual([]);
  });
});

describe("decidability: refused", () => {
  it("holds when the groups named are really lost", () => {
    expect(violations(restoring().verdict(3, ballot(2), refusal([0], [0, 1]), byKey(GROUP_0_GONE)))).toEqual(
      [],
    );
  });

  it("finds a refusal of what can be decoded", () => {
    for (const holdings of [WHOLE, ONE_LEFT]) {
      expect(
        violations(restoring().verdict(3, ballot(2), refusal([0], [0, 1]), byKey(holdings))),
      ).toHaveLength(1);
    }
    // Group 0 is lost, group 1 is not.
    const tooMuch = restoring().verdict(3, ballot(2), refusal([0, 1], [0, 1]), byKey(GROUP_0_GONE));
    expect(violations(tooMuch)[0]).toContain("but group 1 can be decoded");
  });

  it("finds a refusal while a server that is away still has the members", () => {
    const away = [holding(0, POSITION_0, false), holding(1, []), holding(2, [])];
    expect(violations(restoring().verdict(3, ballot(2), refusal([0], [0]), byKey(away)))).toHaveLength(1);
  });

  it("what the operator declared lost counts as lost", () => {
    const away = [holding(0, POSITION_0, false), holding(1, []), holding(2, [])];
    const builder = restoring()
      .at(45)
      .fault({ kind: "operator-restore", host: 3, lostHosts: [1], acceptOlder: false })
      .at(60);
    expect(violations(builder.verdict(3, ballot(2), refusal([0], [0]), byKey(away)))).toEqual([]);
  });

  it("finds a refusal that names no groups or no servers, and one that names groups that do not exist", () => {
    expect(violations(restoring().verdict(3, ballot(2), refusal([], [0]), byKey(GROUP_0_GONE)))).toHaveLength(
      1,
    );
    expect(violations(restoring().verdict(3, ballot(2), refusal([0], []), byKey(GROUP_0_GONE)))).toHaveLength(
      1,
    );
    const absent = violations(restoring().verdict(3, ballot(2), refusal([0, 9], [0]), byKey(GROUP_0_GONE)));
    expect(absent[0]).toContain("group 9, which it does not have");
  });

  it("finds a refusal of one that was never durable while a durable one can be decoded", () => {
    const partial = key(1, 2);
    const builder = new HistoryBuilder()
      .started(0, ballot(1))
      .durable(0, K1)
      .taken(0, partial)
      .at(10)
      .down(0);
    builder.at(40).restoreStarted(3, ballot(2)).at(60);
    builder.verdict(3, ballot(2), { ...refusal([0], [0]), key: partial } as Verdict, [
      { key: K1, holdings: WHOLE },
      { key: partial, holdings: GROUP_0_GONE },
    ]);
    expect(violations(builder)[0]).toContain("the newest durable one, can be decoded");
  });

  it("finds 'no checkpoint' where one was durable, and allows it where every disk was lost or nothing was durable", () => {
    expect(violations(restoring().verdict(3, ballot(2), NO_CHECKPOINT, []))).toHaveLength(1);
    const lostDisks = restoring().down(1, true).down(2, true).verdict(3, ballot(2), NO_CHECKPOINT, []);
    expect(violations(lostDisks)).toEqual([]);
    const nothing = new HistoryBuilder()
      .started(0, ballot(1))
      .at(10)
      .down(0)
      .at(40)
      .restoreStarted(3, ballot(2));
    expect(violations(nothing.verdict(3, ballot(2), NO_CHECKPOINT, []))).toEqual([]);
  });
});

describe("decidability: waiting", () => {
  it("holds while those named are down, cut off or unrepaired", () => {
    expect(violations(restoring().at(45).down(1).at(60).waiting(3, ballot(2), [0]), 200)).toEqual([]);
    const cut = restoring().at(45);
    cut.fault({ kind: "partition", from: [1], to: [3], symmetric: false, healAfterNs: undefined });
    expect(violations(cut.at(60).waiting(3, ballot(2), [0]), 200)).toEqual([]);
    expect(
      violations(restoring().at(45).down(1, true).up(1, false).at(60).waiting(3, ballot(2), [0]), 200),
    ).toEqual([]);
    // With two of three servers away nothing can be decided, however long it takes.
    expect(violations(restoring().at(45).down(1).down(2).at(60).waiting(3, ballot(2), [0, 1]))).toEqual([]);
  });

  it("finds a restore that waits although no more than f servers are away", () => {
    expect(violations(restoring().at(45).down(1).at(60).waiting(3, ballot(2), [0]))).toEqual([
      "The restore 2.r0 on C waits for A, with enough servers up, repaired and connected since 60.000 ms, and had not gone on by 260.000 ms.",
    ]);
  });

  it("an operator's restore may wait for every slot that it was not told is lost", () => {
    const operator = (): HistoryBuilder =>
      lostAndRestoredBy(true).at(45).down(1).at(60).waiting(3, ballot(2), [0]);
    expect(violations(operator())).toEqual([]);
    expect(violations(operator().at(100).up(1))).toHaveLength(1);
  });

  it("finds waiting for servers that answer", () => {
    expect(violations(restoring().waiting(3, ballot(2), [0, 1]), 200)).toEqual([
      "At 60.000 ms the restore 2.r0 on C waits for A, B, up, repaired and connected for as long as it could take to know.",
    ]);
    // B is down, but it is A that is named.
    expect(violations(restoring().at(45).down(2).at(60).waiting(3, ballot(2), [0]), 200)).toHaveLength(1);
    // And naming everybody is no way out.
    expect(violations(restoring().at(45).down(2).at(60).waiting(3, ballot(2), [0, 1]), 200)).toEqual([
      "At 60.000 ms the restore 2.r0 on C waits for A among others, up, repaired and connected for as long as it could take to know.",
    ]);
  });

  it("a server that was still reading its disk when it was asked may be named, and one that had read it may not", () => {
    const back = (isRead: boolean): HistoryBuilder => {
      const builder = new HistoryBuilder().started(0, ballot(1)).durable(0, K1).at(10).down(0).down(1);
      builder.at(39).up(1);
      const started = { kind: "started", slot: 0, life: { number: 1, nonce: 0 }, joined: true } as const;
      if (isRead) builder.note(1, started);
      return builder.at(40).restoreStarted(3, ballot(2)).at(60).waiting(3, ballot(2), [0]);
    };
    expect(violations(back(false), 200)).toEqual([]);
    expect(violations(back(true), 200)).toHaveLength(1);
  });

  it("finds waiting for nobody", () => {
    expect(violations(restoring().waiting(3, ballot(2), []), 200)).toHaveLength(1);
  });

  it("a server that came back just now may still be waited for", () => {
    expect(
      violations(restoring().at(45).down(1).at(55).up(1).at(60).waiting(3, ballot(2), [0]), 200),
    ).toEqual([]);
  });

  it("proves nothing while the network loses messages", () => {
    const history = restoring().waiting(3, ballot(2), [0]).end(200);
    expect(decidability.check(history, { ...CONTEXT, lossPpm: 20_000 }).violations).toEqual([]);
    const losing = restoring()
      .at(55)
      .fault({ kind: "loss", ratePpm: 100_000, lastsNs: 100 * MS })
      .at(60);
    expect(violations(losing.waiting(3, ballot(2), [0]), 200)).toEqual([]);
  });

  it("nobody is said to answer where the network loses all messages, all the time", () => {
    const history = restoring().waiting(3, ballot(2), [0, 1]).end(600);
    for (const lossPpm of [1_000_000, 200_000]) {
      expect(decidability.check(history, { ...CONTEXT, lossPpm }).violations).toEqual([]);
    }
    expect(decidability.check(history, { ...CONTEXT, lossPpm: 20_000 }).violations).toHaveLength(1);
  });

  const returned = (): HistoryBuilder =>
    restoring().at(45).down(1).down(2).at(60).waiting(3, ballot(2), [0, 1]).at(100).up(1);

  it("goes on when those named answer again", () => {
    const history = returned().at(250).restored(3, ballot(2), K1, byKey(WHOLE)).started(3, ballot(2), K1);
    expect(violations(history)).toEqual([]);
  });

  it("finds a restore that goes on waiting after the server returned, after the partition healed, after the repair", () => {
    expect(violations(returned())).toEqual([
      "The restore 2.r0 on C waits for A, B, with enough servers up, repaired and connected since 100.000 ms, and had not gone on by 300.000 ms.",
    ]);
    const healed = restoring().at(45);
    healed.fault({ kind: "partition", from: [1], to: [3], symmetric: true, healAfterNs: 100 * MS });
    expect(violations(healed.at(60).waiting(3, ballot(2), [0]))[0]).toContain("connected since 145.000 ms");
    const repaired = restoring()
      .at(45)
      .down(1, true)
      .up(1, false)
      .at(60)
      .waiting(3, ballot(2), [0])
      .at(100)
      .complete(0);
    expect(violations(repaired)[0]).toContain("connected since 100.000 ms");
  });

  it("owes nothing when the run ends first, when it is superseded, or when its server goes down", () => {
    expect(violations(returned(), 290)).toEqual([]);
    const superseded = returned().at(120).restoreStarted(1, ballot(3)).restored(1, ballot(3), K1);
    expect(violations(superseded.started(1, ballot(3), K1))).toEqual([]);
    expect(
      violations(
        returned()
          .at(120)
          .note(3, { kind: "restore-abandoned", ballot: ballot(2), by: ballot(3) }),
        200,
      ),
    ).toEqual([]);
  });
});

describe("decidability: in time and never silent", () => {
  it("finds a restore without any verdict", () => {
    expect(violations(restoring())).toEqual([
      "The restore 2.r0 that C started at 40.000 ms had no verdict by 240.000 ms.",
    ]);
    expect(violations(restoring(), 239)).toEqual([]);
    expect(violations(restoring().at(300).restored(3, ballot(2), K1).started(3, ballot(2), K1))).toHaveLength(
      1,
    );
  });

  it("finds that nobody notices the loss of the software", () => {
    const lost = (): HistoryBuilder =>
      new HistoryBuilder().started(0, ballot(1)).durable(0, K1).at(10).down(0);
    expect(violations(lost())).toEqual([
      "No software ran since 10.000 ms, and nobody had started a restore by 110.000 ms.",
    ]);
    expect(violations(lost(), 110)).toEqual([]);
    expect(violations(lost().down(1).down(2).down(3))).toEqual([]);
  });

  it("finds that nobody follows a restorer that went down, and notices a fenced software that nobody replaces", () => {
    expect(violations(restoring().down(3))).toEqual([
      "No software ran since 60.000 ms, and nobody had started a restore by 160.000 ms.",
    ]);
    const stopped = new HistoryBuilder().started(0, ballot(1)).at(10);
    stopped.event(0, { kind: "software-stopped", ballot: ballot(1), reason: "fenced" });
    expect(violations(stopped)).toHaveLength(1);
  });

  it("has nothing to check in a run in which the software lives", () => {
    const history = new HistoryBuilder().started(0, ballot(1)).durable(0, K1).end(900);
    expect(decidability.check(history, CONTEXT)).toEqual({ checkedCount: 0, violations: [] });
  });
});

describe("decidability: an operator's ways out are flagged", () => {
  const K0 = key(1, 0);
  const restored = (flags: readonly VerdictFlag[], lostHosts: readonly number[], of = K1): HistoryBuilder =>
    new HistoryBuilder()
      .started(0, ballot(1))
      .durable(0, K0)
      .durable(0, K1)
      .at(10)
      .down(0)
      .at(40)
      .fault({ kind: "operator-restore", host: 3, lostHosts, acceptOlder: true })
      .restoreStarted(3, ballot(2), true)
      .at(60)
      .verdict(3, ballot(2), { kind: "restored", key: of, flags }, byKey(WHOLE))
      .started(3, ballot(2), of);

  it("a server that was declared lost", () => {
    expect(violations(restored(["declared-lost"], [1]))).toEqual([]);
    expect(violations(restored([], []))).toEqual([]);
    expect(violations(restored([], [1]))[0]).toContain("without saying that servers were declared lost");
    // The production server is no slot: nothing is missing without it.
    expect(violations(restored([], [0]))).toEqual([]);
  });

  it("a newer durable checkpoint that was passed over", () => {
    expect(violations(restored(["accepted-older"], [], K0))).toEqual([]);
    expect(violations(restored(["few-complete"], [], K0))[0]).toContain("without saying that it passed over");
  });

  it("and nothing else is", () => {
    const flagged = restoring().verdict(3, ballot(2), { kind: "restored", key: K1, flags: ["few-complete"] });
    expect(violations(flagged.started(3, ballot(2), K1))[0]).toContain("without any operator");
  });
});
