import { target } from "../backend/wasm/target.ts";
import type { CanonicalGraph } from "../graph/canonicalize.ts";
import { type KernelCost, kernelCosts } from "../inspect/kernel-cost.ts";
import type { Buffer } from "../lower/ir/kernel.ts";
import { bytesOf } from "../lower/ir/program.ts";
import { lower } from "../lower/pipeline.ts";
import { digits, table } from "./text-table.ts";

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

function row(work: KernelCost, count: number): string[] {
  return [`${count}`, digits(work.flop / 1e6), megabytes(work.read + work.written), work.name];
}

/** A graph, its kernels and its memory in fewer lines than it has nodes: ops are counted, and equal kernels are one line. */
export function overview(structure: CanonicalGraph): string {
  const program = lower(structure, target);
  const { offsets, bytes } = program.plan;
  const works = kernelCosts(program).filter((w) => w !== null);
  const equal = countBy(works.map((w) => JSON.stringify(w)));
  const ops = [...countBy(structure.items.map(({ op }) => op.name))].sort(([, a], [, b]) => b - a);
  return [
    "graph",
    `${structure.items.length} nodes: ${ops.map(([name, count]) => `${count} ${name}`).join(", ")}`,
    "",
    "kernels",
    table([
      ["number", "MFLOP", "MB", "each"],
      ...[...equal].map(([work, count]) => row(JSON.parse(work), count)),
    ]),
    `${works.length} kernels, ${digits(works.reduce((sum, w) => sum + w.flop, 0) / 1e6)} MFLOP`,
    "",
    "memory",
    `inputs: ${sizeOf(program.inputs)}`,
    `scratch: ${sizeOf(offsets.keys())} in ${megabytes(bytes)} MB`,
    `outputs: ${sizeOf(program.outputs)}`,
  ].join("\n");
}
