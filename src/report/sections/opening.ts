/** The top of the page: the verdict first, then what it is about for somebody who never saw the project. */
import type { CompareResult } from "../../verify/result.ts";
import { html, lines, NO_HTML } from "../html.ts";
import type { Html } from "../html.ts";
import { bytesText, counted } from "../number-words.ts";
import { distinctRows } from "../view.ts";

type Status = "held" | "broken" | "undecided" | "missed" | "nothing-run";

const STATUS_WORDS: Readonly<Record<Status, string>> = {
  held: "✓ Every promise held",
  broken: "✗ Broken",
  undecided: "? Undecided",
  missed: "! Threshold missed",
  "nothing-run": "? Nothing was run",
};

/** What comes before the verdict when it is not a good one. */
const ALARMS: Readonly<Record<Status, string>> = {
  held: "",
  broken: "A promise was broken.",
  undecided: "Not every run was decided.",
  missed: "A threshold of the scenario was missed.",
  "nothing-run": "",
};

/** The worst that the result says anywhere counts, so that no green page hides a broken run. */
function statusOf(result: CompareResult): Status {
  const violationCount = result.broken.reduce((sum, run) => sum + run.violations.length, 0);
  if (violationCount > 0 || result.promises.some((promise) => promise.brokenCount > 0)) return "broken";
  // A run that held nothing broken, and yet did not hold, ended before its promises could be judged.
  if (result.broken.length > 0 || result.rows.some((row) => row.brokenCount > 0)) return "undecided";
  if (result.thresholds.some((threshold) => !threshold.met)) return "missed";
  return result.runCount === 0 || result.rows.length === 0 ? "nothing-run" : "held";
}

/** The first sentence of a verdict is its heading; what follows stands below it. */
function splitVerdict(verdict: string): readonly [string, string] {
  const end = verdict.search(/[.!?] (?=\p{Lu})/u);
  return end < 0 ? [verdict, ""] : [verdict.slice(0, end + 1), verdict.slice(end + 2)];
}

export function renderOpening(result: CompareResult): Html {
  const status = statusOf(result);
  const [heading, rest] = splitVerdict(result.verdict);
  const alarm = ALARMS[status] === "" ? NO_HTML : html`<span class="alarm">${ALARMS[status]}</span> `;
  return html`<header class="opening ${status}">
    <p class="eyebrow"><strong>ckptlab</strong> · ${result.title}</p>
    <h1>${alarm}${heading}</h1>
    ${rest === "" ? NO_HTML : html`<p class="verdict">${rest}</p>`}
    <p class="status">
      <span class="chip">${STATUS_WORDS[status]}</span> ${evidence(result)}${linkToBroken(result)}
    </p>
  </header>`;
}

function linkToBroken(result: CompareResult): Html {
  return result.broken.length === 0 ? NO_HTML : html` <a href="#broken">See the runs.</a>`;
}

function evidence(result: CompareResult): Html {
  const restored = distinctRows(result.rows).reduce((sum, row) => sum + row.restoredCount, 0);
  const checked = result.promises.reduce((sum, promise) => sum + promise.checkedCount, 0);
  const sizes = [...new Set(result.rows.map((row) => row.imageBytes))].toSorted(
    (left, right) => left - right,
  );
  const smallest = sizes[0];
  const largest = sizes.at(-1);
  const size =
    smallest === undefined || largest === undefined
      ? ""
      : ` Checkpoints of ${smallest === largest ? bytesText(largest) : `${bytesText(smallest)} to ${bytesText(largest)}`}.`;
  return html`${counted(result.runCount, "simulated run")}, ${counted(restored, "restore")} that succeeded,
  ${counted(checked, "check")} of promises.${size}`;
}

export function renderMeaning(): Html {
  return html`<section id="meaning" aria-labelledby="meaning-title">
    <h2 id="meaning-title">What this is about</h2>
    <div class="lede">
      <p>
        A <b>checkpoint</b> is a copy of everything that a running program holds at one moment. The server
        that runs the program sends each checkpoint to a set of <b>backup servers</b>; when servers are lost,
        one of those left puts the newest checkpoint together again and goes on from it.
      </p>
      <p>
        <b>Mirroring</b> keeps whole copies, each on another server: nothing has to be put together, but every
        copy costs the whole checkpoint again. <b>Parity striping</b> cuts the checkpoint into pieces spread
        over k servers and adds one piece computed from them, from which any one lost piece can be computed
        again: one piece more instead of a whole copy, but a restore needs k servers to answer.
      </p>
      <p>
        This page shows what each of them costs and which losses it survives, measured by running the real
        code in a simulated cluster, with the <b>former</b> (the part that cuts, computes and sends) in each
        of its possible places.
      </p>
    </div>
  </section>`;
}

export function renderContents(entries: readonly { readonly id: string; readonly title: string }[]): Html {
  const items = entries.map((entry) => html`<li><a href="#${entry.id}">${entry.title}</a></li>`);
  return html`<nav aria-label="On this page">
    <ul>
      ${lines(items)}
    </ul>
  </nav>`;
}
