/** A column of bars: a number for each row, or null for none. */
export interface Panel {
  readonly title: string;
  readonly values: readonly (number | null)[];
}

/** Sizes in pixels. */
const row = 22;
const top = 34;
const gap = 24;
const bar = { length: 150, height: 12 };
const label = 62;
/** The mean width of a character of a name. */
const character = 7;

const style = `
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.track { fill: #eaeef2 }
.bar { fill: #2f6feb }
.bad { fill: #cf222e }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .track { fill: #2d333b } .bar { fill: #6ea8fe } .bad { fill: #ff7b72 } }
`;

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => escapes[c]!);

/** Where a positive number is on a logarithmic axis of whole decades that holds all values: between 0 and 1. */
function axisOf(values: readonly (number | null)[]): (x: number) => number {
  const decades = values.flatMap((x) => (x !== null && x > 0 && x < Infinity ? [Math.log10(x)] : []));
  const low = Math.floor(decades.reduce((a, b) => Math.min(a, b), 0));
  const high = Math.max(low + 1, Math.ceil(decades.reduce((a, b) => Math.max(a, b), low)));
  return (x) => (Math.log10(x) - low) / (high - low);
}

const number = (x: number): string => String(Number(x.toFixed(1)));

/** The length of the bar of a value; one that is not finite fills the track. */
function lengthOf(value: number, at: (x: number) => number): number {
  if (!Number.isFinite(value)) return bar.length;
  return value > 0 ? Math.max(2, at(value) * bar.length) : 0;
}

/** The bar of one value on its track, with the number beside it. */
function drawBar(x: number, y: number, value: number, at: (x: number) => number): string {
  const rect = (look: string, length: number) =>
    `<rect class="${look}" x="${number(x)}" y="${number(y + (row - bar.height) / 2)}" width="${number(length)}" height="${bar.height}" rx="2"/>`;
  const [look, text] = Number.isFinite(value) ? ["bar", value.toPrecision(2)] : ["bad", String(value)];
  return [
    rect("track", bar.length),
    rect(look, lengthOf(value, at)),
    `<text x="${number(x + bar.length + 6)}" y="${number(y + row / 2 + 4)}">${text}</text>`,
  ].join("");
}

/** Columns of horizontal bars on logarithmic axes, one row for each name, as a self-contained SVG. */
export function barChart(title: string, names: readonly string[], panels: readonly Panel[]): string {
  const left = 16 + character * names.reduce((n, name) => Math.max(n, name.length), 0);
  const width = left + panels.length * (bar.length + label + gap);
  const height = top + names.length * row + 12;
  const columnAt = (p: number) => left + gap + p * (bar.length + label + gap);
  const rowAt = (i: number) => top + i * row;
  const heads = panels.map(
    (panel, p) => `<text class="title" x="${columnAt(p)}" y="20">${escaped(panel.title)}</text>`,
  );
  const labels = names.map(
    (name, i) => `<text x="12" y="${number(rowAt(i) + row / 2 + 4)}">${escaped(name)}</text>`,
  );
  const bars = panels.flatMap(({ values }, p) => {
    const at = axisOf(values);
    return values.flatMap((value, i) => (value === null ? [] : [drawBar(columnAt(p), rowAt(i), value, at)]));
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${style}</style>`,
    ...heads,
    ...labels,
    ...bars,
    "</svg>",
  ].join("\n");
}
