/**
 * The style sheet of the report: fonts of the reader's system, one column of text, two panels a section where there is
 * room, dark and light from the reader's setting, and a light print.
 *
 * Colours of data were chosen to be told apart by lightness too, so that they work without colour vision. The names
 * `--colour-*` are those of chart-model.ts. The class `as-printed` on the root forces the light set.
 */

const LIGHT = `
  color-scheme: light;
  --page: #ffffff; --raised: #f5f7fa; --ink: #16202c; --quiet: #4a5868; --line: #d5dce4; --rule: #e8ecf1;
  --link: #0b57a4; --good: #0a6640; --good-tint: #e3f4ea; --bad: #a8071a; --bad-tint: #fdeaea; --warn: #7a4b00; --warn-tint: #fdf1d8;
  --mark: #dff0e7; --mark-ink: #0a5234;
  --colour-place-any: #12436d; --colour-place-production: #12436d; --colour-place-backup: #28a197; --colour-place-dedicated: #d0699f;
  --colour-phase-former: #f0802f; --colour-phase-servers: #12436d;
  --colour-loss-1: #12436d; --colour-loss-2: #2f7fb8; --colour-loss-3: #6fb1dc; --colour-loss-4: #a9cde6;`;

const DARK = `
  color-scheme: dark;
  --page: #10161d; --raised: #18212b; --ink: #e6ebf1; --quiet: #a9b6c4; --line: #33414f; --rule: #25303c;
  --link: #85bdf5; --good: #6fd3a0; --good-tint: #12301f; --bad: #ff9b9b; --bad-tint: #3b1518; --warn: #f2c46d; --warn-tint: #352709;
  --mark: #173c2b; --mark-ink: #a6ecc8;
  --colour-place-any: #6ea8dc; --colour-place-production: #6ea8dc; --colour-place-backup: #3fd0c0; --colour-place-dedicated: #f0a3cb;
  --colour-phase-former: #ff9f5a; --colour-phase-servers: #5f9bd3;
  --colour-loss-1: #cfe5f7; --colour-loss-2: #8fc0e8; --colour-loss-3: #5591c4; --colour-loss-4: #3a6a97;`;

