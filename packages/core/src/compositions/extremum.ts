import type { Signatures } from "../arguments.ts";
import type { Node } from "../graph/node.ts";
import { broadcasting, type KeepDim, reduce } from "../ops/broadcast.ts";
import { nonEmpty, reductions } from "../ops/reduce.ts";
import { axis } from "../shape.ts";
import { splice } from "./shape.ts";

const { reshape } = broadcasting;

/** Along `dim`, an extremum and its index, the first of equals: the gradient goes to that element alone. */
function extremumAlong(
  name: "max" | "min",
  x: Node,
  dim: number,
  { keepdim = false }: KeepDim,
): { values: Node; indices: Node } {
  nonEmpty(name, x, dim);
  const indices = reductions[name === "max" ? "argmax" : "argmin"](x, dim, { keepdim: true });
  if (x.shape.length === 0) return { values: x, indices };
  const d = axis(name, dim, x.shape.length);
  const values = reduce(name, x, d, { keepdim: true }, x.dtype);
  if (keepdim) return { values, indices };
  const shape = splice(x.shape, d, 1);
  return { values: reshape(values, shape), indices: reshape(indices, shape) };
}

/** The extrema along an axis with their indices: `max` and `min` with a dim. */
export const extremaAlong = {
  /** The maximum along `dim` and its index (int32), the first of equals. The gradient goes to the element at that index. */
  maxAlong(x: Node, dim: number, options: KeepDim = {}): { values: Node; indices: Node } {
    return extremumAlong("max", x, dim, options);
  },

  /** The minimum along `dim` and its index (int32), the first of equals. The gradient goes to the element at that index. */
  minAlong(x: Node, dim: number, options: KeepDim = {}): { values: Node; indices: Node } {
    return extremumAlong("min", x, dim, options);
  },
};

const alongDim = { dim: "dim", options: { keepdim: "boolean" } } as const;

export const extremaAlongArguments = {
  maxAlong: alongDim,
  minAlong: alongDim,
} as const satisfies Signatures<typeof extremaAlong>;
