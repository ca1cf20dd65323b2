import type { Signatures } from "../arguments.ts";
import { formatType, isFloat, toFloating } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { cast } from "../ops/apply.ts";
import { broadcasting, type Dims, type KeepDim, overDims } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { indexings } from "../ops/indexing.ts";
import { constant, scalar } from "../ops/source.ts";
import { axes } from "../shape.ts";
import { valuesOf } from "./values.ts";

const { div, isNaN: nan, logicalNot, ne, where } = elementwiseOps;
const { expand, sum } = broadcasting;

/** The number of elements that each result of a reduction over `dims` combines. */
export const reducedCount = (op: string, x: Node, dims: Dims): number =>
  axes(op, dims, x.shape.length).reduce((n, d) => n * x.shape[d]!, 1);

/** x in a floating dtype: its own, or the default one. */
export const toFloat = (x: Node): Node => cast(x, toFloating(x.dtype));

/** Means and counts. */
export const statistics = {
  /**
   * Mean over `dims`; NaN for no elements. Integers give the default dtype.
   *
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).mean(0).toArray()); //=> [ 2, 3 ]
   */
  mean(x: Node, dims?: Dims, options: KeepDim = {}): Node {
    const float = toFloat(x);
    const count = constant(reducedCount("mean", x, dims), float.dtype);
    return div(sum(float, dims, options), count);
  },

  /**
   * The sum of the elements that are not NaN, over `dims`.
   *
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([1, NaN, 3]).nanSum().item()); //=> 4
   */
  nanSum(x: Node, dims?: Dims, options: KeepDim = {}): Node {
    return sum(isFloat(x.dtype) ? where(nan(x), 0, x) : x, dims, options);
  },

  /**
   * The mean of the elements that are not NaN, over `dims`; NaN if there are none.
   *
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([1, NaN, 3]).nanMean().item()); //=> 2
   */
  nanMean(x: Node, dims?: Dims, options: KeepDim = {}): Node {
    const float = toFloat(x);
    const count = sum(cast(logicalNot(nan(float)), float.dtype), dims, options);
    return div(statistics.nanSum(float, dims, options), count);
  },

  /**
   * The number of elements other than 0, over `dims` (int32).
   *
   * @param dims The axes; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([0, 5, 6]).countNonzero().item()); //=> 2
   */
  countNonzero(x: Node, dims?: Dims, options: KeepDim = {}): Node {
    return sum(ne(x, 0), dims, options);
  },

  /**
   * How often each of 0, 1, … occurs in an int32 vector, which is read at the call.
   *
   * @param weights A tensor of the shape of x: the result is the sum of the weights of each number instead of its count.
   * @param options.minlength The minimum size of the result; 0 by default.
   * @throws if x is not an int32 vector, or a number is negative.
   *
   * @example
   * console.log(tensor([0, 2, 2], { dtype: "int32" }).bincount().toArray()); //=> [ 1, 0, 2 ]
   */
  bincount(x: Node, weights?: Node, { minlength = 0 }: { readonly minlength?: number } = {}): Node {
    if (x.dtype !== "int32" || x.shape.length !== 1)
      fail("dtype", "bincount", `${formatType(x)} must be an int32 vector`);
    const values = Int32Array.from(valuesOf("bincount", x));
    if (values.some((i) => i < 0))
      fail("value", "bincount", "counts integers ≥ 0, and was given a negative one");
    const src = weights ?? expand(scalar(1, "int32"), x.shape);
    const length = values.reduce((n, i) => Math.max(n, i + 1), minlength);
    return indexings.scatterAdd(expand(scalar(0, src.dtype), [length]), 0, x, src);
  },
};

export const statisticsArguments = {
  mean: overDims,
  nanSum: overDims,
  nanMean: overDims,
  countNonzero: overDims,
  bincount: { weights: "tensor?", options: { minlength: "size" } },
} as const satisfies Signatures<typeof statistics>;
