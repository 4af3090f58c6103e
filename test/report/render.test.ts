import { describe, expect, test } from "vitest";
import { ratioText, shareText, timeDigits, timeUnitFor } from "../../src/report/number-words.ts";
import { renderReport } from "../../src/report/render.ts";
import type { CompareResult } from "../../src/verify/result.ts";
import { fixtureResult } from "./fixture.ts";

const SCRIPT = "globalThis.drawn = true;";

function render(changes: Partial<CompareResult> = {}): string {
  return renderReport(fixtureResult(changes), SCRIPT);
}

/** The texts of the cells of each line of the table with this label; a group's header is repeated on its lines. */
function tableLines(page: string, label: string): readonly (readonly string[])[] {
  const region = page.indexOf(`aria-label="${label}"`);
  expect(region, `a table named ${label}`).toBeGreaterThan(0);
  const table = page.slice(region, page.indexOf("</table>", region));
  const body = table.slice(table.indexOf("</thead>"));
  let group = "";
  return [...body.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map((line) => {
    const cells = [...(line[1] ?? "").matchAll(/<t([hd])([^>]*)>([\s\S]*?)<\/t[hd]>/g)];
    const texts = cells.map((cell) => plainText(cell[3] ?? ""));
    if (cells[0]?.[2]?.includes("rowgroup") === true) group = texts.shift() ?? "";
    return group === "" ? texts : [group, ...texts];
  });
}

function plainText(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, "")
    .replace(/\s+/g, (space) => (space.includes("\u00a0") ? "\u00a0" : " "))
    .trim();
}

function heading(page: string): string {
  return plainText(/<h1>([\s\S]*?)<\/h1>/.exec(page)?.[1] ?? "");
}

