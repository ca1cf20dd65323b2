import { elementwise, formatShape, sameShape, scalar, type Tensor } from "@chainrule/core";
import {
  checkArguments,
  fail,
  type Options,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import { lossModule } from "./loss-module.ts";
import { type LossOptions, lossOptions, reduceLoss, requireSameShape } from "./reduction.ts";

const { add, div, le, log, maximum, mul, sub } = scalar;

const op = "gaussianNllLoss";

/** L(v, x, t) = ½[ln v + (x − t)²/v] with v clamped to ≥ ε, but the derivative in v as if it were not clamped. */
const row = elementwise(op, {
  f: (v, x, t, ε) => {
    const [held, e] = [maximum(v, ε), sub(x, t)];
    return mul(0.5, add(log(held), mul(e, div(e, held))));
  },
  d: (_L, v, x, t, ε) => {
    const [held, e] = [maximum(v, ε), sub(x, t)];
    const slope = div(e, held);
    return [mul(0.5, sub(div(1, held), mul(slope, slope))), slope, mul(-1, slope), 0];
  },
  require: { holds: (v) => le(0, v), message: "variances must not be negative" },
});

/** Options of `gaussianNllLoss`. */
export interface GaussianNllOptions extends LossOptions {
  /** Whether the constant ½ ln 2π is added. Default: false. */
  readonly full?: boolean;
  /** The lower bound of the variances, which does not affect their gradient. Default: 1e-6. */
  readonly eps?: number;
}

/**
 * The variance with axes to broadcast to the input: one per element, one per row, or one. @throws for another shape.
 */
function broadcastVariance({ shape }: Tensor, variance: Tensor): Tensor {
  const rows = shape.slice(0, -1);
  if ([shape, shape.length > 0 ? [...rows, 1] : [], []].some((fit) => sameShape(variance.shape, fit)))
    return variance;
  if (sameShape(variance.shape, rows)) return variance.unsqueeze(-1);
  fail(
    "shape",
    op,
    `variance ${formatShape(variance.shape)} must have one element for each of ${formatShape(shape)}, for each row ${formatShape(rows)}, or one. Did you mean variance.expand(${formatShape(shape)})?`,
  );
}

/** ½ ln 2π. */
const halfLogTwoPi = 0.9189385332046727;

const gaussianOptions = { ...lossOptions, full: "boolean", eps: "number" } as const satisfies Options;
const gaussianNllLossArguments: Signature = {
  input: "tensor",
  target: "tensor",
  variance: "tensor",
  options: gaussianOptions,
};

/**
 * Negative log-likelihood ½[ln v + (x − t)²/v] under normal distributions.
 *
 * @param input means x [N, …, D]
 * @param target t, of the shape of x
 * @param variance v, of the shape of x, or one per row ([N, …] or [N, …, 1]), or one
 * @throws where shapes do not fit, or, when it is computed, a variance is negative
 *
 * @example
 * console.log(gaussianNllLoss(tensor([1]), tensor([3]), tensor([1]))); //=> tensor(2, shape [], float32)
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianNllOptions = {},
): Tensor {
  checkArguments("gaussianNllLoss", gaussianNllLossArguments, arguments);
  const { full = false, eps = 1e-6, reduction } = options;
  requireSameShape(op, { input, target });
  requireInRange(op, ranges.positiveOrInfinity, { eps });
  const losses = row(broadcastVariance(input, variance), input, target, eps);
  return reduceLoss(op, full ? losses.add(halfLogTwoPi) : losses, reduction);
}

/**
 * `gaussianNllLoss` as a module.
 *
 * @example
 * console.log(new GaussianNLLLoss({ full: true }).forward(tensor([1]), tensor([1]), tensor([1])));
 * //=> tensor(0.9189, shape [], float32)
 */
export class GaussianNLLLoss extends lossModule(gaussianNllLoss, gaussianOptions) {
  static override readonly name: string = "GaussianNLLLoss";
}
