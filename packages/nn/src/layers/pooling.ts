import { ChainruleError, formatShape, type Tensor } from "@chainrule/core";
import { type Along, type PerAxis, perAxis, reachOf } from "./spatial.ts";

export interface PoolOptions {
  /** The distance between windows; the kernel's size by default. */
  readonly stride?: PerAxis;
  /** Elements added on both sides, at most half the kernel's size. */
  readonly padding?: PerAxis;
  /** Whether a last window may reach beyond the padded input; it must start before its right padding. */
  readonly ceilMode?: boolean;
}

/** How a pool's windows lie on the last axes of x; what `ceilMode` adds is padding after. */
export function poolAlong(
  op: string,
  axes: number,
  x: Tensor,
  kernelSize: PerAxis,
  { stride = kernelSize, padding = 0, ceilMode = false, dilation = 1 }: PoolOptions & { dilation?: PerAxis },
): Along[] {
  if (x.ndim < axes)
    throw new ChainruleError("shape", op, `${formatShape(x.shape)} needs at least ${axes} axes`);
  const sizes = perAxis(op, "kernelSize", kernelSize, axes, 1);
  const strides = perAxis(op, "stride", stride, axes, 1);
  const dilations = perAxis(op, "dilation", dilation, axes, 1);
  const pads = perAxis(op, "padding", padding, axes, 0);
  if (pads.some((pad, i) => 2 * pad > (sizes[i] as number)))
    throw new ChainruleError(
      "value",
      op,
      `padding ${formatShape(pads)} must be at most half the kernel's size ${formatShape(sizes)}`,
    );
  return sizes.map((size, i) => {
    const [s, pad, dilated] = [strides[i] as number, pads[i] as number, dilations[i] as number];
    const along = { size, stride: s, dilation: dilated };
    const n = x.shape[x.ndim - axes + i] as number;
    const steps = Math.ceil((n + 2 * pad - reachOf(along)) / s);
    const last = steps * s >= n + pad ? steps - 1 : steps;
    const beyond = ceilMode ? Math.max(0, last * s + reachOf(along) - n - 2 * pad) : 0;
    return { ...along, padding: [pad, pad + beyond] };
  });
}

/** x with a border of `value` as wide as the windows' padding, and windows that need none any more. */
export function padded(x: Tensor, along: readonly Along[], value: number): readonly [Tensor, Along[]] {
  const pads = [...along].reverse().flatMap(({ padding }) => padding);
  const bare = along.map((a): Along => ({ ...a, padding: [0, 0] }));
  return [pads.some((n) => n > 0) ? x.pad(pads, { value }) : x, bare];
}
