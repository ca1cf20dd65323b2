import type { Row, Spread } from "./rows.ts";
import type { Verdict } from "./targets.ts";

const number = (value: number | null): string =>
  value === null ? "–" : value >= 1000 ? value.toFixed(0) : value.toPrecision(3);

const times = (ratio: Spread | null): string =>
  ratio === null ? "–" : ratio.map((r) => (r >= 100 ? r.toFixed(0) : r.toPrecision(2))).join(" – ");

export const rowHeader = ["work", "system", "median", "min", "× ours (min – median – max)", "note"];

export const rowCells = (row: Row): string[] => [
  row.work,
  row.system,
  row.median === null ? "–" : `${number(row.median)} ${row.unit}`,
  number(row.min),
  times(row.ratio),
  row.note,
];

export const targetHeader = [
  "work",
  "system",
  "target",
  "measured (min – median – max)",
  "verdict",
  "against",
];

export const targetCells = ({ target, ratio, verdict }: Verdict): string[] => [
  target.work,
  target.system,
  `≥ ${target.ratio}`,
  times(ratio),
  verdict,
  target.limit === undefined ? `the fastest of ${target.peers.join(", ")}` : `a limit of ${target.limit}`,
];

/** Columns of equal width, for a terminal. */
export function textTable(header: readonly string[], cells: readonly (readonly string[])[]): string {
  const lines = [header, ...cells];
  const widths = header.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function markdownTable(header: readonly string[], cells: readonly (readonly string[])[]): string {
  const line = (values: readonly string[]) =>
    `| ${values.map((value) => value.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...cells.map(line)].join("\n");
}
