import { arange, type Tensor, where } from "@chainrule/core";
import {
  checkArguments,
  fail,
  type Options,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import { classWeight, gatherClass, requireClasses, requireClassWeight } from "./classes.ts";
import { type MarginOptions, marginOptions } from "./hinge-embedding-loss.ts";
import { lossModule } from "./loss-module.ts";
import { reduceLoss, weigh } from "./reduction.ts";

/** Options of `multiMarginLoss`. */
export interface MultiMarginOptions extends MarginOptions {
  /** The power of each violation, 1 or 2. Default: 1. */
  readonly p?: number;
  /** A weight for each class [C]. Default: none. */
  readonly weight?: Tensor | undefined;
}

const op = "multiMarginLoss";

const multiMarginOptions = { ...marginOptions, p: "number", weight: "tensor" } as const satisfies Options;
const multiMarginLossArguments: Signature = {
  input: "tensor",
  target: "tensor",
  options: multiMarginOptions,
};

/**
 * Multi-class hinge loss Σ_{i≠t} w[t]·max(0, margin − x[t] + x[i])ᵖ/C. Default margin: 1.
 *
 * @param input scores x [N, C] or [C]
 * @param target int32 class indices t [N] or []
 * @throws where shapes do not fit, p is neither 1 nor 2, or a class is out of range (at the latest when it is computed)
 *
 * @example
 * console.log(multiMarginLoss(tensor([0.5, 1, 0]), tensor(0, { dtype: "int32" })));
 * //=> tensor(0.6667, shape [], float32)
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginOptions = {}): Tensor {
  checkArguments("multiMarginLoss", multiMarginLossArguments, arguments);
  const { p = 1, margin = 1, weight, reduction } = options;
  if (p !== 1 && p !== 2) fail("value", op, `power ${p} must be 1 or 2`);
  requireInRange(op, ranges.finite, { margin });
  if (input.ndim > 2) fail("shape", op, "scores are [N, C] or [C]");
  requireClasses(op, input, target);
  requireClassWeight(op, input, weight);
  const classes = input.shape.at(-1)!;
  const own = target.unsqueeze(-1);
  const violation = input
    .sub(gatherClass(op, input, target).unsqueeze(-1))
    .add(margin)
    .clamp(0);
  const others = where(arange(classes).eq(own), 0, p === 2 ? violation.square() : violation);
  const losses = others.sum(-1).div(classes);
  return reduceLoss(op, weight ? weigh(losses, classWeight(weight, target)) : losses, reduction);
}

/**
 * `multiMarginLoss` as a module.
 *
 * @example
 * console.log(new MultiMarginLoss({ p: 2 }).forward(tensor([0, 1]), tensor(0, { dtype: "int32" })));
 * //=> tensor(2, shape [], float32)
 */
export class MultiMarginLoss extends lossModule(multiMarginLoss, multiMarginOptions) {
  static override readonly name: string = "MultiMarginLoss";
}
