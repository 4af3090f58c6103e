/**
 * The page in a real browser: opened from disk, without a network, in light, dark and narrow windows.
 * Skipped, with the reason in its title, where no Chromium is found.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { build } from "esbuild";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderReport } from "../../src/report/render.ts";
import { findChromium, startChromium } from "../../tools/chromium.mjs";
import type { CompareResult } from "../../src/verify/result.ts";
import { fixtureResult } from "./fixture.ts";

const CLIENT_ENTRY = fileURLToPath(new URL("../../src/report/client/main.ts", import.meta.url));
const CHART_COUNT = 16;

/** Chromium's advice about this test's own reading of pixels. */
const OWN_READING = "Canvas2D: Multiple readback operations";

/** axe-core reads every cell of every table; on a busy machine that takes a while. */
const AXE_TIMEOUT_MS = 120_000;

const chromium = findChromium();
const title =
  chromium === undefined
    ? "the page in a browser (skipped: no Chromium found; CKPTLAB_CHROMIUM names one)"
    : "the page in a browser";

/** The options of tools/build.mjs, with the output kept in memory. */
async function bundleClient(): Promise<string> {
  const bundle = await build({
    entryPoints: [CLIENT_ENTRY],
    write: false,
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "inline",
    logLevel: "warning",
  });
  return bundle.outputFiles[0]?.text ?? "";
}

/** The fixture with rows that are declustered over the common width. */
function declusteredResult(): CompareResult {
  const result = fixtureResult();
  const declustered = result.rows
    .filter(({ widthKind }) => widthKind === "common")
    .map((row) => ({ ...row, widthKind: "declustered" as const }));
  return { ...result, rows: [...result.rows, ...declustered] };
}

