import { ones, type Tensor, where } from "@chainrule/core";
import { checked, type Options, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import { classWeight, gatherClass, requireClasses, requireClassWeight } from "./classes.ts";
import { lossModule } from "./loss-module.ts";
import { reduceLoss, type WeightedOptions, weigh, weightedOptions } from "./reduction.ts";

/** Options of losses of class indices. */
export interface ClassOptions extends WeightedOptions {
  /** A weight for each class [C]. Default: none. */
  readonly weight?: Tensor | undefined;
  /** Targets of this class are ignored. Default: −100. */
  readonly ignoreIndex?: number;
}

/** The losses of single targets and the weights whose sum divides their mean; both 0 where a target is ignored. */
interface ClassLosses {
  readonly losses: Tensor;
  readonly weights: Tensor;
}

/** −w[t]·x[t], extended by `extra`, of each target t that is not ignored. */
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

/** The losses of single targets reduced; the mean divides by the sum of their weights. */
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
 * Negative log-likelihood −w[t]·x[t]. The mean divides by the sum of the weights w[t].
 *
 * @param input log-probabilities x [N, C, d…], or [C] for a single example
 * @param target int32 class indices t [N, d…]
 * @throws where shapes do not fit, or a class is out of range (at the latest when it is computed)
 *
 * @example
 * const x = tensor([[0.25, 0.75]]).log();
 * console.log(nllLoss(x, tensor([1], { dtype: "int32" }))); //=> tensor(0.2877, shape [], float32)
 */
export const nllLoss = /* @__PURE__ */ checked(
  "nllLoss",
  nllLossArguments,
  (input: Tensor, target: Tensor, options: ClassOptions = {}): Tensor =>
    reduceClasses("nllLoss", classLosses("nllLoss", input, target, options), options),
);

/**
 * `nllLoss` as a module.
 *
 * @example
 * const x = tensor([[0.25, 0.75]]).log();
 * console.log(new NLLLoss({ weight: tensor([1, 2]) }).forward(x, tensor([1], { dtype: "int32" })));
 * //=> tensor(0.2877, shape [], float32)
 */
export class NLLLoss extends lossModule(nllLoss, classOptions) {
  static override readonly name: string = "NLLLoss";
}
