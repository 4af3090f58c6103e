/** Every family draws scenarios that load: a hunt that stops at one that does not would look for nothing behind it. */
import { expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.ts";
import { FAMILIES } from "./strategies/families.ts";

const SEED_COUNT = 100;

it.each(FAMILIES)("each scenario of the family $name loads", ({ text }) => {
  const refused = Array.from({ length: SEED_COUNT }, (_, seed) => loadScenario(text(`zoo-${seed}`), "drawn"))
    .filter((loaded) => !loaded.ok)
    .map(({ error }) => `${error.field}: ${error.message}`);
  expect(refused).toEqual([]);
});