interface Opened {
  readonly page: Page;
  /** Console errors, refused loads and uncaught exceptions. */
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

/** Functions handed to the page run there; the names of the browser's globals are not known here. */
interface CanvasState {
  readonly id: string;
  readonly isVisible: boolean;
  readonly pointCount: number;
  readonly colourCount: number;
}

const READ_CANVASES = `[...document.querySelectorAll("canvas")].map((canvas) => {
  const { width, height } = canvas;
  const colours = new Set();
  if (width > 0 && height > 0) {
    const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
    for (const pixel of pixels) if (pixel >>> 24 !== 0) colours.add(pixel);
  }
  return {
    id: canvas.id,
    isVisible: canvas.checkVisibility(),
    pointCount: Number(canvas.dataset.points ?? 0),
    colourCount: colours.size,
  };
})`;

/** The colour that the style sheet gives the bars, and how many pixels of the first chart have it. */
const COUNT_BAR_COLOUR = `(() => {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--colour-place-any").trim();
  probe.fillRect(0, 0, 1, 1);
  const wanted = new Uint32Array(probe.getImageData(0, 0, 1, 1).data.buffer)[0];
  const canvas = document.getElementById("storage-own");
  const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return [wanted, pixels.reduce((count, pixel) => count + (pixel === wanted ? 1 : 0), 0)];
})()`;

/** All rules take seconds on this many cells; a dark page can differ in colours only, a narrow one in structure only. */
type AxeRules = "all" | "colours" | "structure";

async function violationsOf(
  page: Page,
  rules: AxeRules,
  parts: readonly string[] = [],
): Promise<readonly string[]> {
  let axe = new AxeBuilder({ page });
  if (rules === "colours") axe = axe.withRules(["color-contrast"]);
  if (rules === "structure") axe = axe.disableRules(["color-contrast"]);
  for (const part of parts) axe = axe.include(part);
  const { violations, passes } = await axe.analyze();
  // A check that looked at nothing must not pass.
  expect(passes.length).toBeGreaterThan(0);
  return violations.map(
    (violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`,
  );
}

describe.skipIf(chromium === undefined)(title, () => {
  let folder = "";
  let browser: Browser | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "ckptlab-report-"));
    const client = await bundleClient();
    writeFileSync(path.join(folder, "held.html"), renderReport(fixtureResult(), client));
    writeFileSync(path.join(folder, "without-script.html"), renderReport(fixtureResult(), ""));
    writeFileSync(path.join(folder, "declustered.html"), renderReport(declusteredResult(), client));
    writeFileSync(
      path.join(folder, "broken.html"),
      renderReport(
        fixtureResult({
          title: "</script><script>document.title = 'taken over'</script>",
          broken: [
            { seed: "s/1", command: "ckptlab run x --seed s/1", violations: ["</pre><b>b3</b> lost it"] },
          ],
          thresholds: [{ name: "restoreMsP99", value: 612.5, min: undefined, max: 500, met: false }],
        }),
        client,
      ),
    );
    browser = await startChromium(chromium ?? "");
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string, options: BrowserContextOptions = {}): Promise<Opened> {
    if (browser === undefined) throw new Error("the browser was not started");
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => {
      const isComplaint = message.type() === "error" || message.type() === "warning";
      if (isComplaint && !message.text().startsWith(OWN_READING)) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    context.on("requestfailed", (request) => complaints.push(request.url()));
    context.on("request", (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(path.join(folder, name)).href);
    return { page, complaints, requests };
  }

  async function canvases(page: Page): Promise<readonly CanvasState[]> {
    return (await page.evaluate(READ_CANVASES)) as readonly CanvasState[];
  }

  test.each([
    { name: "light", rules: "all", options: { colorScheme: "light" } },
    { name: "dark", rules: "colours", options: { colorScheme: "dark" } },
    { name: "narrow", rules: "structure", options: { viewport: { width: 400, height: 900 } } },
  ] satisfies readonly { name: string; rules: AxeRules; options: BrowserContextOptions }[])(
    "$name: no error, no request but the file, every chart drawn, no accessibility violation",
    async ({ options, rules }) => {
      const { page, complaints, requests } = await open("held.html", options);
      const states = await canvases(page);
      expect(states).toHaveLength(CHART_COUNT);
      for (const state of states) {
        expect(state.isVisible, state.id).toBe(true);
        expect(state.pointCount, state.id).toBeGreaterThanOrEqual(7);
        // Axis, grid, text and at least one bar: a blank canvas has none of them.
        expect(state.colourCount, state.id).toBeGreaterThan(4);
      }
      // Seven schemes: one storage bar; two legs and three places; three places; four numbers of losses.
      expect(states.map((state) => state.pointCount)).toStrictEqual([
        7, 7, 42, 42, 21, 21, 21, 21, 21, 21, 21, 21, 21, 21, 28, 28,
      ]);
      const sideways = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(sideways).toBeLessThanOrEqual(0);
      expect(complaints).toStrictEqual([]);
      expect(requests).toStrictEqual([page.url()]);
      expect(await violationsOf(page, rules)).toStrictEqual([]);
      await page.context().close();
    },
    AXE_TIMEOUT_MS,
  );

  test("bars are drawn in the colours of the page, in light and in dark, and change with the reader's setting", async () => {
    const { page, complaints } = await open("held.html", { colorScheme: "light" });
    const [lightColour, lightCount] = (await page.evaluate(COUNT_BAR_COLOUR)) as [number, number];
    await page.emulateMedia({ colorScheme: "dark" });
    // The browser tells the page of the change in its own time; a page that never draws anew fails by time-out.
    // Asked from here: the page's content policy forbids it to evaluate text by itself.
    await expect
      .poll(async () => ((await page.evaluate(COUNT_BAR_COLOUR)) as [number, number])[1], { timeout: 10_000 })
      .toBeGreaterThan(5_000);
    const [darkColour, darkCount] = (await page.evaluate(COUNT_BAR_COLOUR)) as [number, number];
    expect(lightCount).toBeGreaterThan(5_000);
    expect(darkCount).toBeGreaterThan(5_000);
    expect(darkColour).not.toBe(lightColour);
    expect(complaints).toStrictEqual([]);
    await page.context().close();
  });

  test("longer bars stand for larger values", async () => {
    const { page } = await open("held.html");
    const lengths = (await page.evaluate(`(() => {
      const canvas = document.getElementById("storage-own");
      const probe = document.createElement("canvas").getContext("2d");
      probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--colour-place-any").trim();
      probe.fillRect(0, 0, 1, 1);
      const wanted = new Uint32Array(probe.getImageData(0, 0, 1, 1).data.buffer)[0];
      const { width, height } = canvas;
      const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
      const rows = [];
      for (let y = 0; y < height; y += 1) {
        let count = 0;
        for (let x = 0; x < width; x += 1) if (pixels[y * width + x] === wanted) count += 1;
        rows.push(count);
      }
      const bars = [];
      let longest = 0;
      for (const count of [...rows, 0]) {
        if (count > 20) longest = Math.max(longest, count);
        else if (longest > 0) { bars.push(longest); longest = 0; }
      }
      return bars;
    })()`)) as number[];
    const stored = fixtureResult()
      .rows.filter((row) => row.widthKind === "own" && row.former === "production")
      .map((row) => row.storedBytesPerImageByte);
    expect(lengths).toHaveLength(stored.length);
    const pixelsPerUnit = (lengths[1] ?? 0) / (stored[1] ?? 1);
    stored.forEach((value, index) => {
      expect(Math.abs((lengths[index] ?? 0) - value * pixelsPerUnit)).toBeLessThan(4);
    });
    await page.context().close();
  });

  test(
    "declustered rows have a panel of their own in every chart, drawn like the others",
    async () => {
      const { page, complaints } = await open("declustered.html", { viewport: { width: 400, height: 900 } });
      const states = await canvases(page);
      const own = states.filter(({ id }) => id.endsWith("-declustered"));
      const schemes = new Set(
        declusteredResult().rows.flatMap((row) => (row.widthKind === "declustered" ? [row.scheme] : [])),
      );
      expect(own).toHaveLength(CHART_COUNT / 2);
      expect(states).toHaveLength(CHART_COUNT + own.length);
      for (const state of own) {
        expect(state.isVisible, state.id).toBe(true);
        expect(state.colourCount, state.id).toBeGreaterThan(4);
        const beside = states.find(({ id }) => id === state.id.replace("declustered", "own"));
        // A chart has equally many values of each scheme in every panel.
        expect(state.pointCount, state.id).toBe(((beside?.pointCount ?? 0) / 7) * schemes.size);
      }
      const captions = await page.locator("figure figcaption, figure h3, h3, h4").allInnerTexts();
      expect(captions.filter((text) => /declustered over width 8/i.test(text)).length).toBeGreaterThanOrEqual(
        own.length,
      );
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      expect(complaints).toStrictEqual([]);
      expect(await violationsOf(page, "structure")).toStrictEqual([]);
      await page.context().close();
    },
    AXE_TIMEOUT_MS,
  );

  test("without scripts the tables say everything and no empty frame is shown", async () => {
    const { page } = await open("held.html", { javaScriptEnabled: false });
    expect(await page.locator("table:visible").count()).toBe(CHART_COUNT + 2);
    expect(await page.locator("figure:visible").count()).toBe(0);
    expect(await page.locator("caption:visible").allInnerTexts()).toContain(
      "Bytes stored for each byte of the checkpoint",
    );
    await page.context().close();
  });

  test("the check for drawn charts notices a page whose script is missing", async () => {
    const { page } = await open("without-script.html");
    for (const state of await canvases(page)) {
      expect(state).toMatchObject({ isVisible: false, pointCount: 0, colourCount: 0 });
    }
    await page.context().close();
  });

  test(
    "a page about a broken promise is accessible too, and a title with a closing tag runs nothing",
    async () => {
      const { page, complaints } = await open("broken.html", { colorScheme: "dark" });
      expect(await page.title()).toContain("</script><script>document.title = 'taken over'</script>");
      expect(await page.locator("h1").innerText()).toMatch(/^A promise was broken/);
      expect(await page.locator("#broken").innerText()).toContain("</pre><b>b3</b> lost it");
      expect(complaints).toStrictEqual([]);
      expect(await violationsOf(page, "all", [".opening", "#promises"])).toStrictEqual([]);
      await page.context().close();
    },
    AXE_TIMEOUT_MS,
  );

  test("printing draws the charts in the light colours and brings the reader's back afterwards", async () => {
    const { page, complaints } = await open("held.html", { colorScheme: "dark" });
    const [darkColour] = (await page.evaluate(COUNT_BAR_COLOUR)) as [number, number];
    await page.evaluate(`dispatchEvent(new Event("beforeprint"))`);
    const [printColour, printCount] = (await page.evaluate(COUNT_BAR_COLOUR)) as [number, number];
    expect(printColour).not.toBe(darkColour);
    expect(printCount).toBeGreaterThan(5_000);
    await page.evaluate(`dispatchEvent(new Event("afterprint"))`);
    expect(((await page.evaluate(COUNT_BAR_COLOUR)) as [number, number])[0]).toBe(darkColour);
    const printed = await page.pdf();
    expect(printed.length).toBeGreaterThan(20_000);
    expect(await page.evaluate(`document.documentElement.classList.contains("as-printed")`)).toBe(false);
    expect(complaints).toStrictEqual([]);
    await page.context().close();
  });
});
