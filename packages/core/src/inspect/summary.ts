import type { GraphNode } from "../graph/canonicalize.ts";
import { pointCount } from "../lower/ir/axes.ts";
import { buffersOf } from "../lower/ir/buffers.ts";
import type { Nest } from "../lower/ir/kernel.ts";
import type { Kernel } from "../lower/ir/program.ts";

/** The nodes that a kernel computes, in the order of the graph: from what it stores, but for constants, down to what it reads. */
function nodesOf(kernel: Kernel, items: readonly GraphNode[]): GraphNode[] {
  const stored =
    kernel.kind === "nest"
      ? kernel.loops
          .flatMap((l) => l.statements)
          .flatMap(({ store, value }) => (store && value.kind !== "const" ? [store.buffer.item] : []))
      : [kernel.out.item];
  const read = new Set(buffersOf(kernel).map((b) => b.item));
  const stack = [...stored];
  const found = new Set(stack);
  for (let i = stack.pop(); i !== undefined; i = stack.pop())
    for (const x of items[i]!.inputs)
      if (!found.has(x) && !read.has(x) && items[x]!.input < 0) {
        found.add(x);
        stack.push(x);
      }
  return [...found].sort((a, b) => a - b).map((i) => items[i]!);
}

/** The names of the ops of a kernel; movements and sources only if it has no others. */
function opNames(kernel: Kernel, items: readonly GraphNode[]): string {
  const all = nodesOf(kernel, items);
  const computing = all.filter(({ op }) => op.family !== "movement" && op.family !== "source");
  return [...new Set((computing.length > 0 ? computing : all).map(({ op }) => op.name))].join(", ") || "fill";
}

/** `64×(32 + 2·16)`: the number of rows, and the points of each loop, with equal neighbours counted. */
function formatLoops({ outerAxes, loops }: Nest): string {
  const runs: { readonly points: number; count: number }[] = [];
  for (const { axes } of loops) {
    const points = pointCount(axes);
    const last = runs.at(-1);
    if (last?.points === points) last.count++;
    else runs.push({ points, count: 1 });
  }
  const terms = runs.map(({ points, count }) => (count > 1 ? `${count}·${points}` : `${points}`));
  const each = terms.length > 1 ? `(${terms.join(" + ")})` : terms.join();
  return outerAxes.length > 0 ? `${pointCount(outerAxes)}×${each}` : terms.join(" + ");
}

/** A kernel in one line: `gemm 64×32×128`, `nest 64×3·32: amax, sub, exp, sum, div`. */
export function summary(kernel: Kernel, items: readonly GraphNode[]): string {
  if (kernel.kind === "gemm") {
    const batch = pointCount(kernel.batch);
    return `gemm ${batch > 1 ? `${batch} of ` : ""}${[kernel.ms, kernel.ns, kernel.ks].map(pointCount).join("×")}`;
  }
  const over = kernel.kind === "nest" ? formatLoops(kernel) : kernel.shape.join("×");
  return `${kernel.kind} ${over}: ${opNames(kernel, items)}`;
}
