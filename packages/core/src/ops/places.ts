import type { Signatures } from "../arguments.ts";
import { isFloat, promote, saturate } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import * as w from "../scalar/primitives.ts";
import { axisOrNone, formatShape, type Shape, sizeOf } from "../shape.ts";
import { beside, cast, elementwise } from "./apply.ts";
import { arrangements } from "./arrange.ts";
import { broadcasting, reduce as reduced } from "./broadcast.ts";
import { elementwiseOps } from "./elementwise.ts";
import { indexings, writeAt } from "./indexing.ts";
import { cat } from "./movement.ts";
import { recurrences } from "./recurrence.ts";
import { extrema, isResult, reductions } from "./reduce.ts";
import { type Operand, requireNode } from "./row.ts";
import { iota, scalar } from "./source.ts";

const { add, div, eq, floorDivide, gt, logicalAnd, maximum, sub, where } = elementwiseOps;
const { reshape, expand, sum } = broadcasting;
const { pad, unsqueeze } = arrangements;

/** The 1-d `index` along axis `dim` of `shape`, repeated over the other axes. */
function spread(op: string, x: Node, dim: number, index: Node): readonly [number, Node] {
  requireNode(op, index);
  const d = axisOrNone(op, dim, x.shape.length);
  if (index.shape.length > 1)
    fail("shape", op, `the index ${formatShape(index.shape)} must be a list of places`);
  const shape = x.shape.length === 0 ? [1] : x.shape;
  const column = reshape(
    index,
    shape.map((_, i) => (i === d ? -1 : 1)),
  );
  return [
    d,
    expand(
      column,
      shape.map((n, i) => (i === d ? -1 : n)),
    ),
  ];
}

const extremum =
  (fact: (typeof extrema)[keyof typeof extrema]) =>
  (x: Node, d: number, present: Node): Node => {
    const partial = (t: Node, y: Node) => logicalAnd(isResult(t, y), present);
    return reduced({ ...fact, partial, shared: true }, x, d, {}, x.dtype);
  };

/** Combinations that have no linear form: each meets all of its elements that are `present` along an axis of their own. */
const folds = {
  prod: { identity: 1, fold: (x: Node, d: number): Node => reductions.prod(x, d) },
  amax: { identity: extrema.amax.identity, fold: extremum(extrema.amax) },
  amin: { identity: extrema.amin.identity, fold: extremum(extrema.amin) },
};

/** Whether s stands before v in an ascending sequence; NaN is behind every number. */
const before = elementwise("before", {
  f: (s, v) => w.or(w.lt(s, v), w.and(w.eq(s, s), w.xor(w.eq(v, v), 1))),
  types: "compare",
});

/** Whether s stands before v or is its equal; NaN equals NaN. */
const notBehind = elementwise("notBehind", {
  f: (s, v) => w.or(w.le(s, v), w.xor(w.eq(v, v), 1)),
  types: "compare",
});

/** The place where a masked element is found among `count` that are given, and 0 for the others. */
const found = elementwise("maskedScatter", {
  f: (place, taken) => w.where(w.eq(taken, 0), 0, place),
  types: "number",
  require: {
    holds: (place, taken, count) => w.or(w.eq(taken, 0), w.lt(place, count)),
    message: "the source has too few elements for the places where the mask holds",
  },
}) as (place: Operand, taken: Operand, count: Operand) => Node;

export interface ScatterReduceOptions {
  /** Whether what stood at a place is combined with what arrives there. */
  readonly includeSelf?: boolean;
}

/** Whether index k along the axis after `d` is place o along axis `d`, under the outer sizes of `shape`. */
function hits(index: Node, d: number, shape: Shape): Node {
  const places = iota([shape[d] as number], 0, "int32");
  const column = reshape(
    places,
    [...index.shape, 1].map((_, i) => (i === d ? -1 : 1)),
  );
  const hit = eq(unsqueeze(index, d), column);
  return pad(hit, margins(hit.shape, d, shape));
}

/** The padding after each axis that takes `shape`, which has an additional axis behind `d`, to the outer sizes of `to`. */
const margins = (shape: Shape, d: number, to: Shape): number[] => {
  const target = [...to.slice(0, d + 1), shape[d + 1] as number, ...to.slice(d + 1)];
  return shape.flatMap((n, i) => (i === d ? [0, 0] : [(target[i] as number) - n, 0])).reverse();
};

