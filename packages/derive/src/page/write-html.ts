import { mathml } from "../notation/mathml.ts";
import { text } from "../notation/text.ts";
import type { Equation, Page, Side } from "./page.ts";
import { writeReason, writeSide } from "./write.ts";

/** The page as one HTML file without scripts, in a light and a dark look. */

const style = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6577; --line: #dfe3ea; --paper: #fbfbfd; --card: #ffffff; --mark: #1d7a4f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --soft: #97a1b3; --line: #2b3240; --paper: #12151b; --card: #191d25; --mark: #6cd3a0; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-weight: 500; font-size: 2rem; margin: 0 0 1.5rem; }
h2 { font-size: 0.8rem; letter-spacing: 0.12em; text-transform: uppercase; color: var(--soft); margin: 2.25rem 0 0.75rem; }
.equation { display: grid; grid-template-columns: 2.5rem 1fr; gap: 0 0.75rem; padding: 0.7rem 1rem; margin-bottom: 0.6rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
.number { color: var(--soft); font-variant-numeric: tabular-nums; padding-top: 0.35rem; }
table { justify-self: start; border-spacing: 0; }
td { padding: 0.2rem 0.4rem 0.2rem 0; vertical-align: middle; white-space: nowrap; }
td.reason { color: var(--soft); font-size: 0.85rem; padding-left: 1.5rem; white-space: normal; }
.note { grid-column: 2; margin: 0.1rem 0 0; color: var(--soft); font-size: 0.85rem; }
.note::first-letter { color: inherit; }
.closing .equation { border-color: var(--mark); }
math { font-size: 1.1em; }
`;

const escaped = (x: string): string =>
  x.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const math = (content: string): string => `<math displaystyle="true">${content}</math>`;

function writeEquation({ number, left, equalities, notes }: Equation, { lettering }: Page): string {
  const side = (x: Side) => math(writeSide(x, mathml, lettering));
  const rows = equalities.map(
    ({ right, reason = [] }, i) =>
      `<tr><td>${i === 0 ? side(left) : ""}</td><td><math><mo>=</mo></math></td><td>${side(right)}</td><td class="reason">${writeReason(reason, mathml, lettering, escaped, (x) => `<math>${x}</math>`)}</td></tr>`,
  );
  const label = number === undefined ? "" : `(${number})`;
  const remarks = notes.map((note) => `<p class="note">${escaped(note)}</p>`);
  return `<div class="equation"><span class="number">${label}</span><table>${rows.join("\n")}</table>${remarks.join("")}</div>`;
}

export function writeHtml(page: Page): string {
  const title = escaped(writeSide(page.title, text, page.lettering));
  const sections = page.sections.map(({ heading, equations, notes }, i) => {
    const kind = i === page.sections.length - 1 ? ' class="closing"' : "";
    const remarks = notes.map((note) => `<p class="note">${escaped(note)}</p>`);
    return `<section${kind}>\n<h2>${heading}</h2>\n${[...equations.map((e) => writeEquation(e, page)), ...remarks].join("\n")}\n</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${math(writeSide(page.title, mathml, page.lettering))}</h1>
${sections.join("\n")}
</main>
</body>
</html>
`;
}
