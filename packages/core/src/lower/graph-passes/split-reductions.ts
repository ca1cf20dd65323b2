import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import type { Reduction } from "../../graph/node.ts";
import { add, lt, mul } from "../../scalar/primitives.ts";
import { innermost } from "../../shape.ts";
import { syntheticMovement } from "./movement.ts";

/** Sums of at most so many elements are added up one after the other where they go down columns. */
const maxSequentialTerms = 8192;

/** The length of blocks of about √n that n elements fall into: a divisor of n, where there is one not far from that. */
function blockSize(n: number): number {
  const least = Math.ceil(Math.sqrt(n));
  for (let size = least; size < 4 * least; size++) if (n % size === 0) return size;
  return least;
}

/** Whether the sum adds float32 numbers row by row into many results, as each row has one for every column. */
function isLongColumnSum({ op, dtype, inputs }: GraphNode, items: readonly GraphNode[]): boolean {
  if (op.family !== "reduction" || op.combine !== "add" || dtype !== "float32") return false;
  const { shape } = items[inputs[0] as number] as GraphNode;
  const last = innermost(shape);
  const count = op.dims.reduce((n, d) => n * (shape[d] as number), 1);
  return last >= 0 && !op.dims.includes(last) && count > maxSequentialTerms;
}

/**
 * The structure with long sums down columns taken over blocks of rows first and over the blocks then: an error that grows
 * with the square root of the number of rows, where adding them one after the other would grow with the number.
 */
export function splitReductions(structure: CanonicalGraph): CanonicalGraph {
  const place: number[] = [];
  const items: GraphNode[] = [];
  const summed = (item: GraphNode, op: Reduction, x: number, dims: readonly number[]): number => {
    const shape = (items[x] as GraphNode).shape.filter((_, d) => !dims.includes(d));
    const attrs = { dims, keepdim: false };
    return items.push({ ...item, op: { ...op, dims, attrs }, inputs: [x], shape }) - 1;
  };
  const inBlocks = (item: GraphNode, op: Reduction): number => {
    const from = place[item.inputs[0] as number] as number;
    const x = items[from] as GraphNode;
    const d = op.dims.reduce((a, b) => ((x.shape[b] as number) > (x.shape[a] as number) ? b : a));
    const n = x.shape[d] as number;
    const size = blockSize(n);
    const count = Math.ceil(n / size);
    const split = [...x.shape.slice(0, d), count, size, ...x.shape.slice(d + 1)];
    const blocks = syntheticMovement("blocks", from, split, x, (out) => {
      const at = add(mul(out[d] as (typeof out)[number], size), out[d + 1] as (typeof out)[number]);
      const index = [...out.slice(0, d), at, ...out.slice(d + 2)];
      return count * size === n ? { index } : { index, valid: lt(at, n) };
    });
    const within = op.dims.map((k) => (k < d ? k : k + 1));
    const parts = summed(item, op, items.push(blocks) - 1, within);
    const total = summed(item, op, parts, [d - op.dims.filter((k) => k < d).length]);
    const kept = x.shape.map((_, k) => k).filter((k) => !op.dims.includes(k));
    if (item.shape.length === kept.length) return total;
    const spread = syntheticMovement("reshape", total, item.shape, item, (out) => ({
      index: kept.map((k) => out[k] as (typeof out)[number]),
    }));
    return items.push(spread) - 1;
  };
  for (const item of structure.items)
    place.push(
      isLongColumnSum(item, structure.items)
        ? inBlocks(item, item.op as Reduction)
        : items.push({ ...item, inputs: item.inputs.map((x) => place[x] as number) }) - 1,
    );
  return { ...structure, items, roots: structure.roots.map((r) => place[r] as number) };
}
