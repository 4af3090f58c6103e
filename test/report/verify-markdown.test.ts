import { describe, expect, it } from "vitest";
import { verifyMarkdown } from "../../src/report/verify-markdown.ts";
import { rowsOf } from "../docs-pages.ts";
import { brokenVerification, heldVerification } from "../verify/verification.ts";

describe("the page of a verification", () => {
  it("begins with the verdict, and has a row for each part and each promise", () => {
    const page = verifyMarkdown(heldVerification());
    expect(page).toMatch(/^## ckptlab verify: ✅ every promise held\n/);
    expect(page).toContain(
      "Profile commit, version 0.1.0: 40 of 40 pieces in 16.3 s (31.9 s in the threads).",
    );
    expect(page).not.toContain("### What broke");
    const rows = rowsOf(page);
    expect(rows).toContainEqual([
      "Every crash point times every loss",
      "held",
      "3",
      "1,300",
      "1,298",
      "0",
      "12.3",
    ]);
    expect(rows).toContainEqual(["durability", "held", "1,300"]);
    expect(rows).toContainEqual(["accounting", "not exercised", "0"]);
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([7, 3]));
  });

  it("says what broke, where its counterexample is, and how to replay it", () => {
    const page = verifyMarkdown(brokenVerification());
    expect(page).toMatch(/^## ckptlab verify: ❌ broken\n/);
    expect(page).toContain("Nothing exercised: accounting, bounded.");
    expect(page).toContain('- **durability**, mirror:2 on 2 servers: lost "a" \\& \\<b\\>');
    expect(page).toContain("  - counterexample: <code>counterexamples/one.yaml</code>");
    expect(page).toContain("  - replay: <code>ckptlab replay counterexamples/one.yaml</code>");
    expect(rowsOf(page)).toContainEqual(["durability", "**broken**", "1,300"]);
  });

  it("is not changed in its form by what a message holds", () => {
    const broken = brokenVerification();
    const [part] = broken.parts;
    if (part === undefined) throw new Error("no part");
    const violation = {
      where: "a|b",
      promise: "integrity",
      message: "one\n## two\n| a | b |\n<script>`",
      file: "a`b|c.yaml",
      command: "ckptlab replay 'a`b|c.yaml'",
    } as const;
    const page = verifyMarkdown({ ...broken, parts: [{ ...part, violations: [violation] }] });
    expect(page).toContain("- **integrity**, a\\|b: one \\#\\# two \\| a \\| b \\| \\<script\\>\\`");
    expect(page).toContain("<code>a&#96;b&#124;c.yaml</code>");
    expect(page.match(/^#+ /gm)).toEqual(["## ", "### ", "### "]);
  });

  it("names the shard, and what was not taken", () => {
    const page = verifyMarkdown({
      ...heldVerification(),
      verdict: "undecided",
      shard: { number: 2, count: 4 },
      leftPieceCount: 30,
    });
    expect(page).toMatch(/^## ckptlab verify: ⚠️ undecided\n/);
    expect(page).toContain("Profile commit, shard 2/4, version 0.1.0: 10 of 40 pieces");
  });
});
