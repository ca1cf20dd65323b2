import type { Signatures } from "../arguments.ts";
import type { IdentityRule, Node } from "../graph/node.ts";
import { broadcasting, type Dims, type KeepDim, overDims } from "../ops/broadcast.ts";
import { cat } from "../ops/cat.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { detach, withRule } from "../ops/identity.ts";
import { movements } from "../ops/movement.ts";
import { recurrence } from "../ops/recurrence.ts";
import { reductions } from "../ops/reduce.ts";
import { axisOrNone } from "../shape.ts";
import { scans } from "./scan.ts";
import { reducedCount, toFloat } from "./statistics.ts";

const { add, eq, exp, log, sub, where } = elementwiseOps;
const { reshape, sum } = broadcasting;
const { slice } = movements;

/** The maximum over `dims` as a constant: subtracted before exp, it keeps the result in range. */
export const maxShift = (x: Node, dims: Dims): Node => detach(reductions.amax(x, dims, { keepdim: true }));

/** The derivative of x − m for a constant m. */
const shiftRule: IdentityRule<null> = { vjp: (ȳ) => [null, ȳ], jvp: ([, ẋ]) => ẋ ?? null };

/** e^(x − m) for a maximum m: 1 where x = m, even if both are ∞, and 0 where x = −∞. */
function expShifted(x: Node, max: Node): Node {
  const difference = detach(where(eq(x, max), 0, sub(x, max)));
  const shifted = withRule("shifted", difference, [x], shiftRule, null);
  return where(eq(x, Number.NEGATIVE_INFINITY), 0, exp(shifted));
}

/** Logarithms of sums of exponentials, in range for every x. */
export const logSumExps = {
  /**
   * ln Σ eˣ, in range for every x; −∞ for no elements. Infinite elements share the gradient.
   *
   * @param dims The axes of the sum; all by default.
   * @param options.keepdim Keep the reduced axes with size 1; false by default.
   *
   * @example
   * console.log(tensor([1000, 1000]).logSumExp().item()); //=> 1000.6931762695312
   */
  logSumExp(x: Node, dims?: Dims, { keepdim = false }: KeepDim = {}): Node {
    const float = toFloat(x);
    if (reducedCount("logSumExp", x, dims) === 0) return log(sum(float, dims, { keepdim }));
    const max = maxShift(float, dims);
    const y = add(log(sum(expShifted(float, max), dims, { keepdim: true })), max);
    return keepdim ? y : reshape(y, sum(x, dims).shape);
  },

  /**
   * Cumulative logSumExp along `dim`: yᵢ = ln(e^{x₀} + … + e^{xᵢ}), in range for every x, because each sum is scaled by the
   * maximum so far.
   *
   * @param dim The axis.
   *
   * @example
   * console.log(tensor([0, 0, 0]).logCumSumExp(0).exp().toArray()); //=> [ 1, 2, 3 ]
   */
  logCumSumExp(x: Node, dim: number): Node {
    const float = toFloat(x);
    const d = axisOrNone("logCumSumExp", dim, x.shape.length);
    if (x.shape.length === 0 || x.shape[d] === 0) return float;
    const max = detach(scans.cummax(float, d).values);
    const previous = cat([slice(max, d, 0, 1), slice(max, d, 0, -1)], d);
    const rescale = where(eq(previous, max), 1, exp(sub(previous, max)));
    return add(log(recurrence(rescale, expShifted(float, max), d, false)), max);
  },
};

export const logSumExpArguments = {
  logSumExp: overDims,
  logCumSumExp: { dim: "dim" },
} as const satisfies Signatures<typeof logSumExps>;
