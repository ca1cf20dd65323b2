import { einsum, formatShape, type Tensor } from "@chainrule/core";
import { checked, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import {
  axisConfigs,
  effectiveKernelSize,
  foldWindows,
  type PerAxis,
  perAxis,
  perAxisKind,
} from "../functional/sliding-windows.ts";
import { perChannel } from "../functional/standardise.ts";

/** Options of transposed convolutions. */
export interface ConvTransposeOptions {
  /** The distance between the outputs of neighbouring inputs. Default: 1. */
  readonly stride?: PerAxis;
  /** The number of elements cut off before and after each axis. Default: 0. */
  readonly padding?: PerAxis;
  /**
   * The number of elements added after each axis, less than the stride or the dilation: a convolution maps several
   * sizes to one, and this selects among them. Default: 0.
   */
  readonly outputPadding?: PerAxis;
  /** The distance between the outputs of a kernel's elements. Default: 1. */
  readonly dilation?: PerAxis;
  /** The number of groups of channels, each with kernels of its own. Default: 1. */
  readonly groups?: number;
}

function convTransposeNd(
  axes: 1 | 2 | 3,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 }: ConvTransposeOptions,
): Tensor {
  const op = `convTranspose${axes}d`;
  requireInRange(op, ranges.positiveInteger, { groups });
  const unbatched = x.ndim === axes + 1;
  const batch = unbatched ? x.unsqueeze(0) : x;
  const [into, out, ...kernel] = weight.shape as [number, number, ...number[]];
  if (
    batch.ndim !== axes + 2 ||
    weight.ndim !== axes + 2 ||
    batch.shape[1] !== into ||
    into % groups !== 0 ||
    (bias && (bias.ndim !== 1 || bias.shape[0] !== out * groups))
  )
    fail(
      "shape",
      op,
      `input ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}${bias ? ` and bias ${formatShape(bias.shape)}` : ""} in ${groups} group(s) must be [N, in, …], [in, out/groups, …] and [out], with ${axes} spatial axes`,
    );
  const configs = axisConfigs(op, kernel, { stride, padding, dilation });
  const extra = perAxis(op, "outputPadding", outputPadding, axes, 0);
  if (extra.some((n, i) => n >= Math.max(configs[i]!.stride, configs[i]!.dilation))) {
    const [strides, dilations] = [configs.map((c) => c.stride), configs.map((c) => c.dilation)];
    fail(
      "value",
      op,
      `outputPadding ${formatShape(extra)} must be smaller than the stride ${formatShape(strides)} or the dilation ${formatShape(dilations)}, since no kernel element reaches further`,
    );
  }
  const sizes = configs.map(
    (a, i) => (batch.shape[2 + i]! - 1) * a.stride + effectiveKernelSize(a) - 2 * a.padding[0] + extra[i]!,
  );
  if (!sizes.every((n) => n >= 1))
    fail(
      "shape",
      op,
      `with padding ${formatShape(configs.map((c) => c.padding[0]))} the output of ${formatShape(x.shape)} would have the spatial sizes ${formatShape(sizes)}`,
    );
  const [places, elements] = ["xyz".slice(0, axes), "uvw".slice(0, axes)];
  const windows = einsum(
    `ngi${places},gim${elements}->ngm${places}${elements}`,
    batch.unflatten(1, [groups, into / groups]),
    weight.unflatten(0, [groups, into / groups]),
  ).flatten(1, 2);
  const y = foldWindows(windows, sizes, configs);
  const shifted = bias ? y.add(perChannel(y, bias)) : y;
  return unbatched ? shifted.squeeze(0) : shifted;
}

const convTransposeArguments: Signature = {
  x: "tensor",
  weight: "tensor",
  bias: "tensor or null?",
  options: {
    stride: perAxisKind,
    padding: perAxisKind,
    outputPadding: perAxisKind,
    dilation: perAxisKind,
    groups: "number",
  },
};

/**
 * The transpose of `conv1d` as a linear map, plus b: w[i, o, k]·x[n, i, t] is added to
 * y[n, o, t·stride + k·dilation − padding].
 *
 * @param x [N, in, L] or [in, L]
 * @param weight w [in, out/groups, K]
 * @param bias b [out]; default none
 * @throws where shapes do not fit
 *
 * @example
 * console.log(convTranspose1d(tensor([[1, 10]]), tensor([[[1, 2]]])));
 * //=> tensor([[ 1, 12, 20]], shape [1, 3], float32)
 */
export const convTranspose1d = /* @__PURE__ */ checked(
  "convTranspose1d",
  convTransposeArguments,
  (x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvTransposeOptions = {}): Tensor =>
    convTransposeNd(1, x, weight, bias, options),
);

/**
 * `convTranspose1d` with two spatial axes.
 *
 * @throws where shapes do not fit
 *
 * @example
 * console.log(convTranspose2d(ones([1, 2, 2]), ones([1, 1, 2, 2])));
 * //=> tensor([[[1, 2, 1],
 * //=>          [2, 4, 2],
 * //=>          [1, 2, 1]]], shape [1, 3, 3], float32)
 */
export const convTranspose2d = /* @__PURE__ */ checked(
  "convTranspose2d",
  convTransposeArguments,
  (x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvTransposeOptions = {}): Tensor =>
    convTransposeNd(2, x, weight, bias, options),
);

/**
 * `convTranspose1d` with three spatial axes.
 *
 * @throws where shapes do not fit
 *
 * @example
 * console.log(convTranspose3d(ones([1, 1, 1, 1]), ones([1, 1, 2, 2, 2])).shape); //=> [ 1, 2, 2, 2 ]
 */
export const convTranspose3d = /* @__PURE__ */ checked(
  "convTranspose3d",
  convTransposeArguments,
  (x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvTransposeOptions = {}): Tensor =>
    convTransposeNd(3, x, weight, bias, options),
);
