import { cat, formatShape, type Tensor } from "@chainrule/core";
import { fail, type Options } from "@chainrule/core/internal";
import {
  type AxisConfig,
  axisConfigs,
  effectiveKernelSize,
  type PerAxis,
  perAxis,
  perAxisKind,
} from "./sliding-windows.ts";

/** Options of pooling functions. */
export interface PoolOptions {
  /** The distance between windows. Default: the kernel size. */
  readonly stride?: PerAxis;
  /** The number of elements added before and after each axis, at most half the kernel size. Default: 0. */
  readonly padding?: PerAxis;
  /**
   * Whether a last window may extend beyond the padded input; it must start before the right padding. Default: false.
   */
  readonly ceilMode?: boolean;
}

export const poolOptions = {
  stride: perAxisKind,
  padding: perAxisKind,
  ceilMode: "boolean",
} as const satisfies Options;

/** The windows of a pool along the last axes of x. `ceilMode` adds padding after. */
export function poolConfigs(
  op: string,
  axes: number,
  x: Tensor,
  kernelSize: PerAxis,
  { stride = kernelSize, padding = 0, ceilMode = false, dilation = 1 }: PoolOptions & { dilation?: PerAxis },
): AxisConfig[] {
  if (x.ndim < axes) fail("shape", op, `${formatShape(x.shape)} needs at least ${axes} axes`);
  const sizes = perAxis(op, "kernelSize", kernelSize, axes, 1);
  const configs = axisConfigs(op, sizes, { stride, padding, dilation });
  const pads = configs.map((config) => config.padding[0]);
  if (pads.some((pad, i) => 2 * pad > sizes[i]!))
    fail(
      "value",
      op,
      `padding ${formatShape(pads)} must be at most half the kernel size ${formatShape(sizes)}`,
    );
  return ceilMode ? configs.map((config, i) => padToCeil(config, x.shape[x.ndim - axes + i]!)) : configs;
}

/** The windows along an axis of size n with padding after for a last one, which must start before the right padding. */
function padToCeil(config: AxisConfig, n: number): AxisConfig {
  const [pad] = config.padding;
  const reach = effectiveKernelSize(config);
  const steps = Math.ceil((n + 2 * pad - reach) / config.stride);
  const last = steps * config.stride >= n + pad ? steps - 1 : steps;
  return { ...config, padding: [pad, pad + Math.max(0, last * config.stride + reach - n - 2 * pad)] };
}

/** The same windows on a tensor that is padded already. */
const withoutPadding = (configs: readonly AxisConfig[]): AxisConfig[] =>
  configs.map((config) => ({ ...config, padding: [0, 0] }));

/** x with the windows' padding filled with `value`, and the windows on it. */
export function padConstant(
  x: Tensor,
  configs: readonly AxisConfig[],
  value: number,
): readonly [Tensor, AxisConfig[]] {
  const pads = [...configs].reverse().flatMap(({ padding }) => padding);
  return [pads.some((n) => n > 0) ? x.pad(pads, { value }) : x, withoutPadding(configs)];
}

/** The first or the last `length` elements of x repeated periodically along `dim`. */
function repeatPeriodically(x: Tensor, dim: number, length: number, from: "first" | "last"): Tensor {
  const n = x.shape[dim]!;
  const times = Math.ceil(length / n);
  const tiled = x.tile(x.shape.map((_, i) => (i === dim ? times : 1)));
  return from === "first" ? tiled.narrow(dim, 0, length) : tiled.narrow(dim, times * n - length, length);
}

/**
 * x with the windows' padding filled with elements that each window contains already, so that its maximum, and the
 * first of equal maxima, are those of x in every dtype. Elements at distance `dilation` belong to the same windows, so
 * the padding repeats the first, or the last, `dilation` elements. @throws where a window would contain padding only.
 */
export function padWithinWindows(
  op: string,
  x: Tensor,
  configs: readonly AxisConfig[],
): readonly [Tensor, AxisConfig[]] {
  const first = x.ndim - configs.length;
  const y = configs.reduce((t, { padding: [before, after], dilation }, i) => {
    const [dim, n] = [first + i, x.shape[first + i]!];
    if (before + after === 0) return t;
    if (dilation > n)
      fail(
        "shape",
        op,
        `dilation ${dilation} steps over all ${n} elements along dim ${dim} of ${formatShape(x.shape)}: a window holds nothing but padding`,
      );
    const front = repeatPeriodically(t.narrow(dim, 0, dilation), dim, before, "last");
    const back = repeatPeriodically(t.narrow(dim, n - dilation, dilation), dim, after, "first");
    return cat([front, t, back], dim);
  }, x);
  return [y, withoutPadding(configs)];
}