export const STYLE: string = `
:root {${LIGHT}
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) { :root:not(.as-printed) {${DARK}
} }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; border-top: .35rem solid var(--line); background: var(--page); color: var(--ink); font: 1rem/1.55 var(--sans); }
header, main, footer { max-width: 80rem; margin-inline: auto; padding-inline: clamp(1rem, 3vw, 2.5rem); }
p { max-width: 46rem; margin: 0 0 .75rem; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h2 { font-size: 1.4rem; margin: 0 0 .75rem; letter-spacing: -.01em; }
h3 { font-size: 1rem; margin: 0 0 .75rem; }
a { color: var(--link); text-underline-offset: .15em; }
code, pre { font-family: var(--mono); font-size: .875em; }
code { overflow-wrap: anywhere; }
pre { margin: 0 0 1rem; padding: .75rem 1rem; overflow-x: auto; background: var(--raised); border: 1px solid var(--line); border-radius: .5rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
section { padding-block: 2rem; border-top: 1px solid var(--rule); }

body:has(> .held) { border-color: var(--good); }
body:has(> .broken) { border-color: var(--bad); }
body:has(> .missed), body:has(> .undecided) { border-color: var(--warn); }
.opening { padding-block: clamp(1.5rem, 4vw, 3rem) 1.5rem; }
.eyebrow { margin: 0 0 1rem; color: var(--quiet); font-size: .9rem; }
.eyebrow strong { color: var(--ink); }
.opening h1 { max-width: 60rem; margin: 0 0 1rem; font-size: clamp(1.35rem, 1rem + 1.6vw, 2rem); letter-spacing: -.015em; }
.alarm { display: block; color: var(--bad); }
.missed .alarm, .undecided .alarm { color: var(--warn); }
.verdict { max-width: 60rem; margin-bottom: 1rem; font-size: clamp(1.05rem, .95rem + .5vw, 1.25rem); line-height: 1.5; }
.status { max-width: none; color: var(--quiet); font-size: .95rem; }
.chip { display: inline-block; margin-right: .4rem; padding: .1rem .65rem; border-radius: 1rem; font-weight: 600; background: var(--good-tint); color: var(--good); }
.broken .chip { background: var(--bad-tint); color: var(--bad); }
.missed .chip, .undecided .chip, .nothing-run .chip { background: var(--warn-tint); color: var(--warn); }
.lede { display: grid; gap: .5rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }

nav { margin-bottom: 2rem; padding: .5rem 0; border-block: 1px solid var(--rule); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; padding: 0; list-style: none; font-size: .9rem; }
nav + section { border-top: 0; padding-top: 0; }

.label { display: inline-block; margin-right: .35rem; color: var(--quiet); font-size: .72rem; font-weight: 600; letter-spacing: .06em; text-transform: uppercase; }
.explanation { display: grid; gap: .25rem 3rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
.finding { font-size: 1.05rem; font-weight: 600; }
.context { display: block; color: var(--quiet); font-size: .85rem; font-weight: 400; }
.finding .label, .reading .label { display: block; margin: 0; }
.reading, .note { color: var(--quiet); font-size: .9rem; }
.remarks { margin: 0 0 .75rem; padding-left: 1.1rem; }
.panels { display: grid; gap: 1.5rem; margin-top: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); }
.panel h3 + .note { margin: -.5rem 0 .75rem; }
.panel { min-width: 0; padding: 1.1rem 1.1rem .5rem; border: 1px solid var(--line); border-radius: .6rem; }
figure { margin: 0 0 1rem; }
.plot { position: relative; height: calc(var(--bars) * .95rem + 2.5rem); }
.legend { display: flex; flex-wrap: wrap; gap: .15rem 1rem; margin: 0 0 .4rem; padding: 0; list-style: none; color: var(--quiet); font-size: .82rem; }
figcaption { color: var(--quiet); font-size: .82rem; text-align: center; }
/* With the plot comes its caption, so the same words are not shown again over the table. */
figure:not([hidden]) + .scroller caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.swatch { display: inline-block; width: .7rem; height: .7rem; margin-right: .4rem; border-radius: 2px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }

.scroller { margin-bottom: .75rem; overflow-x: auto; }
.scroller { position: relative; }
table { width: 100%; border-collapse: collapse; font-size: .8rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
caption span { position: sticky; left: 0; }
caption { padding-bottom: .4rem; color: var(--quiet); text-align: left; }
th, td { padding: .28rem .38rem; text-align: left; vertical-align: top; }
th:last-child, td:last-child { padding-right: .1rem; }
td, th.number { text-align: right; }
.panel th, .panel td { padding-inline: .3rem; }
thead th:first-child, tbody th.scheme, .promises tbody th, .plain tbody th, .panel thead th:first-child, .panel tbody th.scheme { padding-left: 0; }
td { white-space: nowrap; }
td.words { text-align: left; white-space: normal; }
td small { display: block; color: var(--quiet); font-size: .9em; }
thead th { vertical-align: bottom; border-bottom: 1px solid var(--line); color: var(--quiet); font-weight: 600; }
tbody th { font-weight: 400; white-space: nowrap; }
tbody th.scheme, thead th:first-child { position: sticky; z-index: 1; left: 0; background: var(--page); }
tbody th.scheme { font-weight: 600; }
tbody { border-bottom: 1px solid var(--rule); }
tbody:last-child { border-bottom: 0; }
#glance table { font-size: .95rem; }
#glance td, #glance th { padding: .4rem .75rem .4rem 0; text-align: left; }
#glance th.scheme { padding-right: 1.5rem; }
#glance td:nth-last-child(-n+5) { width: 14%; }
.meter { display: block; width: calc(var(--share) * 100%); min-width: 1px; height: .3rem; margin-top: .2rem; border-radius: 0 .15rem .15rem 0; background: var(--colour-place-any); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.promises td.words { min-width: 6rem; }
.promises td:nth-child(2) { min-width: 17rem; }
.promises tr + tr > * { border-top: 1px solid var(--rule); }
mark { padding: .05rem .35rem; margin-left: -.35rem; border-radius: .3rem; background: var(--mark); color: var(--mark-ink); font-weight: 600; }
.good { color: var(--good); font-weight: 600; white-space: nowrap; }
.bad { color: var(--bad); font-weight: 600; white-space: nowrap; }
.quiet { color: var(--quiet); white-space: nowrap; }
.broken-runs { margin: 1rem 0; padding: 1rem 1.25rem; border: 1px solid var(--bad); border-radius: .6rem; background: var(--bad-tint); }
.broken-runs h3 { color: var(--bad); }

dl { margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
dd ul { margin: 0; padding-left: 1.1rem; }
.facts > div { display: grid; grid-template-columns: minmax(8rem, 12rem) 1fr; gap: 0 1rem; padding: .3rem 0; border-bottom: 1px solid var(--rule); }
.facts { margin-bottom: 1rem; font-size: .95rem; }
.glossary { display: grid; gap: .6rem 2rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); font-size: .92rem; }
.glossary dd { color: var(--quiet); }
footer { padding-block: 1.5rem 3rem; color: var(--quiet); font-size: .85rem; }

@media (min-width: 64rem) { .lede { grid-template-columns: 1fr 1.6fr .95fr; } }
/* Where a table is wider than its frame, a shadow at the edge says that there is more. */
@media (max-width: 60rem) {
  .scroller {
    background:
      linear-gradient(to right, var(--page), transparent) left / 2rem 100% no-repeat local,
      linear-gradient(to left, var(--page), transparent) right / 2rem 100% no-repeat local,
      linear-gradient(to right, var(--line), transparent) left / .8rem 100% no-repeat scroll,
      linear-gradient(to left, var(--line), transparent) right / .8rem 100% no-repeat scroll;
  }
}
@media (max-width: 36rem) {
  .panel { padding: .9rem .75rem .25rem; }
  .facts > div { grid-template-columns: 1fr; }
  caption span { display: inline-block; max-width: calc(100vw - 3rem); }
}
@media print {
  body { font-size: 10pt; }
  nav { display: none; }
  .panel, figure, tr { break-inside: avoid; }
  h2, h3, .finding { break-after: avoid; }
  .scroller { overflow: visible; }
}
`;
