import { bernoulli, full, type Generator, type Tensor, where } from "@chainrule/core";
import {
  checkArguments,
  generatorKind,
  type Options,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import { Layer } from "../module.ts";

export interface DropoutOptions {
  /** Where to draw from instead of the shared stream. */
  readonly generator?: Generator;
}

const dropoutOptions = { generator: generatorKind } as const satisfies Options;
const dropoutArguments: Signature = {
  x: "tensor",
  p: "number?",
  training: "boolean?",
  options: dropoutOptions,
};

/**
 * Each element 0 with probability p, the others divided by 1 − p, so that the mean stays. [Srivastava et al. 2014]
 * @throws where p lies outside [0, 1].
 */
export function dropout(x: Tensor, p = 0.5, training = true, options: DropoutOptions = {}): Tensor {
  checkArguments("dropout", dropoutArguments, arguments);
  requireInRange("dropout", ranges.unitInterval, { p });
  if (!training || p === 0) return x;
  const kept = bernoulli(full(x.shape, 1 - p), options);
  return where(kept, x.div(1 - p), 0);
}

const layerArguments: Signature = { p: "number?", options: dropoutOptions };

/** Dropout while training; nothing happens in `eval()`. */
export class Dropout extends Layer {
  static override readonly name: string = "Dropout";
  readonly #options: DropoutOptions;

  constructor(
    readonly p = 0.5,
    options: DropoutOptions = {},
  ) {
    super();
    checkArguments("Dropout", layerArguments, arguments);
    requireInRange("Dropout", ranges.unitInterval, { p });
    this.#options = options;
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.training, this.#options);
  }

  protected override extraRepr(): string {
    return `p: ${this.p}`;
  }
}
