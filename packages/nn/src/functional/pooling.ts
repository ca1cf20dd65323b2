import { cat, formatShape, type Tensor } from "@chainrule/core";
import { fail, type Options } from "@chainrule/core/internal";
import {
  type AxisConfig,
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

/** How a pool's windows lie on the last axes of x; what `ceilMode` adds is padding after. */
export function poolConfigs(
  op: string,
  axes: number,
  x: Tensor,
  kernelSize: PerAxis,
  { stride = kernelSize, padding = 0, ceilMode = false, dilation = 1 }: PoolOptions & { dilation?: PerAxis },
): AxisConfig[] {
  if (x.ndim < axes) fail("shape", op, `${formatShape(x.shape)} needs at least ${axes} axes`);
  const sizes = perAxis(op, "kernelSize", kernelSize, axes, 1);
  const strides = perAxis(op, "stride", stride, axes, 1);
  const dilations = perAxis(op, "dilation", dilation, axes, 1);
  const pads = perAxis(op, "padding", padding, axes, 0);
  if (pads.some((pad, i) => 2 * pad > sizes[i]!))
    fail(
      "value",
      op,
      `padding ${formatShape(pads)} must be at most half the kernel's size ${formatShape(sizes)}`,
    );
  return sizes.map((size, i) => {
    const [s, pad, dilated] = [strides[i]!, pads[i]!, dilations[i]!];
    const along = { size, stride: s, dilation: dilated };
    const n = x.shape[x.ndim - axes + i]!;
    const steps = Math.ceil((n + 2 * pad - effectiveKernelSize(along)) / s);
    const last = steps * s >= n + pad ? steps - 1 : steps;
    const beyond = ceilMode ? Math.max(0, last * s + effectiveKernelSize(along) - n - 2 * pad) : 0;
    return { ...along, padding: [pad, pad + beyond] };
  });
}

/** Windows that lie as these do on a tensor which has their padding already. */
const withoutPadding = (along: readonly AxisConfig[]): AxisConfig[] =>
  along.map((a) => ({ ...a, padding: [0, 0] }));

/** x with a border of `value` as wide as the windows' padding, and windows that need none any more. */
export function padConstant(
  x: Tensor,
  along: readonly AxisConfig[],
  value: number,
): readonly [Tensor, AxisConfig[]] {
  const pads = [...along].reverse().flatMap(({ padding }) => padding);
  return [pads.some((n) => n > 0) ? x.pad(pads, { value }) : x, withoutPadding(along)];
}

/** `length` elements of x along `dim`, which repeat over and over: the first so many, or the last. */
function repeatPeriodically(x: Tensor, dim: number, length: number, from: "first" | "last"): Tensor {
  const n = x.shape[dim]!;
  const times = Math.ceil(length / n);
  const tiled = x.tile(x.shape.map((_, i) => (i === dim ? times : 1)));
  return from === "first" ? tiled.narrow(dim, 0, length) : tiled.narrow(dim, times * n - length, length);
}

/**
 * x with a border that repeats, in each window, elements which this window holds anyway: its extrema are those of the
 * elements inside, in every dtype, and the first of equals is the same. A place `dilation` further is another element
 * of the same windows, so the border repeats the first, or the last, `dilation` elements over and over.
 * @throws where a window would hold nothing but border.
 */
export function padWithinWindows(
  op: string,
  x: Tensor,
  along: readonly AxisConfig[],
): readonly [Tensor, AxisConfig[]] {
  const first = x.ndim - along.length;
  const y = along.reduce((t, { padding: [before, after], dilation }, i) => {
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
  return [y, withoutPadding(along)];
}
