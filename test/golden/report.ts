import type { Result } from "./runner.ts";

const statuses = ["passed", "failed", "uncovered"] as const;

const count = (results: readonly Result[], status: Result["status"]): number =>
  results.filter((r) => r.status === status).length;

const line = (name: string, cells: readonly string[]): string =>
  name.padEnd(20) + cells.map((c) => c.padStart(17)).join("");

/** Counts by family and in total, with the largest error of the passed cases. */
export function countTable(families: ReadonlyMap<string, readonly Result[]>): string {
  const cells = (results: readonly Result[]) => {
    const passed = results.filter((r) => r.status === "passed").map((r) => r.error);
    return [
      ...statuses.map((s) => String(count(results, s))),
      passed.length > 0 ? passed.reduce((a, b) => Math.max(a, b), 0).toPrecision(2) : "–",
    ];
  };
  return [
    line("family", ["passed", "failed", "not yet covered", "error/tolerance"]),
    ...[...families].map(([name, results]) => line(name, cells(results))),
    line("total", cells([...families.values()].flat())),
  ].join("\n");
}

/** Each failing case with its largest error, in tolerances. */
export const failureLines = (results: readonly Result[]): string[] =>
  results
    .filter((r) => r.status === "failed")
    .map(
      (r) =>
        `${r.id}: ${r.text}${Number.isFinite(r.error) ? ` (${r.error.toPrecision(3)} × tolerance)` : ""}`,
    );

/** How many cases of each function no adapter covers. */
export function uncoveredCounts(results: readonly Result[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op, status } of results) if (status === "uncovered") counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

/** The functions that some case calls and no adapter covers, one line for each family that has any. */
export const uncoveredLines = (families: ReadonlyMap<string, readonly Result[]>): string[] =>
  [...families].flatMap(([name, results]) => {
    const ops = Object.keys(uncoveredCounts(results));
    return ops.length > 0 ? [`${name}: ${ops.join(" ")}`] : [];
  });
