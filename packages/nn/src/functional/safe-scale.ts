import { ones, type Tensor, where } from "@chainrule/core";

/** Squares of numbers in this interval, and sums of many of them, neither overflow nor underflow in any float dtype. */
const [small, large] = [1e-15, 1e15];

/**
 * A factor for x, over `dims`, with which squares neither overflow nor underflow: 1 for ordinary magnitudes, which
 * thereby keep their last bit, else 1/max(Σ|x|, floor). Differentiation treats it as a constant; `dims` stay with size
 * 1.
 */
export function safeScale(x: Tensor, dims: readonly number[], floor = 1e-30): Tensor {
  const shape = x.shape.map((n, d) => (dims.includes(d) ? 1 : n));
  if (dims.some((d) => x.shape[d] === 0)) return ones(shape, { dtype: x.dtype });
  const total = x.detach().abs().sum(dims, { keepdim: true });
  const isOrdinary = total.gt(small).logicalAnd(total.lt(large)).logicalOr(total.isFinite().logicalNot());
  return where(isOrdinary, 1, total.clamp(Math.max(floor, 1e-30)).reciprocal());
}
