/**
 * A picture of a report, for the README and for looking at it.
 *
 * Usage: node tools/screenshot.mjs REPORT.html OUT.png [--width 1280] [--height 900] [--full] [--dark]
 * `--full` takes the whole page instead of the first window. Exit code 64 for wrong usage, 1 when the page has an error.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { findChromium, startChromium } from "./chromium.mjs";

const USAGE = "node tools/screenshot.mjs REPORT.html OUT.png [--width N] [--height N] [--full] [--dark]";

/** @param {string} message @returns {never} */
function refuse(message) {
  console.error(`${message}\nusage: ${USAGE}`);
  process.exit(64);
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: "string", default: "1280" },
    height: { type: "string", default: "900" },
    full: { type: "boolean", default: false },
    dark: { type: "boolean", default: false },
  },
});
const [report, picture] = positionals;
if (report === undefined || picture === undefined || positionals.length > 2) refuse("Two files are needed.");
if (!existsSync(report)) refuse(`${report} does not exist.`);
const width = Number(options.width);
const height = Number(options.height);
if (!(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0)) {
  refuse("Width and height are whole numbers of pixels.");
}
const program = findChromium();
if (program === undefined) refuse("No Chromium was found; CKPTLAB_CHROMIUM names one.");

const browser = await startChromium(program);
try {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: options.dark ? "dark" : "light",
  });
  page.on("pageerror", (error) => {
    console.error(`error in the page: ${error.message}`);
    process.exitCode = 1;
  });
  await page.goto(pathToFileURL(path.resolve(report)).href);
  await page.screenshot({ path: picture, fullPage: options.full });
} finally {
  await browser.close();
}
