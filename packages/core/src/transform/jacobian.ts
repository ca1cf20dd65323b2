import { fail } from "../errors.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { stack, tensor } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type GradOptions, grad, pullBack, traceArguments } from "./grad.ts";
import { pushForward } from "./jvp.ts";
import { release } from "./trace.ts";

/** The unit tensors of a shape, each with a single 1. */
const basis = (shape: Shape, dtype: Tensor["dtype"]): Tensor[] =>
  Array.from({ length: sizeOf(shape) }, (_, k) => {
    const unit = new Float64Array(sizeOf(shape));
    unit[k] = 1;
    return tensor(unit, { shape, dtype });
  });

/**
 * f as a function that returns all its partial derivatives, ∂yᵢ/∂xⱼ, of shape y.shape + x.shape: row by row in reverse
 * mode where y is the smaller, column by column in forward mode where x is. f maps a tensor to a tensor.
 */
export function jacobian<A extends readonly unknown[]>(
  f: (...args: A) => Tensor,
  { argnums = 0 }: GradOptions<number> = {},
): (...args: A) => Tensor {
  return (...args) => {
    const { result: y, variables, args: x } = traceArguments("jacobian", f, args, argnums);
    if (!(x instanceof Tensor) || !(y instanceof Tensor))
      fail("value", "jacobian", "differentiates a tensor by one tensor. Did you mean other argnums?");
    const shape = [...y.shape, ...x.shape];
    if (sizeOf(shape) === 0) return y.sum().mul(0).reshape([1]).expand([0]).reshape(shape);
    const rows = y.size <= x.size;
    const parts = rows
      ? basis(y.shape, y.dtype).map((ȳ) => pullBack([[y, ȳ]], variables)[0] as Tensor)
      : basis(x.shape, x.dtype).map((ẋ) => pushForward(y, variables, [ẋ]));
    const table = stack(
      parts.map((t) => t.reshape([-1])),
      rows ? 0 : 1,
    );
    return release(table.reshape(shape));
  };
}

/** f as a function that returns its second derivatives, ∂²f/∂xᵢ∂xⱼ, of shape x.shape + x.shape. f returns one number. */
export function hessian<A extends readonly unknown[]>(
  f: (...args: A) => Tensor,
  { argnums = 0 }: GradOptions<number> = {},
): (...args: A) => Tensor {
  return jacobian((...args: A) => grad(f, { argnums })(...args) as unknown as Tensor, { argnums });
}
