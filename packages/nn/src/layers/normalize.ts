import type { Tensor } from "@chainrule/core";

export interface NormalizeOptions {
  /** Which norm. */
  readonly p?: number;
  readonly dim?: number;
  /** The norm is held above this. */
  readonly eps?: number;
}

/** x/max(‖x‖ₚ, ε) along `dim`: vectors of length 1. */
export const normalize = (x: Tensor, { p = 2, dim = 1, eps = 1e-12 }: NormalizeOptions = {}): Tensor =>
  x.div(x.norm(p, dim, { keepdim: true }).clamp(eps));
