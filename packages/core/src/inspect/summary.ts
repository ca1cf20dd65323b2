import type { GraphNode } from "../graph/canonicalize.ts";
import { buffersOf } from "../lower/ir/buffers.ts";
import type { Nest } from "../lower/ir/kernel.ts";
import type { Kernel } from "../lower/ir/program.ts";

/** The items that a kernel works out, in the order of the graph: what it stores but for constants, down to what it reads. */
function itemsOf(kernel: Kernel, items: readonly GraphNode[]): GraphNode[] {
  const stored =
    kernel.kind === "nest"
      ? kernel.loops
          .flatMap((l) => l.statements)
          .flatMap(({ store, value }) => (store && value.kind !== "const" ? [store.buffer.item] : []))
      : [kernel.out.item];
  const read = new Set(buffersOf(kernel).map((b) => b.item));
  const stack = [...stored];
  const met = new Set(stack);
  for (let i = stack.pop(); i !== undefined; i = stack.pop())
    for (const x of (items[i] as GraphNode).inputs)
      if (!met.has(x) && !read.has(x) && (items[x] as GraphNode).input < 0) {
        met.add(x);
        stack.push(x);
      }
  return [...met].sort((a, b) => a - b).map((i) => items[i] as GraphNode);
}

/** Names of the ops that a kernel does; movements are only told where there is nothing else. */
function opNames(kernel: Kernel, items: readonly GraphNode[]): string {
  const done = itemsOf(kernel, items);
  const working = done.filter(({ op }) => op.family !== "movement" && op.family !== "source");
  return [...new Set((working.length > 0 ? working : done).map(({ op }) => op.name))].join(", ") || "fill";
}

const product = (axes: readonly { readonly size: number }[]): number => axes.reduce((n, x) => n * x.size, 1);

/** `64×(32 + 2·16)`: rows, and the points of the loops that run for each, equal neighbours counted. */
function extent({ outerAxes, loops }: Nest): string {
  const runs: { readonly points: number; count: number }[] = [];
  for (const { axes } of loops) {
    const points = product(axes);
    const last = runs.at(-1);
    if (last?.points === points) last.count++;
    else runs.push({ points, count: 1 });
  }
  const terms = runs.map(({ points, count }) => (count > 1 ? `${count}·${points}` : `${points}`));
  const each = terms.length > 1 ? `(${terms.join(" + ")})` : terms.join();
  return outerAxes.length > 0 ? `${product(outerAxes)}×${each}` : terms.join(" + ");
}

/** A kernel in one line: `product 64×32×128`, `nest 64×3·32: amax, sub, exp, sum, div`. */
export function summary(kernel: Kernel, items: readonly GraphNode[]): string {
  if (kernel.kind === "product") {
    const batch = product(kernel.batch);
    return `product ${batch > 1 ? `${batch} of ` : ""}${[kernel.ms, kernel.ns, kernel.ks].map(product).join("×")}`;
  }
  const over = kernel.kind === "nest" ? extent(kernel) : kernel.shape.join("×");
  return `${kernel.kind} ${over}: ${opNames(kernel, items)}`;
}
