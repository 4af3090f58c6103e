/** One run of the command line, with the peak of its memory and the processor time as the process itself tells them at its end. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = new URL("../dist/cli/main.js", import.meta.url);

/** @param {readonly string[]} words */
export function measuredCommand(words) {
  const script =
    `process.on('exit',()=>process.stderr.write('USAGE '+JSON.stringify(process.resourceUsage())+'\\n'));` +
    `process.argv.splice(1,0,${JSON.stringify(fileURLToPath(cli))});await import(${JSON.stringify(cli.href)})`;
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", script, "--", ...words], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  const usage = JSON.parse(/USAGE (.*)/.exec(result.stderr)?.[1] ?? "{}");
  return {
    result,
    peakMib: (usage.maxRSS / 1024).toFixed(0),
    processorMs: (usage.userCPUTime + usage.systemCPUTime) / 1000,
  };
}
