import type { DType } from "../dtype.ts";
import type { Mask, Node } from "../graph/node.ts";
import { cast } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { constantValue, isOnes } from "../ops/constant-value.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { isNonzero, keepWhere, lazy, maskAnd, maskOr, nonzeroMask } from "../ops/mask.ts";
import { constant } from "../ops/source.ts";
import { sameShape } from "../shape.ts";

const { add, mul, neg } = elementwiseOps;

/**
 * A tangent or cotangent, and the mask of the choices that it came through: where a branch was not taken, its 0 wins over
 * infinities and NaN. Without a mask 0·∞ is NaN, as in arithmetic.
 */
export interface Derivative {
  readonly value: Node;
  readonly mask: Mask | null;
}

/** Σ of the terms; null is zero. */
export function sumDerivatives(terms: readonly (Derivative | null)[]): Derivative | null {
  return terms.reduce(
    (sum, t) => (sum && t ? { value: add(sum.value, t.value), mask: maskOr(sum.mask, t.mask) } : (sum ?? t)),
    null,
  );
}

/** A value that a rule computed from a derivative; its mask is where it is not 0, if the derivative has a mask or the op `skips`. */
export const transformed = (value: Node, t: Derivative, skips = false): Derivative =>
  value === t.value ? t : { value, mask: skips || t.mask ? nonzeroMask(value) : null };

export const inDType = (t: Derivative, dtype: DType): Derivative => ({ ...t, value: cast(t.value, dtype) });

export const zerosLike = (x: Node): Node => broadcasting.expand(constant(0, x.dtype), x.shape);

/** Whether a number is neither 0 nor infinite nor NaN in any dtype: what it multiplies stays what it is. */
const isFiniteNonzero = (x = 0): boolean => Math.fround(x) !== 0 && Number.isFinite(Math.fround(x));

/**
 * ∂·t by the chain rule: a plain product, and 0 where a mask lets nothing through. A partial that is a truth value, or one
 * of an op that chooses, is a mask of its own.
 */
export function chainProduct(
  partial: Node | number | boolean,
  t: Derivative,
  choice: boolean,
): Derivative | null {
  const { value, mask } = t;
  if (partial === 0 || partial === false) return null;
  if (partial === 1 || partial === true) return t;
  if (partial === -1) return { value: neg(value), mask };
  const weight = typeof partial === "object" ? partial : constant(partial, value.dtype);
  if (weight.dtype === "bool") return { value: keepWhere(weight, value), mask: maskAnd(mask, () => weight) };
  const through = choice
    ? maskAnd(
        mask,
        lazy(() => isNonzero(weight)),
      )
    : mask;
  const factor = cast(weight, value.dtype);
  if (isOnes(value) && sameShape(factor.shape, value.shape)) return { value: factor, mask: through };
  const product = mul(factor, value);
  const finite = !choice && (isFiniteNonzero(constantValue(weight)) || isFiniteNonzero(constantValue(value)));
  return { value: through && !finite ? keepWhere(through(), product) : product, mask: through };
}
