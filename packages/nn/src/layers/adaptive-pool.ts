import { formatShape, stack, type Tensor } from "@chainrule/core";
import { checked, fail, type Kind, type Signature } from "@chainrule/core/internal";
import { functionLayer } from "./function-layer.ts";

/** The sizes of the pooled axes: one for all, or one for each; null keeps the input's size. */
export type OutputSize = number | readonly (number | null)[];

/**
 * The last axes of x reduced to `outputSize` bins. Bin i of o covers the indices from ⌊i·n/o⌋ up to, excluding,
 * ⌈(i+1)·n/o⌉. The last axis is reduced first, so that a maximum is the first of equals in row-major order.
 */
function adaptive(
  op: string,
  axes: number,
  x: Tensor,
  outputSize: OutputSize,
  reduce: (bin: Tensor, dim: number) => Tensor,
): Tensor {
  const first = x.ndim - axes;
  const given = typeof outputSize === "number" ? new Array<number>(axes).fill(outputSize) : outputSize;
  const sizes = given.map((o, i) => o ?? x.shape[first + i]!);
  if (first < 0 || sizes.length !== axes || x.shape.slice(first).includes(0))
    fail(
      "shape",
      op,
      `the last ${axes} axes of ${formatShape(x.shape)} cannot be pooled to ${formatShape(sizes)}`,
    );
  if (!sizes.every((o) => Number.isInteger(o) && o >= 1))
    fail("value", op, `outputSize ${formatShape(sizes)} must be integers ≥ 1`);
  return sizes.reduceRight((y, o, i) => {
    const [dim, n] = [first + i, y.shape[first + i]!];
    const bins = Array.from({ length: o }, (_, k) =>
      reduce(y.slice(dim, Math.floor((k * n) / o), Math.ceil(((k + 1) * n) / o)), dim),
    );
    return stack(bins, dim);
  }, x);
}

const mean = (bin: Tensor, dim: number) => bin.mean(dim);
const max = (bin: Tensor, dim: number) => bin.max(dim).values;

const outputSizeKind: Kind = {
  holds: (x) =>
    x !== null && [x].flat().every((n) => n === null || (typeof n === "number" && !(n >= 2 ** 31))),
  message: "an integer, or a list with one for each axis, null for one that keeps its size",
};
const poolArguments: Signature = { x: "tensor", outputSize: outputSizeKind };

/**
 * Mean over bins of the last axis: bin i of o covers the indices from ⌊i·n/o⌋ up to, excluding, ⌈(i+1)·n/o⌉.
 *
 * @param x […, L]
 * @param outputSize o, the number of bins
 * @returns […, o]
 * @throws where sizes do not fit
 *
 * @example
 * console.log(adaptiveAvgPool1d(tensor([1, 3, 5, 7]), 2)); //=> tensor([2, 6], shape [2], float32)
 */
export const adaptiveAvgPool1d = /* @__PURE__ */ checked(
  "adaptiveAvgPool1d",
  poolArguments,
  (x: Tensor, outputSize: OutputSize): Tensor => adaptive("adaptiveAvgPool1d", 1, x, outputSize, mean),
);

/**
 * `adaptiveAvgPool1d` over the last two axes.
 *
 * @throws where sizes do not fit
 *
 * @example
 * console.log(adaptiveAvgPool2d(arange(16).reshape([1, 4, 4]), 2));
 * //=> tensor([[[ 2.5,  4.5],
 * //=>          [10.5, 12.5]]], shape [1, 2, 2], float32)
 */
export const adaptiveAvgPool2d = /* @__PURE__ */ checked(
  "adaptiveAvgPool2d",
  poolArguments,
  (x: Tensor, outputSize: OutputSize): Tensor => adaptive("adaptiveAvgPool2d", 2, x, outputSize, mean),
);

/**
 * `adaptiveAvgPool1d` over the last three axes.
 *
 * @throws where sizes do not fit
 *
 * @example
 * console.log(adaptiveAvgPool3d(arange(8).reshape([2, 2, 2]), 1)); //=> tensor([[[3.5]]], shape [1, 1, 1], float32)
 */
export const adaptiveAvgPool3d = /* @__PURE__ */ checked(
  "adaptiveAvgPool3d",
  poolArguments,
  (x: Tensor, outputSize: OutputSize): Tensor => adaptive("adaptiveAvgPool3d", 3, x, outputSize, mean),
);

/**
 * Maximum over bins of the last axis, the bins of `adaptiveAvgPool1d`. The gradient goes to the first of equal
 * elements.
 *
 * @throws where sizes do not fit
 *
 * @example
 * console.log(adaptiveMaxPool1d(tensor([1, 3, 7, 5]), 2)); //=> tensor([3, 7], shape [2], float32)
 */
export const adaptiveMaxPool1d = /* @__PURE__ */ checked(
  "adaptiveMaxPool1d",
  poolArguments,
  (x: Tensor, outputSize: OutputSize): Tensor => adaptive("adaptiveMaxPool1d", 1, x, outputSize, max),
);

/**
 * `adaptiveMaxPool1d` over the last two axes.
 *
 * @throws where sizes do not fit
 *
 * @example
 * console.log(adaptiveMaxPool2d(arange(16).reshape([1, 4, 4]), 2));
 * //=> tensor([[[ 5,  7],
 * //=>          [13, 15]]], shape [1, 2, 2], float32)
 */
export const adaptiveMaxPool2d = /* @__PURE__ */ checked(
  "adaptiveMaxPool2d",
  poolArguments,
  (x: Tensor, outputSize: OutputSize): Tensor => adaptive("adaptiveMaxPool2d", 2, x, outputSize, max),
);

/**
 * `adaptiveMaxPool1d` over the last three axes.
 *
 * @throws where sizes do not fit
 *
 * @example
 * console.log(adaptiveMaxPool3d(arange(8).reshape([2, 2, 2]), 1)); //=> tensor([[[7]]], shape [1, 1, 1], float32)
 */
export const adaptiveMaxPool3d = /* @__PURE__ */ checked(
  "adaptiveMaxPool3d",
  poolArguments,
  (x: Tensor, outputSize: OutputSize): Tensor => adaptive("adaptiveMaxPool3d", 3, x, outputSize, max),
);

/**
 * `adaptiveAvgPool2d` as a layer.
 *
 * @example
 * console.log(new AdaptiveAvgPool2d(1).forward(arange(4).reshape([1, 2, 2])));
 * //=> tensor([[[1.5]]], shape [1, 1, 1], float32)
 */
export class AdaptiveAvgPool2d extends functionLayer(adaptiveAvgPool2d, poolArguments) {
  static override readonly name: string = "AdaptiveAvgPool2d";
}
/**
 * `adaptiveMaxPool2d` as a layer.
 *
 * @example
 * console.log(new AdaptiveMaxPool2d(1).forward(arange(4).reshape([1, 2, 2])));
 * //=> tensor([[[3]]], shape [1, 1, 1], float32)
 */
export class AdaptiveMaxPool2d extends functionLayer(adaptiveMaxPool2d, poolArguments) {
  static override readonly name: string = "AdaptiveMaxPool2d";
}
