import { elementwise as elementwiseNodes, type Formula } from "../ops/apply.ts";
import { lifted, type Tensor, type TensorLike } from "./tensor.ts";

type Likes<P extends unknown[]> = { [I in keyof P]: TensorLike };

/**
 * An elementwise op of your own: a formula over the scalar words and its partial derivatives, as a function on tensors.
 * It broadcasts, promotes, and differentiates in both modes to any order.
 * `elementwise("cube", { f: (x) => mul(x, mul(x, x)), d: (_y, x) => [mul(3, mul(x, x))] })`
 */
export const elementwise = <F extends Formula>(name: string, formula: F) =>
  lifted(elementwiseNodes(name, formula)) as (...x: Likes<Parameters<F["f"]>>) => Tensor;
