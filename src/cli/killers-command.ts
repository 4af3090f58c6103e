/**
 * `ckptlab verify --killers`: the smallest fatal combinations of faults, one column for each scheme.
 *
 * Exit codes: 0 every promise held in every run (that a scheme has fatal combinations is no failure), 1 one was broken.
 */
import { KILLER_KINDS } from "../verify/killers/catalogue.ts";
import {
  KILLER_SCHEMES,
  type KillerRow,
  killerSetCount,
  killersOf,
  type SchemeKillers,
} from "../verify/killers/killers.ts";
import type { CommandContext } from "./command-context.ts";
import { EXIT_OK, EXIT_PROMISE_BROKEN } from "./exit-code.ts";
import { progressBar } from "./progress-line.ts";
import type { Terminal } from "./terminal.ts";
import { type Cell, textTable } from "./text-table.ts";

export async function killersCommand(context: CommandContext, sizeMax: number): Promise<number> {
  const { terminal } = context;
  const totalCount = KILLER_SCHEMES.reduce((sum, scheme) => sum + killerSetCount(scheme, sizeMax), 0);
  const schemes: SchemeKillers[] = [];
  let beforeCount = 0;
  for (const scheme of KILLER_SCHEMES) {
    const found = await killersOf(scheme, sizeMax, (doneCount) => {
      const count = beforeCount + doneCount;
      terminal.progress(
        `${progressBar(count, totalCount)} ${scheme}: ${count} of ${totalCount} sets of faults`,
      );
    });
    beforeCount += found.runCount + found.prunedCount;
    schemes.push(found);
  }
  terminal.progress("");
  const violations = schemes.flatMap((each) => each.violations);
  if (context.isJson) {
    const kinds = KILLER_KINDS.map(({ id, words }) => ({ id, words }));
    terminal.out(JSON.stringify({ sizeMax, kinds, schemes }, undefined, 2));
  } else print(terminal, schemes, sizeMax, context.isQuiet);
  for (const violation of violations) terminal.err(`BROKEN ${violation}`);
  return violations.length === 0 ? EXIT_OK : EXIT_PROMISE_BROKEN;
}

function sizeText(size: number | undefined, sizeMax: number): string {
  return size === undefined ? `over ${sizeMax}` : String(size);
}

/** "disk-lost ×2, rot". */
function kindsText(kinds: readonly string[]): string {
  return [...new Set(kinds)]
    .map((kind) => {
      const count = kinds.filter((each) => each === kind).length;
      return count === 1 ? kind : `${kind} ×${count}`;
    })
    .join(", ");
}

function cellOf(row: KillerRow | undefined, { bad, dim }: Terminal["paint"]): Cell {
  if (row === undefined) return { text: "" };
  const { setCount, lostCount, waitsCount, containsSmallerCount } = row;
  const parts: string[] = [];
  if (lostCount > 0) parts.push(`lost ${lostCount}`);
  if (waitsCount > 0) parts.push(`waits ${waitsCount}`);
  if (parts.length === 0) return { text: containsSmallerCount > 0 ? "smaller" : "survives", paint: dim };
  const text = `${parts.join(", ")} of ${setCount}`;
  return lostCount > 0 ? { text, paint: bad } : { text };
}

function print(
  terminal: Terminal,
  schemes: readonly SchemeKillers[],
  sizeMax: number,
  isQuiet: boolean,
): void {
  const { paint } = terminal;
  const columns = [
    { header: "", align: "left" as const },
    ...schemes.map(({ scheme }) => ({ header: scheme, align: "left" as const })),
  ];
  const line = (words: string, value: (one: SchemeKillers) => string): Cell[] => [
    { text: words },
    ...schemes.map((one) => ({ text: value(one) })),
  ];
  const facts = [
    line("backup servers", ({ servers }) => String(servers)),
    line("survives by design", ({ tolerance }) => String(tolerance)),
    line("fewest faults that stop it", ({ fatalSize }) => sizeText(fatalSize, sizeMax)),
    line("fewest faults that lose data", ({ lostSize }) => sizeText(lostSize, sizeMax)),
    line("runs", ({ runCount }) => String(runCount)),
  ];
  if (isQuiet) {
    terminal.out(textTable(columns, facts));
    return;
  }
  const rowOf = ({ rows }: SchemeKillers, name: string): KillerRow | undefined =>
    rows.find(({ kinds }) => kinds.join() === name);
  const fatal = schemes
    .flatMap(({ rows }) => rows)
    .filter(({ lostCount, waitsCount }) => lostCount + waitsCount > 0)
    .map(({ kinds }) => kinds.join());
  const order = schemes.flatMap(({ rows }) => rows.map(({ kinds }) => kinds.join()));
  const names = [...new Set(order)].filter((name) => fatal.includes(name));
  const sizeOf = (name: string): number => name.split(",").length;
  const rows = names
    .toSorted((a, b) => sizeOf(a) - sizeOf(b))
    .map((name) => [
      { text: kindsText(name.split(",")) },
      ...schemes.map((one) => cellOf(rowOf(one, name), paint)),
    ]);
  terminal.out(textTable(columns, [...facts, columns.map(() => ({ text: "" })), ...rows]));
  terminal.out("");
  for (const { id, words } of KILLER_KINDS) terminal.out(paint.dim(`${id}: a server ${words}`));
  terminal.out(
    paint.dim(
      "The production server is lost at the same moment. lost: no disks that exist hold the newest durable checkpoint. " +
        "waits: they do, and a server has to come back or an operator to speak. of: choices of servers. " +
        "smaller: every set holds a smaller fatal one.",
    ),
  );
}
