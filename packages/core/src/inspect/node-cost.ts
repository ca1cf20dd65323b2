import { isFloat } from "../dtype.ts";
import type { GraphNode } from "../graph/canonicalize.ts";
import { gemmShape } from "../lower/analysis/gemm.ts";
import { elementwiseExpr } from "../lower/fuse/elementwise.ts";
import { bytesOf } from "../lower/ir/program.ts";
import { arg } from "../scalar/expr.ts";
import { sizeOf } from "../shape.ts";
import { type Cost, floatOpsIn } from "./cost.ts";

const bytes = ({ dtype }: GraphNode, elements: number): number => elements * bytesOf[dtype];

/** Floating-point operations of a node that is computed by itself. */
function flopOf(node: GraphNode, inputs: readonly GraphNode[]): number {
  const { op, shape, dtype } = node;
  switch (op.family) {
    case "elementwise": {
      const x = inputs.map((_, k) => arg(k));
      const types = inputs.map((input) => input.dtype);
      return sizeOf(shape) * floatOpsIn([elementwiseExpr(node, op, x, types)], types);
    }
    case "reduction":
      return isFloat(inputs[0]!.dtype) ? sizeOf(inputs[0]!.shape) : 0;
    case "contraction": {
      const { batch, m, n, k } = gemmShape(node, inputs)!;
      return isFloat(dtype) ? 2 * batch * m * n * k : 0;
    }
    case "recurrence":
      return isFloat(dtype) ? 2 * sizeOf(shape) : 0;
    case "indexing":
      return isFloat(dtype) && op.mode === "scatterAdd" ? sizeOf(inputs[1]!.shape) : 0;
    default:
      return 0;
  }
}

/** How many elements of an input a node reads: a movement or a gather no more than it has results. */
function elementsRead({ op, shape }: GraphNode, input: GraphNode): number {
  const mayPass = op.family === "movement" || (op.family === "indexing" && op.mode === "gather");
  return mayPass ? Math.min(sizeOf(shape), sizeOf(input.shape)) : sizeOf(input.shape);
}

/** The cost of a node that is computed by itself, as on a backend without kernels. */
export function costOfNode(node: GraphNode, items: readonly GraphNode[]): Cost {
  const inputs = node.inputs.map((x) => items[x]!);
  const distinct = [...new Set(inputs)];
  return {
    flop: flopOf({ ...node, inputs: inputs.map((_, k) => k) }, inputs),
    read: distinct.reduce((sum, input) => sum + bytes(input, elementsRead(node, input)), 0),
    written: bytes(node, sizeOf(node.shape)),
  };
}
