import { einsum, formatShape, type Parameter, type Tensor } from "@chainrule/core";
import {
  checkArguments,
  checked,
  fail,
  type Kind,
  type Options,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import { describe } from "../describe.ts";
import {
  type AxisConfig,
  axisConfigs,
  effectiveKernelSize,
  type PerAxis,
  perAxis,
  perAxisKind,
  slidingWindows,
} from "../functional/sliding-windows.ts";
import { perChannel } from "../functional/standardise.ts";
import { kaimingUniform, uniform } from "../init.ts";
import { Layer, layerInput } from "../module.ts";
import { drawOptions, type ParameterOptions, parameter, parameterOptions } from "../parameter.ts";

/** Options of convolutions. */
export interface ConvOptions {
  /** The distance between windows. Default: 1. */
  readonly stride?: PerAxis;
  /**
   * The number of zeros before and after each axis. "same" keeps the size (an odd zero goes after), "valid" adds none.
   * Default: 0.
   */
  readonly padding?: PerAxis | "same" | "valid";
  /** The distance between the input elements of a window. Default: 1. */
  readonly dilation?: PerAxis;
  /** The number of groups of channels, each with kernels of its own. Default: 1. */
  readonly groups?: number;
}

/** The windows of a kernel of these sizes. */
function convConfigs(
  op: string,
  kernelSize: readonly number[],
  { stride = 1, padding = 0, dilation = 1 }: ConvOptions,
): AxisConfig[] {
  if (typeof padding !== "string") return axisConfigs(op, kernelSize, { stride, padding, dilation });
  const configs = axisConfigs(op, kernelSize, { stride, dilation });
  if (padding !== "same") return configs;
  const strides = configs.map((config) => config.stride);
  if (strides.some((s) => s !== 1))
    fail("value", op, `padding "same" needs stride 1, not ${formatShape(strides)}`);
  return configs.map((config) => {
    const total = effectiveKernelSize(config) - 1;
    return { ...config, padding: [Math.floor(total / 2), Math.ceil(total / 2)] };
  });
}

function convNd(
  axes: 1 | 2 | 3,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  options: ConvOptions,
): Tensor {
  const op = `conv${axes}d`;
  const { groups = 1 } = options;
  requireInRange(op, ranges.positiveInteger, { groups });
  const unbatched = x.ndim === axes + 1;
  const batch = unbatched ? x.unsqueeze(0) : x;
  const [out, into, ...sizes] = weight.shape as [number, number, ...number[]];
  if (
    batch.ndim !== axes + 2 ||
    weight.ndim !== axes + 2 ||
    batch.shape[1] !== into * groups ||
    out % groups !== 0 ||
    (bias && (bias.ndim !== 1 || bias.shape[0] !== out))
  )
    fail(
      "shape",
      op,
      `input ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}${bias ? ` and bias ${formatShape(bias.shape)}` : ""} in ${groups} group(s) must be [N, in, …], [out, in/groups, …] and [out], with ${axes} spatial axes`,
    );
  const configs = convConfigs(op, sizes, options);
  const windows = slidingWindows(op, batch.unflatten(1, [groups, into]), configs);
  const [places, elements] = ["xyz".slice(0, axes), "uvw".slice(0, axes)];
  const y = einsum(
    `ngi${places}${elements},gmi${elements}->ngm${places}`,
    windows,
    weight.unflatten(0, [groups, out / groups]),
  ).flatten(1, 2);
  const shifted = bias ? y.add(perChannel(y, bias)) : y;
  return unbatched ? shifted.squeeze(0) : shifted;
}

const paddingKind: Kind = {
  holds: (x) => typeof x === "string" || perAxisKind.holds(x),
  message: `${perAxisKind.message}, or "same" or "valid"`,
};
const convOptions = {
  stride: perAxisKind,
  padding: paddingKind,
  dilation: perAxisKind,
  groups: "number",
} as const satisfies Options;
const convArguments: Signature = {
  x: "tensor",
  weight: "tensor",
  bias: "tensor or null?",
  options: convOptions,
};

/**
 * Convolution (cross-correlation) y[n, o, t] = b[o] + Σ w[o, i, k]·x[n, i, t·stride + k·dilation − padding].
 *
 * @param x [N, in, L] or [in, L]
 * @param weight w [out, in/groups, K]
 * @param bias b [out]; default none
 * @returns [N, out, L′] or [out, L′]
 * @throws where shapes do not fit, or the kernel is larger than the padded input
 *
 * @example
 * console.log(conv1d(tensor([[1, 2, 4, 8]]), tensor([[[1, -1]]])));
 * //=> tensor([[-1, -2, -4]], shape [1, 3], float32)
 */
export const conv1d = /* @__PURE__ */ checked(
  "conv1d",
  convArguments,
  (x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvOptions = {}): Tensor =>
    convNd(1, x, weight, bias, options),
);

/**
 * `conv1d` with two spatial axes: x [N, in, H, W] or [in, H, W], w [out, in/groups, kH, kW].
 *
 * @throws as `conv1d`
 *
 * @example
 * console.log(conv2d(arange(9).reshape([1, 3, 3]), ones([1, 1, 2, 2])));
 * //=> tensor([[[ 8, 12],
 * //=>          [20, 24]]], shape [1, 2, 2], float32)
 */
export const conv2d = /* @__PURE__ */ checked(
  "conv2d",
  convArguments,
  (x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvOptions = {}): Tensor =>
    convNd(2, x, weight, bias, options),
);

/**
 * `conv1d` with three spatial axes: x [N, in, D, H, W] or [in, D, H, W], w [out, in/groups, kD, kH, kW].
 *
 * @throws as `conv1d`
 *
 * @example
 * console.log(conv3d(arange(8).reshape([1, 2, 2, 2]), ones([1, 1, 2, 2, 2])));
 * //=> tensor([[[[28]]]], shape [1, 1, 1, 1], float32)
 */
export const conv3d = /* @__PURE__ */ checked(
  "conv3d",
  convArguments,
  (x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvOptions = {}): Tensor =>
    convNd(3, x, weight, bias, options),
);

/** Options of convolution layers. */
export interface ConvLayerOptions extends ConvOptions, ParameterOptions {
  /** Whether there is a bias b. Default: true. */
  readonly bias?: boolean;
}

/** The base class of convolutions with 1, 2 and 3 spatial axes. */
abstract class ConvLayer extends Layer {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly #options: ConvOptions;
  readonly #kernel: readonly number[];

  constructor(
    readonly axes: 1 | 2 | 3,
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: PerAxis,
    { bias = true, dtype, generator, ...options }: ConvLayerOptions = {},
  ) {
    super();
    const name = this.constructor.name;
    const { groups = 1 } = options;
    this.#options = options;
    this.#kernel = perAxis(name, "kernelSize", kernelSize, axes, 1);
    requireInRange(name, ranges.nonNegativeInteger, { inChannels, outChannels });
    requireInRange(name, ranges.positiveInteger, { groups });
    if (inChannels % groups !== 0 || outChannels % groups !== 0)
      fail("value", name, `${inChannels} and ${outChannels} channels do not split into ${groups} groups`);
    convConfigs(name, this.#kernel, options);
    const from = { ...(dtype && { dtype }), ...(generator && { generator }) };
    const shape = [outChannels, inChannels / groups, ...this.#kernel];
    this.weight = kaimingUniform(parameter(shape, from), { a: Math.sqrt(5), ...drawOptions(from) });
    const fanIn = shape.slice(1).reduce((n, d) => n * d, 1);
    const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
    this.bias = bias ? uniform(parameter([outChannels], from), -bound, bound, drawOptions(from)) : null;
  }

  forward(x: Tensor): Tensor {
    checkArguments(this.constructor.name, layerInput, arguments);
    return convNd(this.axes, x, this.weight, this.bias, this.#options);
  }

  protected override extraRepr(): string {
    const options = { kernelSize: this.#kernel, ...this.#options, ...(this.bias ? {} : { bias: false }) };
    return `${this.inChannels}, ${this.outChannels}, ${describe(options)}`;
  }
}

const layerArguments: Signature = {
  inChannels: "number",
  outChannels: "number",
  kernelSize: perAxisKind,
  options: { ...convOptions, ...parameterOptions, bias: "boolean" },
};

/**
 * `conv1d` with trained kernels: w and b are drawn from U(±1/√(in/groups·K)).
 *
 * @param kernelSize K
 * @throws where the channels do not split into groups, or an option is out of range
 *
 * @example
 * const layer = new Conv1d(3, 8, 5, { padding: "same" });
 * console.log(layer.forward(randn(2, 3, 16)).shape); //=> [ 2, 8, 16 ]
 */
export class Conv1d extends ConvLayer {
  static override readonly name: string = "Conv1d";
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options?: ConvLayerOptions) {
    checkArguments("Conv1d", layerArguments, arguments);
    super(1, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * `conv2d` with trained kernels: w and b are drawn from U(±1/√(in/groups·kH·kW)).
 *
 * @param kernelSize one for both axes, or [kH, kW]
 * @throws where the channels do not split into groups, or an option is out of range
 *
 * @example
 * const layer = new Conv2d(3, 8, 3, { stride: 2, padding: 1 });
 * console.log(layer.forward(randn(1, 3, 16, 16)).shape); //=> [ 1, 8, 8, 8 ]
 */
export class Conv2d extends ConvLayer {
  static override readonly name: string = "Conv2d";
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options?: ConvLayerOptions) {
    checkArguments("Conv2d", layerArguments, arguments);
    super(2, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * `conv3d` with trained kernels: w and b are drawn from U(±1/√(in/groups·kD·kH·kW)).
 *
 * @param kernelSize one for all axes, or [kD, kH, kW]
 * @throws where the channels do not split into groups, or an option is out of range
 *
 * @example
 * console.log(new Conv3d(1, 2, 3).forward(randn(1, 1, 8, 8, 8)).shape); //=> [ 1, 2, 6, 6, 6 ]
 */
export class Conv3d extends ConvLayer {
  static override readonly name: string = "Conv3d";
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis, options?: ConvLayerOptions) {
    checkArguments("Conv3d", layerArguments, arguments);
    super(3, inChannels, outChannels, kernelSize, options);
  }
}
