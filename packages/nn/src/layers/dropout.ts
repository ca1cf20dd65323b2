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

/** Options of `dropout`. */
export interface DropoutOptions {
  /** The source of random numbers. Default: the shared generator. */
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
 * Dropout: each element is 0 with probability p, and otherwise divided by 1 − p, which preserves the mean.
 * [Srivastava et al. 2014]
 *
 * @param p default 0.5
 * @param training whether elements are dropped; default true
 * @throws where p is outside [0, 1]
 *
 * @example
 * const generator = new Generator(0);
 * console.log(dropout(ones([6]), 0.5, true, { generator })); //=> tensor([2, 2, 2, 0, 0, 2], shape [6], float32)
 */
export function dropout(x: Tensor, p = 0.5, training = true, options: DropoutOptions = {}): Tensor {
  checkArguments("dropout", dropoutArguments, arguments);
  requireInRange("dropout", ranges.unitInterval, { p });
  if (!training || p === 0) return x;
  const kept = bernoulli(full(x.shape, 1 - p), options);
  return where(kept, x.div(1 - p), 0);
}

const layerArguments: Signature = { p: "number?", options: dropoutOptions };

/**
 * `dropout` as a layer: it drops elements while training, and is the identity in `eval()`.
 *
 * @param p default 0.5
 *
 * @example
 * const layer = new Dropout(0.5, { generator: new Generator(0) });
 * console.log(layer.forward(ones([6]))); //=> tensor([2, 2, 2, 0, 0, 2], shape [6], float32)
 * console.log(layer.eval().forward(ones([6]))); //=> tensor([1, 1, 1, 1, 1, 1], shape [6], float32)
 */
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
