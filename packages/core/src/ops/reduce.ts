import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import * as w from "../scalar/primitives.ts";
import { axes, formatShape } from "../shape.ts";
import { cast, elementwise } from "./apply.ts";
import { broadcasting, type Dims, type KeepDim, overDims, reduce } from "./broadcast.ts";
import { row } from "./row.ts";

/** Whether the result is x: its equal, or NaN, which any NaN makes of the result. Only NaN equals neither y nor itself. */
export const isResult = elementwise("isResult", {
  f: (x, y) => w.eq(w.eq(x, y), w.eq(x, x)),
  types: "compare",
});

export function nonEmpty(name: string, x: Node, dims: Dims): void {
  if (axes(name, dims, x.shape.length).some((d) => x.shape[d] === 0))
    fail("shape", name, `${formatShape(x.shape)} has no element to choose along the reduced dims`);
}

const extremum =
  (name: "amax" | "amin") =>
  (x: Node, dims?: Dims, options: KeepDim = {}): Node => {
    nonEmpty(name, x, dims);
    return reduce(name, x, dims, options, x.dtype);
  };

const argReduction =
  (name: "argmax" | "argmin") =>
  (x: Node, dim?: number, options: KeepDim = {}): Node => {
    const along = dim === undefined ? broadcasting.reshape(x, [-1]) : x;
    nonEmpty(name, along, dim);
    const y = reduce(name, along, dim ?? 0, dim === undefined ? {} : options, "int32");
    return dim === undefined && options.keepdim
      ? broadcasting.reshape(
          y,
          x.shape.map(() => 1),
        )
      : y;
  };

const boolReduction =
  (name: "any" | "all") =>
  (x: Node, dims?: Dims, options: KeepDim = {}): Node =>
    reduce(name, cast(x, "bool"), dims, options, "bool");

/** Reductions: identity, combine, and how the cotangent spreads back. */
export const reductions = {
  /** Σ x over `dims` (all by default); the sum of nothing is 0. */
  sum: broadcasting.sum,

  /**
   * The product ∏ x over `dims`; the product of nothing is 1. Its derivative, ∏_{j≠i} xⱼ, is exact with zeros.
   *
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([2, 3, 4]).prod().item()); //=> 24
   */
  prod: row(
    (x: Node, dims?: Dims, options: KeepDim = {}): Node => {
      const input = x.dtype === "bool" ? cast(x, "int32") : x;
      return reduce("prod", input, dims, options, input.dtype);
    },
    [[2, 3]],
    [[2, 3], 1],
    [[2, 3, 2], [0, 2], { keepdim: true }],
    [[0, 3], 0],
  ),

  /**
   * The maximum over `dims`; NaN wins, ties share the gradient evenly.
   *
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   * @throws if there is no element to choose.
   *
   * @example
   * console.log(tensor([1, 3, 2]).amax().item()); //=> 3
   */
  amax: row(extremum("amax"), [[2, 3]], [[2, 3], 1], [[2, 3, 2], [0, 2], { keepdim: true }]),

  /**
   * The minimum over `dims`; NaN wins, ties share the gradient evenly.
   *
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   * @throws if there is no element to choose.
   *
   * @example
   * console.log(tensor([1, 3, 2]).amin().item()); //=> 1
   */
  amin: row(extremum("amin"), [[2, 3]], [[2, 3], 1], [[2, 3, 2], [0, 2], { keepdim: true }]),

  /**
   * The index of the maximum, as int32: the first of equals; NaN wins.
   *
   * @param dim The axis; by default the tensor is flattened.
   * @param options.keepdim Keep the reduced axis with size 1; false by default.
   * @throws if there is no element to choose.
   *
   * @example
   * console.log(tensor([1, 3, 3]).argmax().item()); //=> 1
   */
  argmax: row(argReduction("argmax"), [[2, 3]], [[2, 3], 1], [[2, 3], 0, { keepdim: true }]),

  /**
   * The index of the minimum, as int32: the first of equals; NaN wins.
   *
   * @param dim The axis; by default the tensor is flattened.
   * @param options.keepdim Keep the reduced axis with size 1; false by default.
   * @throws if there is no element to choose.
   *
   * @example
   * console.log(tensor([1, 3, 3]).argmin().item()); //=> 0
   */
  argmin: row(argReduction("argmin"), [[2, 3]], [[2, 3], 1], [[2, 3], 0, { keepdim: true }]),

  /**
   * Whether an element over `dims` is other than 0; false for nothing.
   *
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([0, 2]).any().toArray()); //=> true
   */
  any: row(boolReduction("any"), [[2, 3]], [[2, 3], 1], [[0], 0]),

  /**
   * Whether every element over `dims` is other than 0; true for nothing.
   *
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([0, 2]).all().toArray()); //=> false
   */
  all: row(boolReduction("all"), [[2, 3]], [[2, 3], 1], [[0], 0]),
};

const alongDim = { dim: "dim?", options: { keepdim: "boolean" } } as const;

export const reductionArguments = {
  sum: overDims,
  prod: overDims,
  amax: overDims,
  amin: overDims,
  argmax: alongDim,
  argmin: alongDim,
  any: overDims,
  all: overDims,
} as const satisfies Signatures<typeof reductions>;
