/** A number to three digits. */
export const digits = (x: number): string =>
  Number.isFinite(x) ? (x >= 100 ? x.toFixed(0) : x === 0 ? "0" : x.toPrecision(3)) : "–";

/** Formats rows of cells in columns: the last one is aligned left, the others right. */
export function table(rows: readonly (readonly string[])[]): string {
  const [first = []] = rows;
  const widths = first.map((_, c) => rows.reduce((n, row) => Math.max(n, row[c]!.length), 0));
  const line = (row: readonly string[]) =>
    row.map((x, c) => (c === row.length - 1 ? x : x.padStart(widths[c]!))).join("  ");
  return rows.map(line).join("\n");
}
