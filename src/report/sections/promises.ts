/** What was promised and how often it was checked, the runs that broke a promise, and stated thresholds. */
import type { CompareResult, PromiseId, ThresholdResult } from "../../verify/result.ts";
import { shownCommand } from "../command-words.ts";
import { html, lines, NO_HTML } from "../html.ts";
import type { Html } from "../html.ts";
import { counted, countText } from "../number-words.ts";
import { thresholdQuantity, thresholdValue } from "../threshold-words.ts";

const PROMISE_MEANINGS: Readonly<Record<PromiseId, string>> = {
  integrity:
    "The program is only ever started on exactly the bytes of one checkpoint: never altered, never mixed from two.",
  durability:
    "While no more servers are missing than the scheme survives, a restore gives the newest durable checkpoint or a newer one.",
  "output-commit": "No output that was released to the outside is forgotten by a restore.",
  fencing:
    "Once a restore has begun, the old production server can make nothing durable and release nothing that the restored state lacks.",
  decidability:
    "Every restore ends in bounded time as restored, refused with the reason, or waiting for named servers; never in wrong bytes, never in silence.",
  "redundancy-restored":
    "When faults stop, every kept checkpoint gets its full protection back, or the cluster says that it is degraded.",
  placement: "No two pieces of a group lie on one server, and every server used carries its part.",
  accounting: "Without faults, bytes stored and sent are exactly what the formula of the scheme says.",
  continuation: "A program started from a checkpoint ends in the state that an uninterrupted one ends in.",
  bounded: "Queues, retries, memory and messages stay below stated limits.",
};

export function renderPromises(result: CompareResult): Html {
  return html`<section id="promises" aria-labelledby="promises-title">
    <h2 id="promises-title">What was promised, and whether it held</h2>
    <p>
      Each promise has a checker that watched every run. “Not exercised” means that the runs gave it nothing
      to check.
    </p>
    <div class="scroller" role="region" tabindex="0" aria-label="Promises">
      <table class="promises">
        <caption>
          Promises over all runs
        </caption>
        <thead>
          <tr>
            <th scope="col">Promise</th>
            <th scope="col">What it says</th>
            <th scope="col">Result</th>
            <th scope="col" class="number">Runs held</th>
            <th scope="col" class="number">Runs broken</th>
            <th scope="col" class="number">Checks</th>
          </tr>
        </thead>
        <tbody>
          ${lines(result.promises.map(promiseLine))}
        </tbody>
      </table>
    </div>
    ${brokenRuns(result)} ${thresholds(result.thresholds)}
  </section>`;
}

function promiseLine(promise: CompareResult["promises"][number]): Html {
  const verdict =
    promise.brokenCount > 0
      ? html`<span class="bad">✗ broken</span>`
      : promise.checkedCount > 0
        ? html`<span class="good">✓ held</span>`
        : html`<span class="quiet">not exercised</span>`;
  return html`<tr>
    <th scope="row">${promise.id}</th>
    <td class="words">${PROMISE_MEANINGS[promise.id]}</td>
    <td class="words">${verdict}</td>
    <td>${countText(promise.heldCount)}</td>
    <td>${countText(promise.brokenCount)}</td>
    <td>${countText(promise.checkedCount)}</td>
  </tr>`;
}

function brokenRuns(result: CompareResult): Html {
  if (result.broken.length === 0) return NO_HTML;
  const runs = result.broken.map(
    (run) =>
      html`<li>
        <p>Seed <code>${run.seed}</code></p>
        <pre tabindex="0">${shownCommand(run.command)}</pre>
        ${violationList(run.violations)}
      </li>`,
  );
  return html`<div class="broken-runs" id="broken">
    <h3>Runs that broke a promise or stayed undecided</h3>
    <p>${counted(result.broken.length, "run")} shown: what was found, and the command that repeats it.</p>
    <ol>
      ${lines(runs)}
    </ol>
  </div>`;
}

function violationList(violations: readonly string[]): Html {
  if (violations.length === 0) return html`<p>It ended before its promises could be judged.</p>`;
  return html`<ul>
    ${violations.map((violation) => html`<li>${violation}</li>`)}
  </ul>`;
}

function thresholds(results: readonly ThresholdResult[]): Html {
  if (results.length === 0) return NO_HTML;
  const rows = results.map(
    (threshold) =>
      html`<tr>
        <th scope="row">${thresholdQuantity(threshold.name)} <code>${threshold.name}</code></th>
        <td>${thresholdValue(threshold.name, threshold.min)}</td>
        <td>${thresholdValue(threshold.name, threshold.max)}</td>
        <td>
          ${thresholdValue(
            threshold.name,
            threshold.value,
            [threshold.min, threshold.max].filter((limit) => limit !== undefined),
          )}
        </td>
        <td class="words">
          ${threshold.met ? html`<span class="good">✓ met</span>` : html`<span class="bad">✗ missed</span>`}
        </td>
      </tr>`,
  );
  return html`<h3>Thresholds of the scenario</h3>
    <div class="scroller" role="region" tabindex="0" aria-label="Thresholds">
      <table class="plain">
        <caption>
          What the scenario expects
        </caption>
        <thead>
          <tr>
            <th scope="col">Quantity</th>
            <th scope="col" class="number">At least</th>
            <th scope="col" class="number">At most</th>
            <th scope="col" class="number">Found</th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          ${lines(rows)}
        </tbody>
      </table>
    </div>`;
}
