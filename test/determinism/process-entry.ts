/**
 * Entry for engines with processes and files: Node (also as a worker thread), Bun and Deno. Reads a job from the first
 * argument's file and writes the reply to the second's.
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { runJob } from "./engine-program.ts";
import type { Job } from "./job.ts";

interface OtherEngines {
  readonly Bun?: { readonly version: string };
  readonly Deno?: { readonly version: { readonly deno: string; readonly v8: string } };
}

function engineName(): string {
  const { Bun, Deno } = globalThis as OtherEngines;
  if (Bun !== undefined) return `bun ${Bun.version}`;
  if (Deno !== undefined) return `deno ${Deno.version.deno}, v8 ${Deno.version.v8}`;
  return `node ${process.versions.node}, v8 ${process.versions["v8"]}`;
}

const [jobFile, replyFile] = process.argv.slice(2);
if (jobFile === undefined || replyFile === undefined) throw new Error("usage: JOB REPLY");
const job = JSON.parse(readFileSync(jobFile, "utf8")) as Job;
writeFileSync(replyFile, JSON.stringify(await runJob(job, engineName())));
