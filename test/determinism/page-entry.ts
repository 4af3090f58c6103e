/** Entry for browsers: puts one function into the page. */
import { runJob } from "./engine-program.ts";
import type { Job, JobReply } from "./job.ts";

declare const navigator: { readonly userAgent: string };

function engineName(): string {
  const [, version = "?"] = /Chrom(?:e|ium)\/([\d.]+)/.exec(navigator.userAgent) ?? [];
  return `chromium ${version}`;
}

/** The page is asked in JSON, so that what crosses is the same as with a process. */
const ckptlabJob = async (jobText: string): Promise<string> => {
  const reply: JobReply = await runJob(JSON.parse(jobText) as Job, engineName());
  return JSON.stringify(reply);
};
Object.assign(globalThis, { ckptlabJob });
