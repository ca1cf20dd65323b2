import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import type { Movement, Reduction } from "../../graph/op.ts";
import { reductionRules } from "../../ops/reduction-rules.ts";
import { innermost } from "../../shape.ts";
import type { Target } from "../target.ts";
import { movementOf } from "./movement.ts";
import { rebuild } from "./rebuild.ts";

/** A block size of about √n: a divisor of n if there is one below 4·√n. */
function blockSize(n: number): number {
  const root = Math.ceil(Math.sqrt(n));
  for (let size = root; size < 4 * root; size++) if (n % size === 0) return size;
  return root;
}

/** Whether a node sums many rows of float32 numbers, column by column. */
function isLongColumnSum(
  { op, dtype, inputs }: GraphNode,
  items: readonly GraphNode[],
  maxSequentialTerms: number,
): boolean {
  if (op.family !== "reduction" || reductionRules[op.name].combine !== "add" || dtype !== "float32")
    return false;
  const { shape } = items[inputs[0]!]!;
  const last = innermost(shape);
  const terms = op.dims.reduce((n, d) => n * shape[d]!, 1);
  return last >= 0 && !op.dims.includes(last) && terms > maxSequentialTerms;
}

/** Appends a sum over `dims`, without those axes. */
function appendSum(
  items: GraphNode[],
  like: GraphNode,
  op: Reduction,
  x: number,
  dims: readonly number[],
): number {
  const shape = items[x]!.shape.filter((_, d) => !dims.includes(d));
  return items.push({ ...like, op: { ...op, dims, keepdim: false }, inputs: [x], shape }) - 1;
}

/** Appends the sum in two stages: over the rows of each block of its longest axis, then over the blocks. */
function appendTwoStageSum(node: GraphNode, op: Reduction, items: GraphNode[]): number {
  const x = items[node.inputs[0]!]!;
  const longest = op.dims.reduce((a, b) => (x.shape[b]! > x.shape[a]! ? b : a));
  const length = x.shape[longest]!;
  const size = blockSize(length);
  const inBlocks = movementOf({ family: "movement", name: "split", dim: longest, size }, node.inputs[0]!, x);
  const inner = op.dims.map((d) => (d < longest ? d : d + 1));
  const outer = longest - op.dims.filter((d) => d < longest).length;
  const partial = appendSum(items, node, op, items.push(inBlocks) - 1, inner);
  const total = appendSum(items, node, op, partial, [outer]);
  const kept = x.shape.map((_, d) => d).filter((d) => !op.dims.includes(d));
  if (node.shape.length === kept.length) return total;
  const reshape: Movement = { family: "movement", name: "reshape", shape: node.shape };
  const withUnitAxes = movementOf(reshape, total, items[total]!);
  return items.push(withUnitAxes) - 1;
}

/**
 * Splits long float32 column sums into two stages of about √n rows, so that the rounding error grows like √n instead of n.
 * The blocks depend on the shape alone, so that the bits do not depend on who computes which block.
 */
export const splitReductions = (graph: CanonicalGraph, { numerics }: Target): CanonicalGraph =>
  rebuild(graph, (node, items) =>
    node.op.family === "reduction" && isLongColumnSum(node, items, numerics.maxSequentialTerms)
      ? appendTwoStageSum(node, node.op, items)
      : items.push(node) - 1,
  );
