import { formatShape, type Tensor } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";

export interface NormalizeOptions {
  /** Which norm. */
  readonly p?: number;
  readonly dim?: number;
  /** The norm is held above this. */
  readonly eps?: number;
}

const normalizeArguments: Signature = { x: "tensor", options: { p: "number", dim: "dim", eps: "number" } };

/** x/max(‖x‖ₚ, ε) along `dim`: vectors of length 1. @throws where x has no such dim. */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  checkArguments("normalize", normalizeArguments, arguments);
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  requireInRange("normalize", ranges.notNaN, { p });
  requireInRange("normalize", ranges.nonNegative, { eps });
  if (!(dim >= -x.ndim && dim < x.ndim))
    fail("dim", "normalize", `${formatShape(x.shape)} has no dim ${dim}`);
  return x.div(x.norm(p, dim, { keepdim: true }).clamp(eps));
}
