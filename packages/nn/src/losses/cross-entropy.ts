import { sameShape, type Tensor } from "@chainrule/core";
import {
  checkArguments,
  type Options,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import { classAxis, requireClassWeight } from "./classes.ts";
import { lossModule } from "./loss-module.ts";
import { type ClassOptions, classLosses, classOptions, reduceClasses } from "./nll-loss.ts";
import { reduceLoss, weigh } from "./reduction.ts";

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends ClassOptions {
  /** ε in [0, 1]: the target becomes (1 − ε)·t plus ε/C for each of C classes. Default: 0. */
  readonly labelSmoothing?: number;
}

const op = "crossEntropy";

const crossEntropyOptions = { ...classOptions, labelSmoothing: "number" } as const satisfies Options;
const crossEntropyArguments: Signature = {
  input: "tensor",
  target: "tensor",
  options: crossEntropyOptions,
};

/**
 * Cross entropy −Σ w·t·ln softmax(x) of logits.
 *
 * The mean divides by the total weight of the targets (NaN if all are ignored), or, for probabilities, by the number of
 * examples.
 *
 * @param input logits x [N, C, d…], or [C] for a single example
 * @param target int32 class indices [N, d…], or probabilities of the shape of x
 * @throws where shapes do not fit, smoothing is outside [0, 1], or a class is out of range (at the latest when it is
 * computed)
 *
 * @example
 * const target = tensor([0], { dtype: "int32" });
 * console.log(crossEntropy(tensor([[Math.log(3), 0]]), target)); //=> tensor(0.2877, shape [], float32)
 * console.log(crossEntropy(tensor([[0, 0]]), tensor([[0.5, 0.5]]))); //=> tensor(0.6931, shape [], float32)
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  checkArguments("crossEntropy", crossEntropyArguments, arguments);
  const { labelSmoothing: ε = 0, weight, reduction } = options;
  requireInRange(op, ranges.unitInterval, { labelSmoothing: ε });
  requireClassWeight(op, input, weight);
  const axis = classAxis(op, input);
  const classes = input.shape[axis]!;
  const logp = input.logSoftmax(axis);
  const w = weight?.reshape(input.shape.map((_, i) => (i === axis ? -1 : 1)));
  const weightedLogp = w ? weigh(logp, w) : logp;

  const areProbabilities = sameShape(input.shape, target.shape) && target.dtype !== "int32";
  if (areProbabilities) {
    const t = ε > 0 ? target.mul(1 - ε).add(ε / classes) : target;
    return reduceLoss(op, weigh(weightedLogp, t).sum(axis).neg(), reduction);
  }
  const spread = () => weightedLogp.sum(axis).mul(-ε / classes);
  const smooth = ε > 0 ? (loss: Tensor) => loss.mul(1 - ε).add(spread()) : undefined;
  return reduceClasses(op, classLosses(op, logp, target, options, smooth), options);
}

/**
 * `crossEntropy` as a module.
 *
 * @example
 * const loss = new CrossEntropyLoss({ labelSmoothing: 0.1 });
 * console.log(loss.forward(tensor([[0, 0]]), tensor([1], { dtype: "int32" })));
 * //=> tensor(0.6931, shape [], float32)
 */
export class CrossEntropyLoss extends lossModule(crossEntropy, crossEntropyOptions) {
  static override readonly name: string = "CrossEntropyLoss";
}
