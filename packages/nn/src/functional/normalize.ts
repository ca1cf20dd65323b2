import { formatShape, type Tensor } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";

/** Options of `normalize`. */
export interface NormalizeOptions {
  /** The p of the p-norm, also ±Infinity. Default: 2. */
  readonly p?: number;
  /** The axis of the vectors. Default: 1. */
  readonly dim?: number;
  /** ε, the lower bound of the norm. Default: 1e-12. */
  readonly eps?: number;
}

const normalizeArguments: Signature = { x: "tensor", options: { p: "number", dim: "dim", eps: "number" } };

/**
 * x/max(‖x‖ₚ, ε) along an axis: vectors of norm 1.
 *
 * @throws where x has no such dim
 *
 * @example
 * console.log(normalize(tensor([3, 4]), { dim: 0 })); //=> tensor([0.6, 0.8], shape [2], float32)
 */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  checkArguments("normalize", normalizeArguments, arguments);
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  requireInRange("normalize", ranges.notNaN, { p });
  requireInRange("normalize", ranges.nonNegative, { eps });
  if (!(dim >= -x.ndim && dim < x.ndim))
    fail("dim", "normalize", `${formatShape(x.shape)} has no dim ${dim}`);
  return x.div(x.norm(p, dim, { keepdim: true }).clamp(eps));
}
