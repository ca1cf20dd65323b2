import { checkArguments, type Signature } from "../arguments.ts";
import type { CloseOptions } from "../compositions/float.ts";
import { methodArguments } from "./methods.ts";
import type { Tensor, TensorLike } from "./tensor.ts";

const equalArguments: Signature = { x: "tensor", y: "tensor" };
const allcloseArguments: Signature = { x: "tensor", ...methodArguments.isClose };

/** Whether x and y have the same shape and elements: see `Tensor.equal`. */
export function equal(x: Tensor, y: Tensor): boolean {
  checkArguments("equal", equalArguments, arguments);
  return x.equal(y);
}

/** Whether x and y agree within tolerances everywhere: see `Tensor.allclose`. */
export function allclose(x: Tensor, y: TensorLike, options: CloseOptions = {}): boolean {
  checkArguments("allclose", allcloseArguments, arguments);
  return x.allclose(y, options);
}