/** Writing and looking up by place, as compositions of gather and scatter. */
export const placements = {
  /** x with `src` added at the places that the 1-d `index` lists along `dim`; repeated places add up. */
  indexAdd(x: Node, dim: number, index: Node, src: Node): Node {
    const [d, at] = spread("indexAdd", x, dim, index);
    return writeAt("indexAdd", "scatterAdd", x, d, at, src);
  },

  /** x with `src` written at the places that the 1-d `index` lists along `dim`. */
  indexCopy(x: Node, dim: number, index: Node, src: Node): Node {
    const [d, at] = spread("indexCopy", x, dim, index);
    return writeAt("indexCopy", "scatter", x, d, at, src);
  },

  /** x with `value`, a number or 0-d tensor, at the places that the 1-d `index` lists along `dim`. */
  indexFill(x: Node, dim: number, index: Node, value: Operand): Node {
    const [d, at] = spread("indexFill", x, dim, index);
    return writeAt("indexFill", "scatter", x, d, at, expand(beside(x, value), at.shape));
  },

  /**
   * x with the elements of `src` combined into it at `index` along `dim`: y[index[i][j]][j] meets src[i][j] for dim 0.
   * A mean counts what it combines; ties of amax and amin share the gradient evenly. prod, amax and amin take memory for
   * every pair of a place and an index.
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
      const y = placements.scatterReduce(vector(x), d, vector(index), vector(src), reduce, { includeSelf });
      return reshape(y, x.shape);
    }
    const dtype = promote(x.dtype, src.dtype);
    const own = cast(x, dtype);
    const ones = expand(scalar(1, "int32"), index.shape);
    const write = (into: Node, from: Node) => writeAt("scatterReduce", "scatterAdd", into, d, index, from);
    const count = write(expand(scalar(0, "int32"), x.shape), ones);
    const start = (identity: number) =>
      includeSelf ? own : where(gt(count, 0), beside(own, saturate(identity, dtype)), own);
    if (reduce === "sum" || reduce === "mean") {
      const total = write(start(0), cast(src, dtype));
      const parts = maximum(add(count, Number(includeSelf)), 1);
      return reduce === "sum" ? total : (isFloat(dtype) ? div : floorDivide)(total, parts);
    }
    if (!(reduce in folds))
      fail(
        "value",
        "scatterReduce",
        `no reduction ${reduce}; it is sum, mean, ${Object.keys(folds).join(", ")}`,
      );
    const { identity, fold } = folds[reduce];
    const column = unsqueeze(cast(src, dtype), d);
    const elements = pad(column, margins(column.shape, d, x.shape));
    const hit = hits(index, d, x.shape);
    const terms = where(hit, elements, beside(own, saturate(identity, dtype)));
    const present = includeSelf ? expand(scalar(true, "bool"), x.shape) : eq(count, 0);
    const joined = (self: Node, others: Node) => cat([unsqueeze(self, d + 1), others], d + 1);
    return fold(joined(start(identity), terms), d + 1, joined(present, hit));
  },

  /** x with the elements of `source`, in order, where `mask` (broadcast to x) holds; there must be enough of them. */
  maskedScatter(x: Node, mask: Node, source: Node): Node {
    requireNode("maskedScatter", source);
    if (mask.dtype !== "bool")
      fail("dtype", "maskedScatter", `the mask is ${mask.dtype}; it must be bool. Did you mean mask.ne(0)?`);
    const taken = expand(mask, x.shape);
    const flat = reshape(taken, [-1]);
    const count = sizeOf(source.shape);
    const place = found(sub(recurrences.cumsum(flat, 0), 1), flat, count);
    const elements = count === 0 ? expand(scalar(0, source.dtype), [1]) : reshape(source, [-1]);
    return where(taken, reshape(indexings.gather(elements, 0, place), x.shape), x);
  },

  /**
   * Where `values` go into this ascending sequence (its last axis) to keep it so, as int32: before equal elements, or
   * behind them with `right`; NaN goes behind all numbers. The outer sizes agree, or the sequence is 1-d.
   */
  searchSorted(sequence: Node, values: Node, { right = false }: { readonly right?: boolean } = {}): Node {
    requireNode("searchSorted", values);
    if (sequence.shape.length === 0) fail("shape", "searchSorted", "a scalar is no sequence");
    const v = unsqueeze(values, values.shape.length);
    const s = sequence.shape.length === 1 ? sequence : unsqueeze(sequence, -2);
    return sum((right ? notBehind : before)(s, v), -1);
  },
};

export const placementArguments = {
  indexAdd: { dim: "dim", index: "tensor", src: "tensor" },
  indexCopy: { dim: "dim", index: "tensor", src: "tensor" },
  indexFill: { dim: "dim", index: "tensor", value: "operand" },
  scatterReduce: {
    dim: "dim",
    index: "tensor",
    src: "tensor",
    reduce: ["sum", "mean", ...Object.keys(folds)],
    options: { includeSelf: "boolean" },
  },
  maskedScatter: { mask: "tensor", source: "tensor" },
  searchSorted: { values: "tensor", options: { right: "boolean" } },
} as const satisfies Signatures<typeof placements>;
