import { ChainruleError, type Tensor, where } from "@chainrule/core";
import { type LossOptions, reduceLoss, requireSameShape } from "./reduction.ts";

export interface ClassOptions extends LossOptions {
  /** A weight for each class. */
  readonly weight?: Tensor;
  /** Targets of this class are left out. */
  readonly ignoreIndex?: number;
}

export interface CrossEntropyOptions extends ClassOptions {
  /** The share ε of each target that is spread evenly over all classes. */
  readonly labelSmoothing?: number;
}

const list = (t: Tensor): string => `[${t.shape.join(", ")}]`;

/** The axis of the classes: 1, or 0 for a single example. */
const classAxis = (input: Tensor): number => (input.ndim === 1 ? 0 : 1);

/** Throws unless target holds a class index (int32) for each place of the input but its class axis. */
function requireClasses(op: string, input: Tensor, target: Tensor): void {
  const places = input.shape.filter((_, i) => i !== classAxis(input));
  if (input.ndim === 0 || target.shape.join() !== places.join())
    throw new ChainruleError(
      "shape",
      op,
      `input ${list(input)} and target ${list(target)}: class indices need the input's shape without its class axis, [${places.join(", ")}]`,
    );
  if (target.dtype !== "int32")
    throw new ChainruleError(
      "dtype",
      op,
      `class indices are ${target.dtype}; they must be int32. Did you mean target.to("int32")?`,
    );
}

function requireWeight(op: string, input: Tensor, weight: Tensor | undefined): void {
  const classes = input.shape[classAxis(input)];
  if (weight && (weight.ndim !== 1 || weight.shape[0] !== classes))
    throw new ChainruleError(
      "shape",
      op,
      `weight ${list(weight)} must hold one number for each of the ${classes} classes`,
    );
}

/** The weight of each class, along the class axis of `input`. */
const alongClasses = (input: Tensor, weight: Tensor): Tensor =>
  weight.reshape(input.shape.map((_, i) => (i === classAxis(input) ? -1 : 1)));

/** Minus the weighted log-probability of each target class, and the weights; both 0 where a target is left out. */
function picked(
  input: Tensor,
  target: Tensor,
  { weight, ignoreIndex = -100 }: ClassOptions,
): { losses: Tensor; weights: Tensor; kept: Tensor } {
  const kept = target.ne(ignoreIndex);
  const classes = where(kept, target, 0);
  const chosen = input
    .gather(classAxis(input), classes.unsqueeze(classAxis(input)))
    .squeeze(classAxis(input));
  const own = weight
    ? weight.indexSelect(0, classes.reshape([-1])).reshape(classes.shape)
    : chosen.detach().mul(0).add(1);
  const weights = where(kept, own, 0);
  return { losses: where(kept, chosen.mul(own).neg(), 0), weights, kept };
}

/** Losses of single targets reduced: their mean is over the weights of the targets kept. */
function reduceClasses(op: string, losses: Tensor, weights: Tensor, options: LossOptions): Tensor {
  return (options.reduction ?? "mean") === "mean"
    ? losses.sum().div(weights.sum())
    : reduceLoss(op, losses, options.reduction);
}

/**
 * Negative log-likelihood −w[t]·x[t] of log-probabilities x [N, C, d…] and class indices t [N, d…] (int32). The mean
 * divides by the weights of the targets kept.
 * @throws where shapes do not fit, or, at the latest when it is worked out, a class is out of range.
 */
export function nllLoss(input: Tensor, target: Tensor, options: ClassOptions = {}): Tensor {
  requireClasses("nllLoss", input, target);
  requireWeight("nllLoss", input, options.weight);
  const { losses, weights } = picked(input, target, options);
  return reduceClasses("nllLoss", losses, weights, options);
}

/** −Σ w·t·ln p over the classes, t being probabilities; the mean is over examples. */
function softCrossEntropy(
  logp: Tensor,
  target: Tensor,
  { weight, labelSmoothing: ε = 0, reduction = "mean" }: CrossEntropyOptions,
): Tensor {
  requireSameShape("crossEntropy", logp, target);
  const axis = classAxis(logp);
  const smooth = ε > 0 ? target.mul(1 - ε).add(ε / (logp.shape[axis] as number)) : target;
  const terms = weight ? smooth.mul(alongClasses(logp, weight)) : smooth;
  return reduceLoss("crossEntropy", terms.mul(logp).sum(axis).neg(), reduction);
}

/**
 * Cross entropy of logits [N, C, d…] with class indices [N, d…] (int32) or with probabilities of the logits' shape.
 * With label smoothing ε a target is (1 − ε) itself and ε spread over all classes.
 * @throws where shapes do not fit, smoothing lies outside [0, 1], or, at the latest when it is worked out, a class is out of range.
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing: ε = 0, weight } = options;
  if (!(ε >= 0 && ε <= 1))
    throw new ChainruleError("value", "crossEntropy", `labelSmoothing ${ε} must lie in [0, 1]`);
  if (input.ndim === 0) throw new ChainruleError("shape", "crossEntropy", "a scalar has no class axis");
  requireWeight("crossEntropy", input, weight);
  const axis = classAxis(input);
  const logp = input.logSoftmax(axis);
  if (target.dtype !== "int32" && target.dtype !== "bool") return softCrossEntropy(logp, target, options);
  requireClasses("crossEntropy", input, target);
  const { losses, weights, kept } = picked(logp, target, options);
  if (ε === 0) return reduceClasses("crossEntropy", losses, weights, options);
  const all = (weight ? logp.mul(alongClasses(logp, weight)) : logp).sum(axis).neg();
  const spread = where(kept, all, 0).mul(ε / (input.shape[axis] as number));
  return reduceClasses("crossEntropy", losses.mul(1 - ε).add(spread), weights, options);
}
