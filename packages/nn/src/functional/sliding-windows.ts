import { formatShape, type Tensor } from "@chainrule/core";
import { fail, type Kind } from "@chainrule/core/internal";

/** An integer for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[];

export const perAxisKind: Kind = {
  holds: (x) => [x].flat().every((n) => typeof n === "number" && !(n >= 2 ** 31)),
  message: "an integer, or a list with one for each axis",
};

/** One integer ≥ `min` for each axis. @throws for other numbers, or another count. */
export function perAxis(op: string, name: string, value: PerAxis, axes: number, min: number): number[] {
  const numbers = typeof value === "number" ? new Array<number>(axes).fill(value) : [...value];
  if (numbers.length !== axes || !numbers.every((n) => Number.isInteger(n) && n >= min))
    fail(
      "value",
      op,
      `${name} ${typeof value === "number" ? value : formatShape(value)} must be an integer ≥ ${min}, or a list of ${axes}`,
    );
  return numbers;
}

/** The windows along one axis. */
export interface AxisConfig {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** The number of elements added before and after. */
  readonly padding: readonly [number, number];
}

/** The distance from the first to the last element of a window, both included. */
export const effectiveKernelSize = ({ size, dilation }: Pick<AxisConfig, "size" | "dilation">): number =>
  dilation * (size - 1) + 1;

/** How windows slide; see `ConvOptions`. */
export interface SlidingOptions {
  readonly stride?: PerAxis;
  readonly padding?: PerAxis;
  readonly dilation?: PerAxis;
}

/** The windows of a kernel along each of its axes. @throws for an option that is out of range. */
export function axisConfigs(
  op: string,
  kernelSize: readonly number[],
  { stride = 1, padding = 0, dilation = 1 }: SlidingOptions,
): AxisConfig[] {
  const axes = kernelSize.length;
  const strides = perAxis(op, "stride", stride, axes, 1);
  const dilations = perAxis(op, "dilation", dilation, axes, 1);
  const pads = perAxis(op, "padding", padding, axes, 0);
  return kernelSize.map((size, i) => {
    const pad = pads[i]!;
    return { size, stride: strides[i]!, dilation: dilations[i]!, padding: [pad, pad] };
  });
}

/**
 * Sliding windows along the last axes of x. The elements of the windows are appended as new axes: [N, H, W] gives
 * [N, H′, W′, kH, kW]. @throws where a window is larger than its padded axis.
 */
export function slidingWindows(op: string, x: Tensor, configs: readonly AxisConfig[]): Tensor {
  const first = x.ndim - configs.length;
  const lengths = configs.map(({ padding: [before, after] }, i) => x.shape[first + i]! + before + after);
  const sizes = configs.map(effectiveKernelSize);
  if (sizes.some((reach, i) => reach > lengths[i]!))
    fail(
      "shape",
      op,
      `a kernel over ${formatShape(sizes)} elements does not fit in ${formatShape(lengths)}, padding included`,
    );
  return configs.reduce((y, { size, ...options }, i) => y.windows(first + i, size, options), x);
}

/** The transpose of `slidingWindows`: windows summed at their positions, along axes of the given sizes. */
export function foldWindows(
  windows: Tensor,
  sizes: readonly number[],
  configs: readonly AxisConfig[],
): Tensor {
  const first = windows.ndim - 2 * configs.length;
  return configs.reduceRight(
    (y, { size: _, ...options }, i) => y.fold(first + i, sizes[i]!, options),
    windows,
  );
}
