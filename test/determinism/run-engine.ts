/**
 * Runs a job on an engine: as a process with a file for the job and one for the reply, or in a page of Chromium.
 *
 * Each engine but the first runs under another time zone and another language, so that a run that looks at them differs.
 */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startChromium } from "../../tools/chromium.mjs";
import type { EngineBundles } from "./bundle.ts";
import type { Engine, EngineRuntime } from "./engines.ts";
import type { Job, JobReply } from "./job.ts";

/** For the whole corpus on a loaded machine; a run that hangs ends here. */
const RUN_MS_MAX = 300_000;

/** Far from UTC, with half an hour; a language whose letters and order differ from English. */
const ELSEWHERE = { TZ: "Australia/Lord_Howe", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" };

const ARGUMENTS: Readonly<Record<Exclude<EngineRuntime, "chromium">, readonly string[]>> = {
  node: [],
  bun: ["run"],
  deno: ["run", "--allow-all", "--no-lock", "--no-config"],
};

export interface EngineRun {
  readonly bundles: EngineBundles;
  /** For the job and the reply of this run; nobody else writes there. */
  readonly folder: string;
  readonly isElsewhere: boolean;
}

/** Throws when the engine does not start, ends badly or leaves no reply; the message is for people. */
export function runOnEngine(engine: Engine, job: Job, run: EngineRun): Promise<JobReply> {
  return engine.runtime === "chromium" ? runInPage(engine, job, run) : runAsProcess(engine, job, run);
}

let jobCount = 0;

function runAsProcess(
  engine: Engine,
  job: Job,
  { bundles, folder, isElsewhere }: EngineRun,
): Promise<JobReply> {
  if (engine.runtime === "chromium") throw new Error("a browser is no process with files");
  jobCount += 1;
  const jobFile = path.join(folder, `${engine.id}-${jobCount}-job.json`);
  const replyFile = path.join(folder, `${engine.id}-${jobCount}-reply.json`);
  writeFileSync(jobFile, JSON.stringify(job));
  const argv = [...ARGUMENTS[engine.runtime], bundles.processFile, jobFile, replyFile];
  return new Promise((resolve, reject) => {
    const child = spawn(engine.program, argv, {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: RUN_MS_MAX,
      env: {
        ...process.env,
        ...(isElsewhere ? ELSEWHERE : {}),
        DENO_DIR: path.join(folder, "deno"),
        DENO_NO_UPDATE_CHECK: "1",
      },
    });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(JSON.parse(readFileSync(replyFile, "utf8")) as JobReply);
      else reject(new Error(`${engine.id} ended with ${signal ?? code}: ${errors.trim().slice(-500)}`));
    });
  });
}

async function runInPage(engine: Engine, job: Job, { bundles, isElsewhere }: EngineRun): Promise<JobReply> {
  const browser = await startChromium(engine.program);
  try {
    const context = await browser.newContext(
      isElsewhere ? { locale: "tr-TR", timezoneId: ELSEWHERE.TZ } : {},
    );
    const page = await context.newPage();
    page.setDefaultTimeout(RUN_MS_MAX);
    await page.addScriptTag({ path: bundles.pageFile });
    const reply = await page.evaluate(
      (jobText) => (globalThis as unknown as PageGlobals).ckptlabJob(jobText),
      JSON.stringify(job),
    );
    return JSON.parse(reply) as JobReply;
  } finally {
    await browser.close();
  }
}

interface PageGlobals {
  readonly ckptlabJob: (jobText: string) => Promise<string>;
}
