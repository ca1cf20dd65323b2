import type { CloseOptions } from "../ops/derived.ts";
import { requireTensor, type Tensor, type TensorLike } from "./tensor.ts";

/** Whether x and y have the same shape and elements: see `Tensor.equal`. */
export function equal(x: Tensor, y: Tensor): boolean {
  requireTensor("equal", x);
  return x.equal(y);
}

/** Whether x and y agree within tolerances everywhere: see `Tensor.allclose`. */
export function allclose(x: Tensor, y: TensorLike, options?: CloseOptions): boolean {
  requireTensor("allclose", x);
  return x.allclose(y, options);
}
