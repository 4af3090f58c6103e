/** Bundles and runs of the engine program for tests: on this Node, as it is or with a difference planted into it. */
import { mkdtempSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { SourcePatch } from "../zoo/planted-build.ts";
import { buildEngineBundles, type EngineBundles } from "./bundle.ts";
import { readCorpus } from "./corpus.ts";
import { type Engine, thisEngine } from "./engines.ts";
import type { CaseReply, Job, JobCase } from "./job.ts";
import { runOnEngine } from "./run-engine.ts";

export const ROOT: string = path.resolve(fileURLToPath(import.meta.url), "../../..");

export function bundlesIn(folder: string, patch?: SourcePatch): Promise<EngineBundles> {
  return buildEngineBundles(ROOT, mkdtempSync(path.join(folder, "bundles-")), { patch, hasPage: false });
}

export const SQLITE_BASE64: string = readFileSync(
  path.join(ROOT, "node_modules/sql.js/dist/sql-wasm.wasm"),
).toString("base64");

export const CASES: readonly JobCase[] = readCorpus(ROOT).map(({ jobCase }) => jobCase);

/** The case of this name with its first seed. */
export function caseNamed(name: string): JobCase {
  const found = CASES.find((each) => each.name.startsWith(`${name}/`));
  if (found === undefined) throw new Error(`the corpus has no ${name}`);
  return found;
}

export async function runOne(
  folder: string,
  bundles: EngineBundles,
  jobCase: JobCase,
  engine: Engine = thisEngine(),
): Promise<CaseReply> {
  const job: Job = { cases: [jobCase], sqliteBase64: SQLITE_BASE64 };
  const { replies } = await runOnEngine(engine, job, { bundles, folder, isElsewhere: false });
  const [reply] = replies;
  if (reply === undefined) throw new Error("the engine gave no reply");
  return reply;
}
