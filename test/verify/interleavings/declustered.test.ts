/** A bug that only declustered groups show, planted into the core's source text: the configuration that was made for it finds it. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { removeFolder, scratchFolder } from "../../scratch-folder.ts";
import { buildPlanted, type SourcePatch } from "../../zoo/planted-build.ts";
import type * as Bundled from "./bundled-exploration.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const folder = scratchFolder(ROOT, "declustered");
afterAll(() => removeFolder(folder));

/** A restorer asks for members where they would lie if the placement were rotated. */
const FETCHED_AS_IF_ROTATED: SourcePatch = {
  id: "fetched-as-if-rotated",
  file: "src/core/protocol/restorer-fetch.ts",
  replacements: [
    {
      find: `open.states[member] = "asked";
    const placed = manifest.placement[positionOfMember(layout, open.group, member)];`,
      replace: `open.states[member] = "asked";
    const placed = manifest.placement[(open.group + member) % layout.width];`,
    },
  ],
};

describe("a declustered placement in every order of messages", () => {
  it("shows a bug that rotated ones hide", { timeout: 120_000 }, async () => {
    const outfile = path.join(folder, "planted.mjs");
    const entryPoints = [path.join(ROOT, "test/verify/interleavings/bundled-exploration.ts")];
    const options = { entryPoints, outfile, platform: "node", format: "esm", packages: "external" } as const;
    await buildPlanted(ROOT, FETCHED_AS_IF_ROTATED, options);
    const { hunt, outcomeOf } = (await import(pathToFileURL(outfile).href)) as typeof Bundled;
    expect(hunt("diskLoss")).toBeUndefined();
    const found = hunt("declusteredLoss");
    expect(found?.promise).toBe("durability");
    expect(outcomeOf(found?.text ?? "")).toBe("breaks-again");
  });
});
