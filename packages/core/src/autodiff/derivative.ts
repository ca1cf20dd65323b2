import type { DType } from "../dtype.ts";
import type { Mask, Node } from "../graph/node.ts";
import { cast } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { both, choose, either, once, ownMask, truth } from "../ops/mask.ts";
import { constant, isUnit, numberOf } from "../ops/source.ts";
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

/** Σ of the terms that are there; null is zero. */
export function total(terms: readonly (Derivative | null)[]): Derivative | null {
  return terms.reduce(
    (sum, t) => (sum && t ? { value: add(sum.value, t.value), mask: either(sum.mask, t.mask) } : (sum ?? t)),
    null,
  );
}

/** What a rule made of a derivative: the mask of that, or else its own zeros where the derivative had a mask or the op `skips`. */
export const following = (value: Node, t: Derivative, skips = false): Derivative =>
  value === t.value ? t : { value, mask: skips || t.mask ? ownMask(value) : null };

export const inDType = (t: Derivative, dtype: DType): Derivative => ({ ...t, value: cast(t.value, dtype) });

export const zerosLike = (x: Node): Node => broadcasting.expand(constant(0, x.dtype), x.shape);

/** Whether a number is neither 0 nor infinite nor NaN in any dtype: what it multiplies stays what it is. */
const isPlain = (x = 0): boolean => Math.fround(x) !== 0 && Number.isFinite(Math.fround(x));

/**
 * ∂·t by the chain rule: a plain product, and 0 where a mask lets nothing through. A partial that is a truth value, or one
 * of an op that chooses, is a mask of its own.
 */
export function times(partial: Node | number | boolean, t: Derivative, choice: boolean): Derivative | null {
  const { value, mask } = t;
  if (partial === 0 || partial === false) return null;
  if (partial === 1 || partial === true) return t;
  if (partial === -1) return { value: neg(value), mask };
  const weight = typeof partial === "object" ? partial : constant(partial, value.dtype);
  if (weight.dtype === "bool") return { value: choose(weight, value), mask: both(mask, () => weight) };
  const through = choice
    ? both(
        mask,
        once(() => truth(weight)),
      )
    : mask;
  const factor = cast(weight, value.dtype);
  if (isUnit(value) && sameShape(factor.shape, value.shape)) return { value: factor, mask: through };
  const product = mul(factor, value);
  const finite = !choice && (isPlain(numberOf(weight)) || isPlain(numberOf(value)));
  return { value: through && !finite ? choose(through(), product) : product, mask: through };
}
