/** The words of the page, in the sense in which the project uses them. */
import { html, lines } from "../html.ts";
import type { Html } from "../html.ts";

const WORDS: readonly (readonly [string, string])[] = [
  ["production server", "Runs the program and takes its checkpoints."],
  ["backup server", "Stores parts of checkpoints. Any of them may take over."],
  [
    "former",
    "Cuts checkpoints, computes parity and sends the parts out. It runs on the production server, on a backup server or on a server of its own.",
  ],
  ["mirror:c", "c whole copies on c servers. Always survives c − 1 lost servers."],
  ["stripe:k", "Cut over k servers with nothing added. Survives no loss."],
  ["parity:k+1", "Cut over k servers and one parity piece a group. Always survives one lost server."],
  ["rs:k+m", "Reed–Solomon: k pieces of data and m computed ones a group. Always survives m lost servers."],
  [
    "lrc:k,l,g",
    "k pieces of data, l computed from a part of them each, g from all. Always survives g + 1 lost servers; one lost piece is computed from its part alone.",
  ],
  ["group", "k pieces of data and the pieces computed from them, each on another server."],
  [
    "width",
    "How many servers a checkpoint is spread over: at least one a piece of a group (its own width); groups take turns when there are more.",
  ],
  ["durable", "Every server that the checkpoint is placed on has its part safely on disk."],
  ["restore", "A backup server collects what is left, checks it, puts it together and starts the program."],
  ["repair", "A server that lost its disk computes its own parts again from those of the others."],
  ["median, p99", "Half of the times, and 99 of 100 times, are not longer than this."],
  ["seed", "The number or word that all randomness of a run comes from; the same seed repeats the run."],
];

export function renderGlossary(): Html {
  const entries = WORDS.map(
    ([word, meaning]) =>
      html`<div>
        <dt>${word}</dt>
        <dd>${meaning}</dd>
      </div>`,
  );
  return html`<section id="glossary" aria-labelledby="glossary-title">
    <h2 id="glossary-title">Words</h2>
    <dl class="glossary">${lines(entries)}</dl>
  </section>`;
}
