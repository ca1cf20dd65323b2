import { formatShape, type Tensor } from "@chainrule/core";
import { checkArguments, fail, type Options, type Signature } from "@chainrule/core/internal";
import {
  type AxisConfig,
  axisConfigs,
  effectiveKernelSize,
  foldWindows,
  type PerAxis,
  perAxis,
  perAxisKind,
  slidingWindows,
} from "./sliding-windows.ts";

/** Options of `unfold` and `fold`. */
export interface UnfoldOptions {
  /** The distance between windows. Default: 1. */
  readonly stride?: PerAxis;
  /** The number of zeros before and after each axis. Default: 0. */
  readonly padding?: PerAxis;
  /** The distance between the elements of a window. Default: 1. */
  readonly dilation?: PerAxis;
}

const axisConfigsOf = (op: string, kernelSize: PerAxis, options: UnfoldOptions): AxisConfig[] =>
  axisConfigs(op, perAxis(op, "kernelSize", kernelSize, 2, 1), options);

const unfoldOptions = {
  stride: perAxisKind,
  padding: perAxisKind,
  dilation: perAxisKind,
} as const satisfies Options;
const unfoldArguments: Signature = { x: "tensor", kernelSize: perAxisKind, options: unfoldOptions };

/**
 * Sliding windows of images as columns (im2col).
 *
 * @param x [N, C, H, W]
 * @param kernelSize the size of the windows, one for both axes or [kH, kW]
 * @returns [N, C·kH·kW, windows]
 * @throws where the kernel is larger than the padded image
 *
 * @example
 * console.log(unfold(arange(9).reshape([1, 1, 3, 3]), 2).select(0, 0));
 * //=> tensor([[0, 1, 3, 4],
 * //=>         [1, 2, 4, 5],
 * //=>         [3, 4, 6, 7],
 * //=>         [4, 5, 7, 8]], shape [4, 4], float32)
 */
export function unfold(x: Tensor, kernelSize: PerAxis, options: UnfoldOptions = {}): Tensor {
  checkArguments("unfold", unfoldArguments, arguments);
  if (x.ndim !== 4) fail("shape", "unfold", `${formatShape(x.shape)} must be [N, C, H, W]`);
  const windows = slidingWindows("unfold", x, axisConfigsOf("unfold", kernelSize, options));
  return windows.permute([0, 1, 4, 5, 2, 3]).flatten(1, 3).flatten(2, 3);
}

const foldArguments: Signature = {
  columns: "tensor",
  outputSize: perAxisKind,
  kernelSize: perAxisKind,
  options: unfoldOptions,
};

/**
 * Sum of columns at the positions of their windows (col2im), the transpose of `unfold`.
 *
 * @param columns [N, C·kH·kW, windows]
 * @param outputSize the size of the images, one for both axes or [H, W]
 * @param kernelSize the size of the windows, one for both axes or [kH, kW]
 * @returns [N, C, H, W]
 * @throws where the number of columns is not that of the windows
 *
 * @example
 * console.log(fold(ones([1, 4, 4]), 3, 2).squeeze());
 * //=> tensor([[1, 2, 1],
 * //=>         [2, 4, 2],
 * //=>         [1, 2, 1]], shape [3, 3], float32)
 */
export function fold(
  columns: Tensor,
  outputSize: PerAxis,
  kernelSize: PerAxis,
  options: UnfoldOptions = {},
): Tensor {
  checkArguments("fold", foldArguments, arguments);
  const sizes = perAxis("fold", "outputSize", outputSize, 2, 1);
  const configs = axisConfigsOf("fold", kernelSize, options);
  const kernel = configs.map(({ size }) => size) as [number, number];
  const places = configs.map((a, i) =>
    Math.floor((sizes[i]! + 2 * a.padding[0] - effectiveKernelSize(a)) / a.stride + 1),
  ) as [number, number];
  const [rows, windows] = [columns.shape[1]!, places[0] * places[1]];
  const channels = rows / (kernel[0] * kernel[1]);
  if (
    columns.ndim !== 3 ||
    !Number.isInteger(channels) ||
    places.some((n) => n < 1) ||
    columns.shape[2] !== windows
  )
    fail(
      "shape",
      "fold",
      `${formatShape(columns.shape)} must be [N, C·${kernel.join("·")}, ${places.join("·")}] for images of ${formatShape(sizes)}`,
    );
  const apart = columns.unflatten(2, places).unflatten(1, [channels, ...kernel]);
  return foldWindows(apart.permute([0, 1, 4, 5, 2, 3]), sizes, configs);
}
