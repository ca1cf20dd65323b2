import { ones, type Tensor, where } from "@chainrule/core";

/** Squares of numbers between these, and sums of many, are in range in every float dtype. */
const [small, large] = [1e-15, 1e15];

/**
 * What x is multiplied by, over `dims`, so that its squares neither overflow nor vanish: 1 for ordinary numbers, which
 * so keep their last bit, else one over the sum of their sizes, or over `floor` where that is below. A constant for
 * differentiation; `dims` stay with size 1.
 */
export function safeScale(x: Tensor, dims: readonly number[], floor = 1e-30): Tensor {
  const shape = x.shape.map((n, d) => (dims.includes(d) ? 1 : n));
  if (dims.some((d) => x.shape[d] === 0)) return ones(shape, { dtype: x.dtype });
  const total = x.detach().abs().sum(dims, { keepdim: true });
  const isOrdinary = total.gt(small).logicalAnd(total.lt(large)).logicalOr(total.isFinite().logicalNot());
  return where(isOrdinary, 1, total.clamp(Math.max(floor, 1e-30)).reciprocal());
}
