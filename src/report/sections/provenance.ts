/** What was run, and the command that makes the page again. */
import type { CompareResult } from "../../verify/result.ts";
import { shownCommand } from "../command-words.ts";
import { html, lines } from "../html.ts";
import type { Html } from "../html.ts";
import { distinctRows } from "../view.ts";
import { bytesText, counted, countText } from "../number-words.ts";

export const RESULT_ELEMENT_ID = "ckptlab-result";

export function renderProvenance(result: CompareResult): Html {
  const { cluster } = result;
  const sizes = [...new Set(result.rows.map((row) => bytesText(row.imageBytes)))];
  const digestCount = distinctRows(result.rows).reduce((sum, row) => sum + row.digests.length, 0);
  const hasQuietRun = result.rows.some((row) => row.runCount > result.seedCount);
  const quiet = hasQuietRun
    ? ", and one run without faults, in which storage and the network of every checkpoint are counted"
    : "";
  const faults =
    cluster.faults.length === 0
      ? html`none`
      : html`<ul>
          ${cluster.faults.map((fault) => html`<li>${fault}</li>`)}
        </ul>`;
  const facts: readonly (readonly [string, Html])[] = [
    ["Scenario", html`${result.scenario} (${result.title})`],
    ["Scenario hash", html`<code>${result.scenarioHash}</code>`],
    [
      "Seed",
      html`<code>${result.seed}</code>, ${counted(result.seedCount, "seed")} for each line of the
        tables${quiet}`,
    ],
    ["Runs", html`${countText(result.runCount)}`],
    ["Version", html`ckptlab ${result.version}`],
    ["Production server", html`${cluster.production}`],
    ["Backup servers", html`${countText(cluster.backups.length)}: ${cluster.backups.join(", ")}`],
    ["Network", html`${cluster.network}`],
    ["Disks", html`${cluster.disk}`],
    ["Processors", html`${cluster.processor}`],
    ["Checkpoints", html`${cluster.protocol}`],
    ["Waiting times", html`${cluster.times}`],
    ["Program", html`${cluster.workload}`],
    ["Checkpoint size", html`${sizes.join(", ")}`],
    ["Faults in the runs", faults],
  ];
  return html`<section id="provenance" aria-labelledby="provenance-title">
    <h2 id="provenance-title">What was run, and how to run it again</h2>
    <p>
      All times and bytes of this page are of the simulated cluster. The same command with the same version
      gives the same events, the same bytes and the same numbers on any machine:
    </p>
    <pre tabindex="0">${shownCommand(result.command)}</pre>
    <dl class="facts">
      ${lines(
        facts.map(
          ([term, value]) =>
            html`<div>
              <dt>${term}</dt>
              <dd>${value}</dd>
            </div>`,
        ),
      )}
    </dl>
    <p class="note">
      Only this depends on the machine: the one that made this page took ${result.wallSeconds.toFixed(1)} s
      for the runs. All numbers of this page, and the ${counted(digestCount, "trace digest")} of its runs, are
      inside this file as JSON, in the element with the id <code>${RESULT_ELEMENT_ID}</code>.
    </p>
  </section>`;
}
