import { ChainruleError, evaluate, stack, Tensor, tensor } from "@chainrule/core";
import { nonNegative, requireIn } from "./range.ts";

export interface ClipOptions {
  /** p of the p-norm; Infinity is the greatest size of an element. */
  readonly normType?: number;
}

/** The parameters that have a gradient, with the gradients and the loss they came from worked out. */
function withGradient(parameters: Tensor | Iterable<Tensor>): (Tensor & { grad: Tensor })[] {
  const list = parameters instanceof Tensor ? [parameters] : [...parameters];
  return list.filter((p): p is Tensor & { grad: Tensor } => p.grad !== null);
}

/**
 * Scales all gradients by one factor, min(1, maxNorm/(‖g‖ₚ + 1e-6)), and returns ‖g‖ₚ as it was before: the norm of all
 * gradients together. [Pascanu, Mikolov & Bengio 2013] @throws on a negative maxNorm.
 */
export function clipGradNorm(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  { normType = 2 }: ClipOptions = {},
): Tensor {
  requireIn("clipGradNorm", "maxNorm", maxNorm, nonNegative);
  if (Number.isNaN(normType) || normType === 0)
    throw new ChainruleError("value", "clipGradNorm", `normType ${normType} makes no norm`);
  const clipped = withGradient(parameters);
  if (clipped.length === 0) return tensor(0);
  const norms = clipped.map((p) => p.grad.detach().norm(normType));
  const total = stack(norms).norm(normType);
  evaluate(total, ...clipped.map((p) => p.grad));
  const scale = total.add(1e-6).reciprocal().mul(maxNorm).minimum(1);
  for (const p of clipped) p.grad = p.grad.detach().mul(scale.to(p.dtype));
  return total;
}

/** Holds every element of the gradients between −clipValue and clipValue. @throws on a negative clipValue. */
export function clipGradValue(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  requireIn("clipGradValue", "clipValue", clipValue, nonNegative);
  const clipped = withGradient(parameters);
  evaluate(...clipped.map((p) => p.grad));
  for (const p of clipped) p.grad = p.grad.detach().clamp(-clipValue, clipValue);
}
