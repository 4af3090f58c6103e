/**
 * An account of the ledger that asks no SQL for sums: opening balances, then the recorded transfers one by one.
 *
 * Verified: every balance, every decision to accept or refuse, that positions have no gap, that no id is there twice,
 * and that the total is what it was. Not verified: that these are the transfers which clients asked for (ledger.ts).
 */
import type { LedgerDatabase, RecordedTransfer } from "./ledger-database.ts";
import { openingBalance } from "./ledger-settings.ts";

export interface LedgerAudit {
  /** What is wrong, in words; empty when nothing is. */
  readonly problems: readonly string[];
  readonly transfers: readonly RecordedTransfer[];
}

/** Reads the whole of both tables and compares. */
export function auditLedger(database: LedgerDatabase, accountCount: number): LedgerAudit {
  const transfers = database.transfersAfter(0);
  const replayed = replayTransfers(transfers, accountCount);
  const balances = database.balances();
  const problems = [...replayed.problems];
  if (balances.size !== accountCount) problems.push(`${balances.size} accounts instead of ${accountCount}`);
  let total = 0;
  let openingTotal = 0;
  for (const [id, expected] of replayed.balances) {
    const balance = balances.get(id);
    total += balance ?? 0;
    openingTotal += openingBalance(id);
    if (balance !== expected) problems.push(`account ${id} holds ${balance}, its transfers give ${expected}`);
  }
  if (total !== openingTotal)
    problems.push(`the accounts hold ${total} together, they started with ${openingTotal}`);
  return { problems, transfers };
}

/** Plays the transfers in their order on the opening balances, in plain integers. */
function replayTransfers(
  transfers: readonly RecordedTransfer[],
  accountCount: number,
): { readonly balances: Map<number, number>; readonly problems: string[] } {
  const balances = new Map<number, number>();
  for (let id = 1; id <= accountCount; id += 1) balances.set(id, openingBalance(id));
  const problems: string[] = [];
  const seen = new Set<string>();
  transfers.forEach(({ position, id, fromAccount, toAccount, amount, accepted }, index) => {
    if (position !== index + 1)
      problems.push(`transfer ${id} has position ${position} instead of ${index + 1}`);
    if (seen.has(id)) problems.push(`transfer ${id} was recorded twice`);
    seen.add(id);
    const from = balances.get(fromAccount);
    const to = balances.get(toAccount);
    const covered = from !== undefined && to !== undefined && from >= amount && fromAccount !== toAccount;
    if (covered !== accepted)
      problems.push(`transfer ${id} was ${accepted ? "accepted" : "refused"} wrongly`);
    if (!accepted || from === undefined || to === undefined) return;
    balances.set(fromAccount, from - amount);
    balances.set(toAccount, to + amount);
  });
  return { balances, problems };
}
