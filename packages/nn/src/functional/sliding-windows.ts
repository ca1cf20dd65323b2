import { formatShape, type Tensor } from "@chainrule/core";
import { fail, type Kind } from "@chainrule/core/internal";

/** One whole number for every spatial axis, or one for each. */
export type PerAxis = number | readonly number[];

export const perAxisKind: Kind = {
  holds: (x) => [x].flat().every((n) => typeof n === "number" && !(n >= 2 ** 31)),
  message: "a whole number, or a list with one for each axis",
};

/** One number for each axis. @throws where they are not as many whole numbers from `least` on. */
export function perAxis(op: string, name: string, value: PerAxis, axes: number, least: number): number[] {
  const numbers = typeof value === "number" ? new Array<number>(axes).fill(value) : [...value];
  if (numbers.length !== axes || !numbers.every((n) => Number.isInteger(n) && n >= least))
    fail(
      "value",
      op,
      `${name} ${typeof value === "number" ? value : formatShape(value)} must be a whole number ≥ ${least}, or ${axes} of them`,
    );
  return numbers;
}

/** How windows lie along one axis. */
export interface Along {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements added before and after. */
  readonly padding: readonly [number, number];
}

/** How many elements a window lies over, from its first to its last. */
export const reachOf = ({ size, dilation }: Pick<Along, "size" | "dilation">): number =>
  dilation * (size - 1) + 1;

/**
 * Sliding windows along the last axes of x: the windows' places take these axes over, and their elements are appended
 * as further axes, so that [N, H, W] gives [N, H′, W′, kH, kW]. @throws where a window is larger than what it slides over.
 */
export function windowsOf(op: string, x: Tensor, along: readonly Along[]): Tensor {
  const first = x.ndim - along.length;
  const lengths = along.map(({ padding: [before, after] }, i) => x.shape[first + i]! + before + after);
  const reaches = along.map(reachOf);
  if (reaches.some((reach, i) => reach > lengths[i]!))
    fail(
      "shape",
      op,
      `a kernel over ${formatShape(reaches)} elements does not fit in ${formatShape(lengths)}, padding included`,
    );
  return along.reduce((y, { size, ...options }, i) => y.windows(first + i, size, options), x);
}

/** Windows, as `windowsOf` gives them, added back to axes of the given sizes. */
export function foldedFrom(windows: Tensor, sizes: readonly number[], along: readonly Along[]): Tensor {
  const first = windows.ndim - 2 * along.length;
  return along.reduceRight((y, { size: _, ...options }, i) => y.fold(first + i, sizes[i]!, options), windows);
}
