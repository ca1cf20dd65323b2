import { stack, Tensor, tensor } from "@chainrule/core";
import {
  checkArguments,
  checked,
  fail,
  type Kind,
  kinds,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";

export interface ClipOptions {
  /** p of the p-norm (2); Infinity is the greatest size of an element. */
  readonly normType?: number;
  /** Throw where the norm is infinite or NaN, instead of going on with it (false). */
  readonly errorIfNonfinite?: boolean;
}

const parametersKind: Kind = {
  holds: (x) => x instanceof Tensor || (typeof x === "object" && x !== null && Symbol.iterator in x),
  message: "tensors",
  fix: "model.parameters()",
};
const clipOptions = { normType: "number", errorIfNonfinite: "boolean" } as const;
const totalNormArguments: Signature = { tensors: parametersKind, options: clipOptions };
const clipNormArguments: Signature = { parameters: parametersKind, maxNorm: "number", options: clipOptions };
const clipValueArguments: Signature = { parameters: parametersKind, clipValue: "number" };

function tensorList(op: string, tensors: Tensor | Iterable<Tensor>): readonly Tensor[] {
  const list = tensors instanceof Tensor ? [tensors] : [...tensors];
  if (!kinds.tensors.holds(list))
    fail("value", op, "one of those given is no tensor. Did you mean model.parameters()?");
  return list;
}

/** The parameters that have a gradient. */
const paramsWithGrad = (op: string, parameters: Tensor | Iterable<Tensor>): (Tensor & { grad: Tensor })[] =>
  tensorList(op, parameters).filter((p): p is Tensor & { grad: Tensor } => p.grad !== null);

/** ‖t‖ₚ of all elements of the tensors together, evaluated along with them. */
function totalNorm(
  op: string,
  tensors: readonly Tensor[],
  { normType = 2, errorIfNonfinite = false }: ClipOptions,
): Tensor {
  if (typeof normType !== "number" || Number.isNaN(normType) || normType === 0)
    fail("value", op, `normType ${normType} makes no norm. Did you mean 1, 2 or Infinity?`);
  if (tensors.length === 0) return tensor(0);
  const total = stack(tensors.map((t) => t.detach().norm(normType))).norm(normType);
  Tensor.evaluate([total, ...tensors]);
  if (errorIfNonfinite && !Number.isFinite(total.item()))
    fail(
      "value",
      op,
      `the total norm is ${total.item()}; nothing was changed. Did you mean { errorIfNonfinite: false }?`,
    );
  return total;
}

/**
 * ‖t‖ₚ of all elements of the tensors together, such as gradients: `getTotalNorm(parameters.map((p) => p.grad))`.
 * 0 for no tensors. @throws on a normType of 0 or NaN, and with `errorIfNonfinite` where the norm is infinite or NaN.
 */
export const getTotalNorm = /* @__PURE__ */ checked(
  "getTotalNorm",
  totalNormArguments,
  (tensors: Tensor | Iterable<Tensor>, options: ClipOptions = {}): Tensor =>
    totalNorm("getTotalNorm", tensorList("getTotalNorm", tensors), options),
);

/**
 * Scales all gradients by one factor, min(1, maxNorm/(‖g‖ₚ + 1e-6)), and returns ‖g‖ₚ as it was before: the norm of all
 * gradients together. A maxNorm of Infinity leaves the gradients as they are. [Pascanu, Mikolov & Bengio 2013]
 * @throws on a negative maxNorm, and with `errorIfNonfinite` where the norm is infinite or NaN; then nothing has changed.
 */
export function clipGradNorm(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options: ClipOptions = {},
): Tensor {
  checkArguments("clipGradNorm", clipNormArguments, arguments);
  requireInRange("clipGradNorm", ranges.nonNegativeOrInfinity, { maxNorm });
  const clipped = paramsWithGrad("clipGradNorm", parameters);
  const total = totalNorm(
    "clipGradNorm",
    clipped.map((p) => p.grad),
    options,
  );
  if (maxNorm === Number.POSITIVE_INFINITY) return total;
  const scale = total.add(1e-6).reciprocal().mul(maxNorm).minimum(1);
  for (const p of clipped) p.grad = p.grad.detach().mul(scale.to(p.dtype));
  return total;
}

/** Holds every element of the gradients between −clipValue and clipValue. @throws on a negative clipValue. */
export function clipGradValue(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  checkArguments("clipGradValue", clipValueArguments, arguments);
  requireInRange("clipGradValue", ranges.nonNegativeOrInfinity, { clipValue });
  const clipped = paramsWithGrad("clipGradValue", parameters);
  Tensor.evaluate(clipped.map((p) => p.grad));
  if (clipValue === Number.POSITIVE_INFINITY) return;
  for (const p of clipped) p.grad = p.grad.detach().clamp(-clipValue, clipValue);
}
