/** The largest errors of a library in a dtype: for each row value and derivative, if it has the row. */
export interface Column {
  readonly name: string;
  readonly errors: readonly (readonly [value: number, derivative: number] | undefined)[];
}

const [left, top, rowHeight, width, right] = [90, 60, 15, 560, 20];
const colors = ["#1f77b4", "#17a398", "#e07b00", "#c23b6b"];
/** The decades of the axis; errors beyond are drawn at its ends. */
const [low, high] = [-1, 9];

const x = (error: number): number => {
  const decade = Math.log10(Math.max(error, 10 ** low));
  return left + ((Math.min(decade, high) - low) / (high - low)) * width;
};

/** An SVG of dots on a logarithmic axis: filled ones for values, rings for derivatives. */
export function plot(
  rows: readonly string[],
  columns: readonly Column[],
  goal: { readonly value: number; readonly derivative: number },
): string {
  const height = top + rows.length * rowHeight + 20;
  const y = (i: number) => top + (i + 0.5) * rowHeight;
  const bottom = top + rows.length * rowHeight;
  const decades = Array.from({ length: high - low + 1 }, (_, k) => low + k);
  const vertical = (at: number, style: string) =>
    `<line x1="${at}" y1="${top}" x2="${at}" y2="${bottom}" ${style}/>`;
  const grid = decades.map(
    (d) =>
      `${vertical(x(10 ** d), 'stroke="#8884"')}<text x="${x(10 ** d)}" y="${top - 6}" text-anchor="middle">${d === high ? "≥ " : ""}1e${d}</text>`,
  );
  const goals = [goal.value, goal.derivative].map((g) =>
    vertical(x(g), 'stroke="#2a2" stroke-dasharray="3 3"'),
  );
  const labels = rows.map(
    (name, i) =>
      `<text x="${left - 8}" y="${y(i) + 4}" text-anchor="end">${name}</text><line x1="${left}" y1="${y(i)}" x2="${left + width}" y2="${y(i)}" stroke="#8882"/>`,
  );
  const dots = columns.flatMap(({ errors }, k) =>
    errors.flatMap((pair, i) => {
      if (!pair) return [];
      const at = (error: number) => `cx="${x(error).toFixed(1)}" cy="${y(i)}"`;
      return [
        `<circle ${at(pair[0])} r="3" fill="${colors[k]}"/>`,
        `<circle ${at(pair[1])} r="4" fill="none" stroke="${colors[k]}" stroke-width="1.5"/>`,
      ];
    }),
  );
  const legend = columns.map(
    ({ name }, k) =>
      `<circle cx="${left + k * 150}" cy="18" r="4" fill="${colors[k]}"/><text x="${left + k * 150 + 9}" y="22">${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + right} ${height}" font-family="sans-serif" font-size="11">
<title>The largest errors by row, in ulp</title>
<style>text { fill: #222 } @media (prefers-color-scheme: dark) { text { fill: #ddd } }</style>
${legend.join("\n")}
<text x="${left}" y="38">largest error in ulp; ● value, ○ first derivative; dashed: the goals</text>
${[...grid, ...goals, ...labels, ...dots].join("\n")}
</svg>
`;
}
