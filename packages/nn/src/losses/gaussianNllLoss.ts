import { elementwise, scalar, type Tensor } from "@chainrule/core";
import { loss } from "./loss.ts";
import { type LossOptions, reduceLoss, requireBroadcast, requireSameShape } from "./reduction.ts";

const { add, div, le, log, maximum, mul, sub } = scalar;

/** L(v, x, t) = ½[ln v + (x − t)²/v], v held above ε without stopping its gradient. */
const row = elementwise("gaussianNllLoss", {
  f: (v, x, t, ε) => {
    const [held, e] = [maximum(v, ε), sub(x, t)];
    return mul(0.5, add(log(held), div(mul(e, e), held)));
  },
  d: (_L, v, x, t, ε) => {
    const [held, e] = [maximum(v, ε), sub(x, t)];
    const slope = div(e, held);
    return [mul(0.5, sub(div(1, held), mul(slope, slope))), slope, mul(-1, slope), 0];
  },
  require: { holds: (v) => le(0, v), message: "variances must not be negative" },
});

export interface GaussianNllOptions extends LossOptions {
  /** Add the constant ½ ln 2π. */
  readonly full?: boolean;
  /** Variances are held above this. */
  readonly eps?: number;
}

/**
 * Negative log-likelihood ½[ln v + (x − t)²/v] of targets t under normal distributions of means x and variances v, which
 * broadcast. @throws where shapes do not fit, or, when it is worked out, a variance is negative.
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  { full = false, eps = 1e-6, reduction }: GaussianNllOptions = {},
): Tensor {
  requireSameShape("gaussianNllLoss", { input, target });
  requireBroadcast("gaussianNllLoss", input, variance, "variance");
  const losses = row(variance, input, target, eps);
  return reduceLoss("gaussianNllLoss", full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction);
}

/** `gaussianNllLoss` as a module. */
export class GaussianNLLLoss extends loss(gaussianNllLoss) {}
