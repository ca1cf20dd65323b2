import type { Signatures } from "../arguments.ts";
import { isFloat, promote, saturate } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { beside, cast } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { cat } from "../ops/cat.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { withPresence } from "../ops/identity.ts";
import { writeAt } from "../ops/indexing.ts";
import { reductions } from "../ops/reduce.ts";
import { reductionRules } from "../ops/reduction-rules.ts";
import { requireNode } from "../ops/row.ts";
import { iota, scalar } from "../ops/source.ts";
import { axisOrNone, type Shape } from "../shape.ts";
import { pads } from "./pad.ts";
import { shapes } from "./shape.ts";

const { add, div, eq, floorDivide, gt, maximum, where } = elementwiseOps;
const { reshape, expand } = broadcasting;
const { unsqueeze } = shapes;

export interface ScatterReduceOptions {
  /** Whether the elements of x take part in the reduction; true by default. */
  readonly includeSelf?: boolean;
}

/** Reduces the elements along axis `d` that are `present`. */
type MaskedReduction = (x: Node, d: number, present: Node) => Node;

const extremum =
  (reduce: typeof reductions.amax): MaskedReduction =>
  (x, d, present) =>
    reduce(withPresence(x, present), d);

/** Reductions other than sums: all elements that meet at an index are laid out along an axis of their own. */
const maskedReductions = {
  prod: { identity: reductionRules.prod.identity, reduce: (x, d) => reductions.prod(x, d) },
  amax: { identity: reductionRules.amax.identity, reduce: extremum(reductions.amax) },
  amin: { identity: reductionRules.amin.identity, reduce: extremum(reductions.amin) },
} satisfies Record<string, { identity: number; reduce: MaskedReduction }>;

const reduceNames = ["sum", "mean", ...Object.keys(maskedReductions)];

/** The widths of `pad` that give `shape`, which has an additional axis after `d`, the outer sizes of `target`. */
const padWidths = (shape: Shape, d: number, target: Shape): number[] => {
  const padded = [...target.slice(0, d + 1), shape[d + 1]!, ...target.slice(d + 1)];
  return shape.flatMap((n, i) => (i === d ? [0, 0] : [padded[i]! - n, 0])).reverse();
};

/** A one-hot mask: whether index k along the axis after `d` is o along axis `d`, with the outer sizes of `shape`. */
function indexMatches(index: Node, d: number, shape: Shape): Node {
  const targets = reshape(
    iota([shape[d]!], 0, "int32"),
    [...index.shape, 1].map((_, i) => (i === d ? -1 : 1)),
  );
  const matches = eq(unsqueeze(index, d), targets);
  return pads.pad(matches, padWidths(matches.shape, d, shape));
}

export const scatterReductions = {
  /**
   * x with the elements of `src` reduced into it: y[index[i][j]][j] is combined with src[i][j] for dim 0, and likewise for
   * each dim. A mean divides by the number of elements that it combines, rounding down for integers. Ties of amax and amin
   * share the gradient equally. prod, amax and amin take memory for every pair of an index and an element of x.
   *
   * @param dim The axis.
   * @param index An int32 tensor of the shape of `src`.
   * @param src The elements to combine with those of x.
   * @param reduce "sum", "prod", "mean", "amax" or "amin".
   * @param options.includeSelf Whether the elements of x take part; true by default.
   * @throws if an index is out of range.
   *
   * @example
   * const index = tensor([0, 0, 1], { dtype: "int32" });
   * console.log(ones(3).scatterReduce(0, index, tensor([2, 3, 4]), "prod").toArray()); //=> [ 6, 4, 1 ]
   */
  scatterReduce(
    x: Node,
    dim: number,
    index: Node,
    src: Node,
    reduce: "sum" | "prod" | "mean" | "amax" | "amin",
    { includeSelf = true }: ScatterReduceOptions = {},
  ): Node {
    requireNode("scatterReduce", index);
    requireNode("scatterReduce", src);
    const d = axisOrNone("scatterReduce", dim, x.shape.length);
    if (x.shape.length <= 1 && [x, index, src].some((t) => t.shape.length === 0)) {
      const vector = (t: Node) => reshape(t, [-1]);
      const y = scatterReductions.scatterReduce(vector(x), d, vector(index), vector(src), reduce, {
        includeSelf,
      });
      return reshape(y, x.shape);
    }
    const dtype = promote(x.dtype, src.dtype);
    const self = cast(x, dtype);
    const ones = expand(scalar(1, "int32"), index.shape);
    const write = (into: Node, from: Node) => writeAt("scatterReduce", "scatterAdd", into, d, index, from);
    const count = write(expand(scalar(0, "int32"), x.shape), ones);
    const start = (identity: number) =>
      includeSelf ? self : where(gt(count, 0), beside(self, saturate(identity, dtype)), self);
    if (reduce === "sum" || reduce === "mean") {
      const total = write(start(0), cast(src, dtype));
      const terms = maximum(add(count, Number(includeSelf)), 1);
      return reduce === "sum" ? total : (isFloat(dtype) ? div : floorDivide)(total, terms);
    }
    if (!(reduce in maskedReductions))
      fail(
        "value",
        "scatterReduce",
        `there is no reduction ${reduce}; it is one of ${reduceNames.join(", ")}`,
      );
    const reduction = maskedReductions[reduce];
    const column = unsqueeze(cast(src, dtype), d);
    const elements = pads.pad(column, padWidths(column.shape, d, x.shape));
    const matches = indexMatches(index, d, x.shape);
    const terms = where(matches, elements, beside(self, saturate(reduction.identity, dtype)));
    const selfPresent = includeSelf ? expand(scalar(true, "bool"), x.shape) : eq(count, 0);
    const prepend = (first: Node, others: Node) => cat([unsqueeze(first, d + 1), others], d + 1);
    return reduction.reduce(prepend(start(reduction.identity), terms), d + 1, prepend(selfPresent, matches));
  },
};

export const scatterReductionArguments = {
  scatterReduce: {
    dim: "dim",
    index: "tensor",
    src: "tensor",
    reduce: reduceNames,
    options: { includeSelf: "boolean" },
  },
} as const satisfies Signatures<typeof scatterReductions>;
