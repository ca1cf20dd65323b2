import { ones, type Tensor, where } from "@chainrule/core";
import { checked, type Options, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import { classWeight, gatherClass, requireClasses, requireClassWeight } from "./classes.ts";
import { lossModule } from "./loss-module.ts";
import { reduceLoss, type WeightedOptions, weigh, weightedOptions } from "./reduction.ts";

export interface ClassOptions extends WeightedOptions {
  /** A weight for each class, [C]. */
  readonly weight?: Tensor | undefined;
  /** Targets of this class are left out. */
  readonly ignoreIndex?: number;
}

/** Losses of single targets, and the weights that their mean divides by; both 0 where a target is left out. */
interface ClassLosses {
  readonly losses: Tensor;
  readonly weights: Tensor;
}

/** −w[t]·x[t] plus what `extra` adds, of each target t that is kept. */
export function classLosses(
  op: string,
  input: Tensor,
  target: Tensor,
  { weight, ignoreIndex = -100 }: ClassOptions,
  extra: (loss: Tensor) => Tensor = (loss) => loss,
): ClassLosses {
  requireInRange(op, ranges.integer, { ignoreIndex });
  requireClasses(op, input, target, ignoreIndex);
  requireClassWeight(op, input, weight);
  const kept = target.ne(ignoreIndex);
  const classes = where(kept, target, 0);
  const own = weight ? classWeight(weight, classes) : ones(target.shape, { dtype: input.dtype });
  const chosen = gatherClass(op, input, classes);
  const loss = (weight ? weigh(chosen, own) : chosen).neg();
  return { losses: where(kept, extra(loss), 0), weights: where(kept, own, 0) };
}

/** Losses of single targets reduced: their mean divides by the weights of the targets kept. */
export const reduceClasses = (op: string, { losses, weights }: ClassLosses, options: ClassOptions): Tensor =>
  (options.reduction ?? "mean") === "mean"
    ? losses.sum().div(weights.sum())
    : reduceLoss(op, losses, options.reduction);

export const classOptions = { ...weightedOptions, ignoreIndex: "number" } as const satisfies Options;
const nllLossArguments: Signature = {
  input: "tensor",
  target: "tensor",
  options: classOptions,
};

/**
 * Negative log-likelihood −w[t]·x[t] of log-probabilities x [N, C, d…] and class indices t [N, d…] (int32). The mean
 * divides by the weights of the targets kept.
 * @throws where shapes do not fit, or, at the latest when it is worked out, a class is out of range.
 */
export const nllLoss = /* @__PURE__ */ checked(
  "nllLoss",
  nllLossArguments,
  (input: Tensor, target: Tensor, options: ClassOptions = {}): Tensor =>
    reduceClasses("nllLoss", classLosses("nllLoss", input, target, options), options),
);

/** `nllLoss` as a module. */
export class NLLLoss extends lossModule(nllLoss, classOptions) {
  static override readonly name: string = "NLLLoss";
}