describe("the page", () => {
  test("is the same text for the same result", () => {
    expect(render()).toBe(render());
  });

  test("says the verdict before anything else of its content", () => {
    const page = render();
    expect(heading(page)).toBe("All 351 runs kept every promise.");
    expect(fixtureResult().verdict.startsWith("All 351 runs kept every promise. ")).toBe(true);
    expect(plainText(page)).toContain(fixtureResult().verdict);
    expect(page.indexOf("<h1>")).toBeLessThan(page.indexOf("<h2"));
    expect(page).toContain("✓ Every promise held");
  });

  test("has panels of their own for rows that are declustered over the common width", () => {
    const { rows } = fixtureResult();
    const declustered = rows
      .filter(({ widthKind }) => widthKind === "common")
      .map((row) => ({ ...row, widthKind: "declustered" as const }));
    expect(declustered.length).toBeGreaterThan(0);
    const page = render({ rows: [...rows, ...declustered] });
    const words = /declustered over width.8/gi;
    // One panel for each chart, with its table.
    expect([...plainText(page).matchAll(words)].length).toBeGreaterThan(5);
    expect(plainText(render())).not.toMatch(words);
  });

  test("loads nothing: no address, no link to a file, and a policy that forbids both", () => {
    const page = render();
    expect(page).toContain("default-src &#39;none&#39;");
    expect(page).not.toMatch(/https?:\/\/|src\s*=|@import|url\(/);
    expect([...page.matchAll(/href="([^"]*)"/g)].map((match) => match[1]?.[0])).not.toContain("/");
    for (const match of page.matchAll(/href="([^"]*)"/g)) expect(match[1]).toMatch(/^(?:#|data:,$)/);
  });

  test("every link on the page leads to an element of it", () => {
    const page = render();
    const targets = [...page.matchAll(/href="#([^"]*)"/g)].map((match) => match[1] ?? "");
    expect(targets.length).toBeGreaterThan(5);
    for (const target of targets) expect(page).toContain(`id="${target}"`);
  });

  test("names from users' files cannot add markup", () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'&\u2028`;
    const base = fixtureResult();
    const page = render({
      title: evil,
      scenario: evil,
      verdict: evil,
      seed: evil,
      command: evil,
      cluster: { ...base.cluster, production: evil, backups: [evil], network: evil, faults: [evil] },
      broken: [{ seed: evil, command: evil, violations: [evil] }],
      rows: base.rows.map((row) => ({ ...row, scheme: row.scheme === "mirror:2" ? evil : row.scheme })),
    });
    const plain = render({ broken: [{ seed: "s", command: "c", violations: ["v"] }] });
    const tags = (text: string): number => [...text.matchAll(/<\/?(?:script|img|style)\b/gi)].length;
    expect(tags(page)).toBe(tags(plain));
    expect(page).not.toContain("<img");
    const data = /id="ckptlab-result">([^<]*)<\/script>/.exec(page)?.[1] ?? "";
    expect((JSON.parse(data) as CompareResult).title).toBe(evil);
  });

  test("carries the whole result as data", () => {
    const data = /id="ckptlab-result">([^<]*)<\/script>/.exec(render())?.[1] ?? "";
    expect(JSON.parse(data)).toStrictEqual(JSON.parse(JSON.stringify(fixtureResult())));
  });

  test("a result without rows still gives a page that says so", () => {
    const page = render({ rows: [], runCount: 0, promises: [] });
    expect(page).toContain("? Nothing was run");
    expect(page).not.toContain("<canvas");
    expect(page).not.toContain('href="#storage"');
  });
});

describe("broken promises and missed thresholds", () => {
  test("a broken run is said in the heading, in the promises and with its command", () => {
    const base = fixtureResult();
    const page = render({
      rows: base.rows.map((row, index) => (index < 2 ? { ...row, brokenCount: 3 } : row)),
      promises: base.promises.map((promise) =>
        promise.id === "durability" ? { ...promise, heldCount: 330, brokenCount: 6 } : promise,
      ),
      broken: [
        { seed: "review/7", command: "ckptlab run x --seed review/7", violations: ["b3 lost checkpoint 4."] },
      ],
    });
    expect(heading(page)).toMatch(/^A promise was broken\. /);
    expect(page).toContain('class="opening broken"');
    expect(page).not.toContain("✓ Every promise held");
    expect(page).toContain('<pre tabindex="0">npx ckptlab run x --seed review/7</pre>');
    expect(page).toContain("b3 lost checkpoint 4.");
    expect(tableLines(page, "Promises")[1]).toStrictEqual([
      "durability",
      expect.any(String),
      "✗ broken",
      "330",
      "6",
      expect.any(String),
    ]);
  });

  test.each(["promises", "broken"] as const)("a break that only %s know of makes the page red", (where) => {
    const base = fixtureResult();
    const page = render({
      promises: base.promises.map((promise) => ({ ...promise, brokenCount: where === "promises" ? 1 : 0 })),
      broken: where === "broken" ? [{ seed: "s", command: "c", violations: ["v"] }] : [],
    });
    expect(page).toContain('class="opening broken"');
    expect(heading(page)).toMatch(/^A promise was broken\. /);
  });

  test.each(["rows", "broken"] as const)(
    "a run that %s know not to have held is undecided, not broken",
    (where) => {
      const base = fixtureResult();
      const page = render({
        rows: base.rows.map((row) => ({ ...row, brokenCount: where === "rows" ? 1 : 0 })),
        broken: where === "broken" ? [{ seed: "s", command: "c", violations: [] }] : [],
      });
      expect(page).toContain('class="opening undecided"');
      expect(heading(page)).toMatch(/^Not every run was decided\. /);
      expect(page.includes("It ended before its promises could be judged.")).toBe(where === "broken");
    },
  );

  test("a row that stands in both panels is counted once", () => {
    // Of 36 rows that restore in 8 runs, three stand twice: parity:7+1 at its own width, which is the common one.
    expect(fixtureResult().rows.filter((row) => row.restoredCount > 0)).toHaveLength(36);
    expect(render()).toContain("351 simulated runs, 264 restores that succeeded");
  });

  test("a missed threshold is said, and is not called a broken promise", () => {
    const page = render({
      thresholds: [{ name: "restoreMsP99", value: 612.5, min: undefined, max: 500, met: false }],
    });
    expect(heading(page)).toMatch(/^A threshold of the scenario was missed\. /);
    expect(page).toContain('class="opening missed"');
    expect(tableLines(page, "Thresholds")).toStrictEqual([
      ["time to restore, 99th percentile restoreMsP99", "–", "500\u00a0ms", "612.5\u00a0ms", "✗ missed"],
    ]);
  });
});

describe("tables hold the numbers of the result", () => {
  const result = fixtureResult();
  const page = render();
  const panels = [
    { kind: "own", phrase: "at each scheme’s own width" },
    { kind: "common", phrase: "at width 8" },
  ] as const;

  test.each(panels)("storage $phrase", ({ kind, phrase }) => {
    const rows = result.rows.filter((row) => row.widthKind === kind && row.former === "production");
    expect(tableLines(page, `Storage, ${phrase}`)).toStrictEqual(
      rows.map((row) => [
        row.scheme,
        String(row.width),
        String(row.tolerance),
        ratioText(row.storedBytesPerImageByte),
      ]),
    );
  });

  test.each(panels)("network $phrase", ({ kind, phrase }) => {
    const rows = result.rows.filter((row) => row.widthKind === kind);
    expect(rows).toHaveLength(21);
    expect(tableLines(page, `Network, ${phrase}`)).toStrictEqual(
      rows.map((row) => {
        const legs = [row.takeImageBytesPerImageByte, row.takeMemberBytesPerImageByte];
        const sum = legs.reduce((total, bytes) => total + bytes, 0);
        return [row.scheme, row.former, ...[...legs, sum, row.controlBytesPerImageByte].map(ratioText)];
      }),
    );
    expect(tableLines(page, `Sent for repair, ${phrase}`)).toStrictEqual(
      rows.map((row) => [
        row.scheme,
        row.former,
        ratioText(row.repairBytesPerRebuiltByte),
        ratioText(row.rebuiltBytesPerImageByte),
        String(row.rebuiltRunCount),
      ]),
    );
    expect(tableLines(page, `Sent for one restore, ${phrase}`)).toStrictEqual(
      rows.map((row) => [
        row.scheme,
        row.former,
        ratioText(row.restoreBytesPerImageByte),
        String(row.restoredCount + row.refusedCount + row.waitingCount),
      ]),
    );
  });

  test.each(panels)("times $phrase", ({ kind, phrase }) => {
    const rows = result.rows.filter((row) => row.widthKind === kind);
    const unit = timeUnitFor(100e6);
    expect(unit.name).toBe("ms");
    expect(tableLines(page, `Time to durable, ${phrase}`)).toStrictEqual(
      rows.map((row) => {
        const times = [row.durableNs?.p50, row.durableNs?.max, row.durableNs?.min];
        return [
          row.scheme,
          row.former,
          ...times.map((timeNs) => timeDigits(timeNs, unit)),
          String(row.durableNs?.count),
        ];
      }),
    );
    const shortUnit = timeUnitFor(Math.max(...result.rows.map((row) => row.reassembleNs?.max ?? 0)));
    expect(tableLines(page, `Time to reassemble, ${phrase}`)).toStrictEqual(
      rows.map((row) => {
        const { reassembleNs } = row;
        const times = [reassembleNs?.p50, reassembleNs?.max, reassembleNs?.min];
        return [
          row.scheme,
          row.former,
          ...times.map((timeNs) => timeDigits(timeNs, shortUnit)),
          String(reassembleNs?.count ?? 0),
        ];
      }),
    );
    expect(tableLines(page, `Time to restore, ${phrase}`)).toStrictEqual(
      rows.map((row) => {
        const times = [row.restoreNs?.p50, row.restoreNs?.max, row.restoreNs?.min];
        const counts = [row.restoredCount, row.refusedCount, row.waitingCount];
        return [
          row.scheme,
          row.former,
          ...times.map((timeNs) => timeDigits(timeNs, unit)),
          ...counts.map(String),
        ];
      }),
    );
  });

  test.each(panels)("survival $phrase", ({ kind, phrase }) => {
    const rows = result.rows.filter((row) => row.widthKind === kind && row.former === "production");
    const lines = tableLines(page, `Losses survived, ${phrase}`);
    expect(lines.map((line) => line[0])).toStrictEqual(rows.map((row) => row.scheme));
    rows.forEach((row, index) => {
      const shares = [1, 2, 3, 4].map((lostCount) => shareText(row.survival[lostCount]));
      expect(lines[index]?.slice(2).map((cell) => cell.replace(/ \S+ of \S+$/, ""))).toStrictEqual(shares);
    });
    const mirror = lines[0] ?? [];
    expect(mirror.at(3)).toBe(kind === "own" ? "0\u00a0% 0 of 1" : "71.4\u00a0% 20 of 28");
  });

  test("charts hold the same numbers as the tables", () => {
    const data = /id="ckptlab-charts">([^<]*)<\/script>/.exec(page)?.[1] ?? "[]";
    const charts = JSON.parse(data) as { id: string; series: { values: (number | null)[] }[] }[];
    expect(charts).toHaveLength(16);
    const storage = charts.find((chart) => chart.id === "storage-own");
    expect(storage?.series[0]?.values).toStrictEqual(
      result.rows
        .filter((row) => row.widthKind === "own" && row.former === "production")
        .map((row) => row.storedBytesPerImageByte),
    );
  });
});
