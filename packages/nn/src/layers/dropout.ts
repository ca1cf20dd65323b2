import { bernoulli, ChainruleError, full, type Generator, type Tensor, zerosLike } from "@chainrule/core";
import { Layer } from "../module.ts";

export interface DropoutOptions {
  /** Where to draw from instead of the shared stream. */
  readonly generator?: Generator;
}

/** Each element 0 with probability p, the others divided by 1 − p, so that the mean stays. [Srivastava et al. 2014] */
export function dropout(x: Tensor, p = 0.5, training = true, options: DropoutOptions = {}): Tensor {
  if (!(p >= 0 && p <= 1))
    throw new ChainruleError("value", "dropout", `probability ${p} must lie in [0, 1]`);
  if (!training || p === 0) return x;
  if (p === 1) return x.mul(zerosLike(x));
  return x.mul(bernoulli(full(x.shape, 1 - p, { dtype: x.dtype }), options)).div(1 - p);
}

/** Dropout while training; nothing happens in `eval()`. */
export class Dropout extends Layer {
  readonly #options: DropoutOptions;

  constructor(
    readonly p = 0.5,
    options: DropoutOptions = {},
  ) {
    super();
    this.#options = options;
    if (!(p >= 0 && p <= 1))
      throw new ChainruleError("value", "Dropout", `probability ${p} must lie in [0, 1]`);
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.training, this.#options);
  }

  protected override extraRepr(): string {
    return `p: ${this.p}`;
  }
}
