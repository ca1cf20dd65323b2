import type { Signatures } from "../arguments.ts";
import type { Node } from "../graph/node.ts";
import { broadcasting, type KeepDim, reduce } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { extrema, nonEmpty, reductions } from "../ops/reduce.ts";
import { iota } from "../ops/source.ts";
import { axis } from "../shape.ts";
import { splice } from "./shape.ts";

const { reshape, expand } = broadcasting;

/** Along `dim`, an extremum and its index, the first of equals: the gradient goes to that element alone. */
function extremumAlong(
  name: keyof typeof extrema,
  x: Node,
  dim: number,
  { keepdim = false }: KeepDim,
): { values: Node; indices: Node } {
  nonEmpty(name === "amax" ? "max" : "min", x, dim);
  const indices = reductions[name === "amax" ? "argmax" : "argmin"](x, dim, { keepdim: true });
  if (x.shape.length === 0) return { values: x, indices };
  const d = axis(name, dim, x.shape.length);
  const partial = () => elementwiseOps.eq(iota(x.shape, d, "int32"), expand(indices, x.shape));
  const values = reduce({ ...extrema[name], partial }, x, d, { keepdim: true }, x.dtype);
  if (keepdim) return { values, indices };
  const shape = splice(x.shape, d, 1);
  return { values: reshape(values, shape), indices: reshape(indices, shape) };
}

/** The extrema along an axis with their indices: `max` and `min` with a dim. */
export const extremaAlong = {
  /** The maximum along `dim` and its index (int32), the first of equals. The gradient goes to the element at that index. */
  maxAlong(x: Node, dim: number, options: KeepDim = {}): { values: Node; indices: Node } {
    return extremumAlong("amax", x, dim, options);
  },

  /** The minimum along `dim` and its index (int32), the first of equals. The gradient goes to the element at that index. */
  minAlong(x: Node, dim: number, options: KeepDim = {}): { values: Node; indices: Node } {
    return extremumAlong("amin", x, dim, options);
  },
};

const alongDim = { dim: "dim", options: { keepdim: "boolean" } } as const;

export const extremaAlongArguments = {
  maxAlong: alongDim,
  minAlong: alongDim,
} as const satisfies Signatures<typeof extremaAlong>;
