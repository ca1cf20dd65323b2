import { type DType, saturate } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import type { ReduceOp, Reduction, ReductionName } from "../graph/op.ts";
import { broadcasting } from "./broadcast.ts";
import { elementwiseOps } from "./elementwise.ts";
import { presenceOf } from "./identity.ts";
import { productOfOthers } from "./recurrence.ts";
import { isResult, reductions } from "./reduce.ts";
import { iota } from "./source.ts";

const { eq, logicalAnd } = elementwiseOps;
const { expand } = broadcasting;

/** The facts about a reduction that all else follows from. */
export interface ReductionRule {
  /** The result over no elements. */
  readonly identity: number;
  /** The primitive that adds an element to those before. */
  readonly combine: ReduceOp;
  /** Whether the result is the position of the element that `combine` chose, not its value. */
  readonly isArgReduction?: boolean;
  /** ∂y/∂x as a tensor of x's shape, y being expanded to it; bool where the result is one of the elements. Absent means 1. */
  readonly partial?: (x: Node, y: Node, op: Reduction) => Node;
  /** Whether the elements that a bool `partial` names share the derivative evenly. */
  readonly shared?: boolean;
}

const lowest = Number.NEGATIVE_INFINITY;
const highest = Number.POSITIVE_INFINITY;

/** The elements that equal the result y, of those that take part. */
function isExtremum(x: Node, y: Node): Node {
  const present = presenceOf(x);
  return present ? logicalAnd(isResult(x, y), present) : isResult(x, y);
}

/** The first of the elements that equal the result. */
const isFirstAt =
  (position: typeof reductions.argmax) =>
  (x: Node, _: Node, { dims }: Reduction) => {
    const dim = dims[0]!;
    return eq(iota(x.shape, dim, "int32"), expand(position(x, dim, { keepdim: true }), x.shape));
  };

/** The rule of each reduction. */
export const reductionRules: { readonly [K in ReductionName]: ReductionRule } = {
  sum: { identity: 0, combine: "add" },
  prod: { identity: 1, combine: "mul", partial: (x, _, { dims }) => productOfOthers(x, dims) },
  amax: { identity: lowest, combine: "maximum", partial: isExtremum, shared: true },
  amin: { identity: highest, combine: "minimum", partial: isExtremum, shared: true },
  max: { identity: lowest, combine: "maximum", partial: isFirstAt(reductions.argmax) },
  min: { identity: highest, combine: "minimum", partial: isFirstAt(reductions.argmin) },
  argmax: { identity: lowest, combine: "maximum", isArgReduction: true },
  argmin: { identity: highest, combine: "minimum", isArgReduction: true },
  any: { identity: 0, combine: "or" },
  all: { identity: 1, combine: "and" },
};

/** How a kernel combines the elements of a reduction. */
export interface Combination {
  readonly combine: ReduceOp;
  readonly identity: number;
  readonly isArgReduction: boolean;
}

/** How a kernel combines elements of a dtype. */
export function combinationOf({ name }: Reduction, dtype: DType): Combination {
  const { combine, identity, isArgReduction = false } = reductionRules[name];
  return { combine, identity: saturate(identity, dtype), isArgReduction };
}
