/**
 * All promises as values, and the judgement of one run.
 *
 * Beyond the budget of faults only integrity, fencing and decidability are demanded; the others are "not-promised" then.
 */
import type { RunHistory } from "../../sim/history.ts";
import type { PromiseId, PromiseResult } from "../result.ts";
import { type LostRecord, lostRecordsOf } from "../facts/lost-records.ts";
import { hostText, timeText } from "../facts/words.ts";
import { accounting } from "./accounting.ts";
import { bounded } from "./bounded.ts";
import { continuation } from "./continuation.ts";
import { decidability } from "./decidability.ts";
import { durability } from "./durability.ts";
import { fencing } from "./fencing.ts";
import { integrity } from "./integrity.ts";
import { outputCommit } from "./output-commit.ts";
import { placement } from "./placement.ts";
import type { PromiseChecker, RunContext } from "./promise.ts";
import { redundancyRestored } from "./redundancy-restored.ts";

export type { PromiseChecker, RunContext } from "./promise.ts";

/** In the order of the design's table. */
export const PROMISES: readonly PromiseChecker[] = [
  integrity,
  durability,
  outputCommit,
  fencing,
  decidability,
  redundancyRestored,
  placement,
  accounting,
  continuation,
  bounded,
];

/** Promises that hold whatever happens. */
const ALWAYS_PROMISED: ReadonlySet<PromiseId> = new Set<PromiseId>(["integrity", "fencing", "decidability"]);

/** A result keeps this many violations and says how many more there are. */
export const VIOLATION_COUNT_MAX = 20;

/** One result a promise, in the order of PROMISES. */
export function judgePromises(history: RunHistory, context: RunContext): PromiseResult[] {
  return PROMISES.map((promise) => judgePromise(promise, history, context));
}

/** A promise that broke in such a run was beyond every budget, and the run says so. */
function lostRecordText({ host, lostAtNs, startedAtNs }: LostRecord, context: RunContext): string {
  return (
    `Beyond every budget: at ${timeText(lostAtNs)} the disk of ${hostText(context, host)} lost a control record that it had ` +
    `acknowledged, and at ${timeText(startedAtNs)} the server started on what was left; it may have forgotten what it promised.`
  );
}

function judgePromise(promise: PromiseChecker, history: RunHistory, context: RunContext): PromiseResult {
  const { id } = promise;
  const isLess = context.budget === "beyond" && !ALWAYS_PROMISED.has(id);
  const judgement = isLess ? promise.checkBeyond?.(history, context) : promise.check(history, context);
  // What is demanded beyond the budget gave nothing to judge: the promise itself is not made.
  if (judgement === undefined || (isLess && judgement.checkedCount === 0)) {
    return { id, status: "not-promised", checkedCount: 0, violations: [] };
  }
  const { checkedCount, violations } = judgement;
  const named = violations.slice(0, VIOLATION_COUNT_MAX);
  if (violations.length > named.length) named.push(`${violations.length - named.length} more violations.`);
  if (violations.length > 0) {
    const causes = lostRecordsOf(history).map((each) => lostRecordText(each, context));
    return { id, status: "broken", checkedCount, violations: [...named, ...causes] };
  }
  return { id, status: checkedCount > 0 ? "held" : "not-exercised", checkedCount, violations: [] };
}
