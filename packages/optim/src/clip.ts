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

/** Options of `clipGradNorm` and `getTotalNorm`. */
export interface ClipOptions {
  /** The p of the p-norm; Infinity for the maximum norm. Default: 2. */
  readonly normType?: number;
  /** Whether an infinite or NaN norm is an error. Default: false. */
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
    fail("value", op, "the list contains something that is not a tensor. Did you mean model.parameters()?");
  return list;
}

/** The parameters that have a gradient. */
const paramsWithGrad = (op: string, parameters: Tensor | Iterable<Tensor>): (Tensor & { grad: Tensor })[] =>
  tensorList(op, parameters).filter((p): p is Tensor & { grad: Tensor } => p.grad !== null);

/** ‖t‖ₚ of all elements of the tensors, evaluated together with the tensors. */
function totalNorm(
  op: string,
  tensors: readonly Tensor[],
  { normType = 2, errorIfNonfinite = false }: ClipOptions,
): Tensor {
  if (typeof normType !== "number" || Number.isNaN(normType) || normType === 0)
    fail("value", op, `normType ${normType} is not the p of a norm. Did you mean 1, 2 or Infinity?`);
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
 * ‖t‖ₚ of all elements of the tensors together; 0 for no tensors.
 *
 * @throws for a normType of 0 or NaN, and with `errorIfNonfinite` for an infinite or NaN norm
 *
 * @example
 * console.log(getTotalNorm([tensor([3]), tensor([4])])); //=> tensor(5, shape [], float32)
 */
export const getTotalNorm = /* @__PURE__ */ checked(
  "getTotalNorm",
  totalNormArguments,
  (tensors: Tensor | Iterable<Tensor>, options: ClipOptions = {}): Tensor =>
    totalNorm("getTotalNorm", tensorList("getTotalNorm", tensors), options),
);

/**
 * Scales all gradients by min(1, maxNorm/(‖g‖ₚ + 1e-6)), where ‖g‖ₚ is the norm of all of them together. [Pascanu et
 * al. 2013]
 *
 * @param maxNorm the bound; Infinity leaves the gradients as they are
 * @returns ‖g‖ₚ before the scaling
 * @throws for a negative maxNorm, and with `errorIfNonfinite` for an infinite or NaN norm; no gradient has changed then
 *
 * @example
 * const θ = new Parameter(tensor([1.5, 2]));
 * θ.square().sum().backward();
 * console.log(clipGradNorm([θ], 1)); //=> tensor(5, shape [], float32)
 * console.log(θ.grad); //=> tensor([0.6, 0.8], shape [2], float32)
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

/**
 * Clamps every element of the gradients to [−clipValue, clipValue].
 *
 * @throws for a negative clipValue
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * clipGradValue([θ], 3);
 * console.log(θ.grad); //=> tensor([ 2, -3], shape [2], float32)
 */
export function clipGradValue(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  checkArguments("clipGradValue", clipValueArguments, arguments);
  requireInRange("clipGradValue", ranges.nonNegativeOrInfinity, { clipValue });
  const clipped = paramsWithGrad("clipGradValue", parameters);
  Tensor.evaluate(clipped.map((p) => p.grad));
  if (clipValue === Number.POSITIVE_INFINITY) return;
  for (const p of clipped) p.grad = p.grad.detach().clamp(-clipValue, clipValue);
}
