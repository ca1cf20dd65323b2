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

export interface CrossEntropyOptions extends ClassOptions {
  /** The share ε of each target that is spread evenly over all classes. */
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
 * Cross entropy −Σ w·t·ln softmax(x) of logits x [N, C, d…] with class indices [N, d…] (int32), or with probabilities t
 * of the logits' shape. With label smoothing ε a target is (1 − ε) itself and ε spread over all classes. The mean
 * divides by the weights of the targets kept (NaN where none are), or by the number of examples where targets are probabilities.
 * @throws where shapes do not fit, smoothing lies outside [0, 1], or, at the latest when it is worked out, a class is out of range.
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

/** `crossEntropy` as a module. */
export class CrossEntropyLoss extends lossModule(crossEntropy, crossEntropyOptions) {
  static override readonly name: string = "CrossEntropyLoss";
}
