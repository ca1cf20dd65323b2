import { formatShape, type Tensor } from "@chainrule/core";
import { fail, type Kind } from "@chainrule/core/internal";

/** An integer for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[];

export const perAxisKind: Kind = {
  holds: (x) => [x].flat().every((n) => typeof n === "number" && !(n >= 2 ** 31)),
  message: "a whole number, or a list with one for each axis",
};

/** One number for each axis. @throws where they are not as many whole numbers from `least` on. */
export function perAxis(op: string, name: string, value: PerAxis, axes: number, min: number): number[] {
  const numbers = typeof value === "number" ? new Array<number>(axes).fill(value) : [...value];
  if (numbers.length !== axes || !numbers.every((n) => Number.isInteger(n) && n >= min))
    fail(
      "value",
      op,
      `${name} ${typeof value === "number" ? value : formatShape(value)} must be a whole number ≥ ${min}, or ${axes} of them`,
    );
  return numbers;
}

/** How windows lie along one axis. */
export interface AxisConfig {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements added before and after. */
  readonly padding: readonly [number, number];
}

/** How many elements a window lies over, from its first to its last. */
export const effectiveKernelSize = ({ size, dilation }: Pick<AxisConfig, "size" | "dilation">): number =>
  dilation * (size - 1) + 1;

/**
 * Sliding windows along the last axes of x: the windows' places take these axes over, and their elements are appended
 * as further axes, so that [N, H, W] gives [N, H′, W′, kH, kW]. @throws where a window is larger than what it slides over.
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

/** Windows, as `windowsOf` gives them, added back to axes of the given sizes. */
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
