import { ChainruleError, formatShape, type Tensor } from "@chainrule/core";
import { checkArguments, type Signature } from "@chainrule/core/internal";
import { nonNegative, norm, requireIn } from "../range.ts";

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
  requireIn("normalize", norm, { p });
  requireIn("normalize", nonNegative, { eps });
  if (!(dim >= -x.ndim && dim < x.ndim))
    throw new ChainruleError("dim", "normalize", `${formatShape(x.shape)} has no dim ${dim}`);
  return x.div(x.norm(p, dim, { keepdim: true }).clamp(eps));
}
