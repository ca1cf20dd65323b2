import { ones, type Tensor, where } from "@chainrule/core";

/** Squares of numbers between these, and sums of many, are in range in every float dtype. */
const [small, large] = [1e-15, 1e15];

/**
 * What x is multiplied by, over `dims`, so that its squares neither overflow nor vanish: 1 for ordinary numbers, which
 * so keep their last bit, else one over the greatest of them, or over `floor` where they are all below. A constant for
 * differentiation; `dims` stay with size 1.
 */
export function scaleOf(x: Tensor, dims: readonly number[], floor = 1e-30): Tensor {
  const shape = x.shape.map((n, d) => (dims.includes(d) ? 1 : n));
  if (dims.some((d) => x.shape[d] === 0)) return ones(shape, { dtype: x.dtype });
  const top = x.detach().abs().amax(dims, { keepdim: true });
  const isOrdinary = top.gt(small).logicalAnd(top.lt(large)).logicalOr(top.isFinite().logicalNot());
  return where(isOrdinary, 1, top.clamp(Math.max(floor, 1e-30)).reciprocal());
}
