/**
 * Finds and starts the system's Chromium for the report's browser test and for screenshots. Nothing is downloaded:
 * CKPTLAB_CHROMIUM names the program, else the usual places are looked at.
 */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const USUAL_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The browser must ask for nothing by itself: the test counts requests, and a gate may run without a network. */
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @returns {string | undefined} the program, or undefined when there is none */
export function findChromium() {
  const named = process.env["CKPTLAB_CHROMIUM"];
  if (named !== undefined && named !== "") return existsSync(named) ? named : undefined;
  return USUAL_PLACES.find((place) => existsSync(place));
}

/**
 * @param {string} executablePath
 * @returns {Promise<import("playwright-core").Browser>}
 */
export function startChromium(executablePath) {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}
