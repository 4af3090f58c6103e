/**
 * A verification as a Markdown page, for the page of a CI job: the verdict, what broke and how to see it again, then what was
 * looked at.
 *
 * Pure. Invariant: no text of a run can end a table's cell, or be taken for Markdown or HTML.
 */
import { PROMISES } from "../verify/promises/index.ts";
import { shardWords } from "../verify/shard.ts";
import type { VerifyPart, VerifyResult, VerifyViolation } from "../verify/verify-result.ts";
import { grouped } from "../verify/verify-words.ts";

/** Counterexamples on the page; the log has all of them. */
const SHOWN_MAX = 20;

/** A sentence as plain text, on one line. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_{}[\]<>()#+!|~&]/g, (mark) => `\\${mark}`);
}

/** A command or a name in a code span; backquotes in it would end it. */
function code(text: string): string {
  return `<code>${text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[&<>|\\`*_~[\]]/g, (mark) => `&#${mark.charCodeAt(0)};`)}</code>`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)];
}

function partRow({ title, verdict, counts, cells, states, violations, wallSeconds }: VerifyPart): string[] {
  return [
    plain(title),
    verdict,
    grouped(cells.length + states.length),
    grouped(counts.executed),
    grouped(counts.distinct),
    grouped(
      cells.reduce((sum, { brokenCount }) => sum + brokenCount, 0) +
        (cells.length === 0 ? violations.length : 0),
    ),
    wallSeconds.toFixed(1),
  ];
}

function promiseRows({ parts }: VerifyResult): string[][] {
  return PROMISES.map(({ id }) => {
    const own = parts.flatMap(({ violations }) => violations).filter(({ promise }) => promise === id);
    const checkedCount = parts.reduce((sum, { checkedCounts }) => sum + (checkedCounts[id] ?? 0), 0);
    const verdict = own.length > 0 ? "**broken**" : checkedCount === 0 ? "not exercised" : "held";
    return [id, verdict, grouped(checkedCount)];
  });
}

function violationLines({ where, promise, message, file, command }: VerifyViolation): string[] {
  return [
    `- **${promise}**, ${plain(where)}: ${plain(message)}`,
    ...(file === "" ? [] : [`  - counterexample: ${code(file)}`]),
    `  - replay: ${code(command)}`,
  ];
}

const VERDICTS = {
  held: "✅ every promise held",
  broken: "❌ broken",
  undecided: "⚠️ undecided",
} as const satisfies Record<VerifyResult["verdict"], string>;

export function verifyMarkdown(result: VerifyResult): string {
  const { verdict, profile, shard, parts, idlePromises, pieceCount, leftPieceCount } = result;
  const violations = parts.flatMap((part) => part.violations);
  const lines = [`## ckptlab verify: ${VERDICTS[verdict]}`, ""];
  const shardText = shard === undefined ? "" : `, shard ${shardWords(shard)}`;
  lines.push(
    `Profile ${profile}${shardText}, version ${plain(result.version)}: ${grouped(pieceCount - leftPieceCount)} of ` +
      `${grouped(pieceCount)} pieces in ${result.wallSeconds.toFixed(1)} s ` +
      `(${result.workSeconds.toFixed(1)} s in the threads).`,
    "",
  );
  if (idlePromises.length > 0) lines.push(`Nothing exercised: ${idlePromises.join(", ")}.`, "");
  if (violations.length > 0) {
    lines.push("### What broke", "", ...violations.slice(0, SHOWN_MAX).flatMap(violationLines));
    if (violations.length > SHOWN_MAX) lines.push(`- and ${violations.length - SHOWN_MAX} more`);
    lines.push("", "`ckptlab explain FILE` tells a counterexample in words.", "");
  }
  lines.push(
    "### What was looked at",
    "",
    ...table(["part", "verdict", "rows", "executed", "distinct", "broken", "seconds"], parts.map(partRow)),
    "",
    ...table(["promise", "verdict", "checked"], promiseRows(result)),
    "",
    `Again: ${code(result.command)}`,
    "",
  );
  return lines.join("\n");
}
