/** A number to three digits. */
export const digits = (x: number): string =>
  Number.isFinite(x) ? (x >= 100 ? x.toFixed(0) : x === 0 ? "0" : x.toPrecision(3)) : "–";

/** Rows of cells as text, in columns: numbers flush right, what is named last flush left. */
export function table(rows: readonly (readonly string[])[]): string {
  const [first = []] = rows;
  const widths = first.map((_, c) => rows.reduce((n, row) => Math.max(n, (row[c] as string).length), 0));
  const line = (row: readonly string[]) =>
    row.map((x, c) => (c === row.length - 1 ? x : x.padStart(widths[c] as number))).join("  ");
  return rows.map(line).join("\n");
}
