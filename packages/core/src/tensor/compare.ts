import { checkArguments, type Signature } from "../arguments.ts";
import type { CloseOptions } from "../compositions/float.ts";
import { methodArguments } from "./methods.ts";
import type { Tensor, TensorLike } from "./tensor.ts";

const equalArguments: Signature = { x: "tensor", y: "tensor" };
const allcloseArguments: Signature = { x: "tensor", ...methodArguments.isClose };

/**
 * Whether x and y have the same shape and the same elements. NaN equals nothing.
 *
 * @example
 * console.log(equal(tensor([1, 2]), tensor([1, 3]))); //=> false
 */
export function equal(x: Tensor, y: Tensor): boolean {
  checkArguments("equal", equalArguments, arguments);
  return x.equal(y);
}

/**
 * Whether |x − y| ≤ atol + rtol·|y| for all elements, after broadcasting.
 *
 * @param options `rtol` (1e-5), `atol` (1e-8), and `equalNaN`, whether NaN equals NaN (false)
 *
 * @example
 * console.log(allclose(tensor([1, 2]), tensor([1, 2.00001]))); //=> true
 */
export function allclose(x: Tensor, y: TensorLike, options: CloseOptions = {}): boolean {
  checkArguments("allclose", allcloseArguments, arguments);
  return x.allclose(y, options);
}
