import type { CanonicalGraph } from "../graph/canonicalize.ts";
import { formatLabel } from "../graph/print.ts";
import { type KernelCost, kernelCosts } from "../inspect/kernel-cost.ts";
import type { Buffer } from "../lower/ir/kernel.ts";
import { bytesOf, type Program } from "../lower/ir/program.ts";
import { digits, table } from "./text-table.ts";

/** The section on kernels, for a backend without a program. */
export const nodeByNode: readonly string[] = ["kernels", "none: the backend computes node by node"];

/** Counts equal texts, in the order of first occurrence. */
function countBy(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, 1 + (counts.get(text) ?? 0));
  return counts;
}

const megabytes = (bytes: number): string => digits(bytes / 1e6);

/** The number of buffers and their size. */
function sizeOf(buffers: Iterable<Buffer>): string {
  const list = [...new Set(buffers)];
  return `${list.length}, ${megabytes(list.reduce((sum, b) => sum + b.size * bytesOf[b.dtype], 0))} MB`;
}

const row = (cost: KernelCost, count: number): string[] => [
  `${count}`,
  digits(cost.flop / 1e6),
  megabytes(cost.read + cost.written),
  cost.name,
];

function overviewOfProgram(program: Program): string[] {
  const { offsets, bytes } = program.plan;
  const costs = kernelCosts(program).filter((cost) => cost !== null);
  const equal = new Map(costs.map((cost) => [JSON.stringify(cost), cost]));
  const counts = countBy(costs.map((cost) => JSON.stringify(cost)));
  return [
    "kernels",
    table([
      ["number", "MFLOP", "MB", "each"],
      ...[...equal].map(([key, cost]) => row(cost, counts.get(key)!)),
    ]),
    `${costs.length} kernels, ${digits(costs.reduce((sum, cost) => sum + cost.flop, 0) / 1e6)} MFLOP`,
    "",
    "memory",
    `inputs: ${sizeOf(program.inputs)}`,
    `scratch: ${sizeOf(offsets.keys())} in ${megabytes(bytes)} MB`,
    `outputs: ${sizeOf(program.outputs)}`,
  ];
}

/** Summarizes a graph, its kernels and its memory: counts of ops, one line for equal kernels, sizes. */
export function overview(graph: CanonicalGraph, program: Program | undefined): string {
  const ops = [...countBy(graph.items.map(({ op }) => op.name))].sort(([, a], [, b]) => b - a);
  const formulas = countBy(graph.items.flatMap(({ label }) => (label ? [formatLabel(label)] : [])));
  return [
    "graph",
    `${graph.items.length} nodes: ${ops.map(([name, count]) => `${count} ${name}`).join(", ")}`,
    ...[...formulas].map(([formula, count]) => `${count} × ${formula}`),
    "",
    ...(program ? overviewOfProgram(program) : nodeByNode),
  ].join("\n");
}
