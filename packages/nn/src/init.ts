import {
  evaluate,
  formatShape,
  full,
  noGrad,
  Parameter,
  type RandomOptions,
  rand,
  randn,
  type Tensor,
} from "@chainrule/core";
import {
  checkArguments,
  checked,
  fail,
  generatorKind,
  instanceOf,
  type Options,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import { drawOptions } from "./parameter.ts";

/** Options of random initialization: the `generator`, by default the shared one. */
export type InitOptions = Pick<RandomOptions, "generator">;

/** The factor of the standard deviation that preserves the variance behind each activation. [He et al. 2015] */
const gains = {
  linear: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (a: number) => Math.sqrt(2 / (1 + a * a)),
  selu: () => 3 / 4,
};
/** The activations that have a gain. */
export type Nonlinearity = keyof typeof gains;

/** Throws unless `word` is a key of a table. */
function requireKey(op: string, name: string, word: string, table: object): void {
  if (!Object.hasOwn(table, word))
    fail("value", op, `${name} "${word}" is none of ${Object.keys(table).join(", ")}`);
}

const gainArguments: Signature = { nonlinearity: "string", a: "number?" };

/**
 * The factor of the standard deviation that preserves the variance behind an activation. [He et al. 2015]
 *
 * @param a the negative slope of `leakyRelu`; default 0.01
 * @throws for an unknown activation
 *
 * @example
 * console.log(init.calculateGain("relu")); //=> 1.4142135623730951
 */
export function calculateGain(nonlinearity: Nonlinearity, a = 0.01): number {
  checkArguments("calculateGain", gainArguments, arguments);
  requireKey("calculateGain", "nonlinearity", nonlinearity, gains);
  requireInRange("calculateGain", ranges.finite, { a });
  return gains[nonlinearity](a);
}

/** Options of Kaiming initialization. */
export interface KaimingOptions extends InitOptions {
  /** The negative slope of the `leakyRelu` behind the layer. Default: 0. */
  readonly a?: number;
  /** Whether the forward ("fanIn") or the backward ("fanOut") variance is preserved. Default: "fanIn". */
  readonly mode?: "fanIn" | "fanOut";
  /** The activation behind the layer. Default: "leakyRelu". */
  readonly nonlinearity?: Nonlinearity;
}

/** The number of inputs of each output, and of outputs of each input, of a weight [out, in, …]. */
function fanInAndOut(op: string, p: Tensor): { fanIn: number; fanOut: number } {
  if (p.ndim < 2)
    fail("shape", op, `${formatShape(p.shape)} has no inputs and outputs; it needs at least two axes`);
  const [out, into, ...field] = p.shape as [number, number, ...number[]];
  const size = field.reduce((n, d) => n * d, 1);
  return { fanIn: into * size, fanOut: out * size };
}

/** Assigns and evaluates a parameter, so that parameters of one shape share a program. */
function initialize<P extends Parameter>(
  p: P,
  value: (options: RandomOptions) => Tensor,
  options: InitOptions = {},
): P {
  const { generator } = options;
  noGrad(() => p.assign(value({ dtype: p.dtype, ...(generator && { generator }) })));
  evaluate(p);
  return p;
}

const parameterKind = instanceOf(Parameter, "a Parameter", "new Parameter(x)");
const initOptions = { generator: generatorKind } as const satisfies Options;
const constantArguments: Signature = { p: parameterKind, value: "number" };
const ofParameter: Signature = { p: parameterKind };
const uniformArguments: Signature = {
  p: parameterKind,
  low: "number?",
  high: "number?",
  options: initOptions,
};
const normalArguments: Signature = {
  p: parameterKind,
  mean: "number?",
  std: "number?",
  options: initOptions,
};
const xavierArguments: Signature = { p: parameterKind, gain: "number?", options: initOptions };
const kaimingArguments: Signature = {
  p: parameterKind,
  options: { ...initOptions, a: "number", mode: "string", nonlinearity: "string" },
};

/**
 * Sets every element of a parameter to `value`. Returns the parameter.
 *
 * @example
 * console.log(init.constant(new Parameter(zeros([2])), 0.5).detach()); //=> tensor([0.5, 0.5], shape [2], float32)
 */
export const constant = /* @__PURE__ */ checked(
  "constant",
  constantArguments,
  <P extends Parameter>(p: P, value: number): P =>
    initialize(p, ({ dtype }) => full(p.shape, value, dtype ? { dtype } : {})),
);

/**
 * Sets every element of a parameter to 0. Returns the parameter.
 *
 * @example
 * console.log(init.zeros(new Parameter(tensor([1, 2]))).detach()); //=> tensor([0, 0], shape [2], float32)
 */
export const zeros = /* @__PURE__ */ checked(
  "zeros",
  ofParameter,
  <P extends Parameter>(p: P): P => constant(p, 0),
);

/**
 * Sets every element of a parameter to 1. Returns the parameter.
 *
 * @example
 * console.log(init.ones(new Parameter(tensor([1, 2]))).detach()); //=> tensor([1, 1], shape [2], float32)
 */
export const ones = /* @__PURE__ */ checked(
  "ones",
  ofParameter,
  <P extends Parameter>(p: P): P => constant(p, 1),
);

/**
 * Draws a parameter from the uniform distribution U(low, high). Returns the parameter.
 *
 * @param low default 0
 * @param high default 1, excluded
 * @throws where a bound is not finite
 *
 * @example
 * const p = init.uniform(new Parameter(zeros([100])), -1, 1);
 * console.log(p.abs().max().lt(1)); //=> tensor(true, shape [], bool)
 */
export function uniform<P extends Parameter>(p: P, low = 0, high = 1, options?: InitOptions): P {
  checkArguments("uniform", uniformArguments, arguments);
  requireInRange("uniform", ranges.finite, { low, high });
  return initialize(
    p,
    (o) =>
      rand(p.shape, o)
        .mul(high - low)
        .add(low),
    options,
  );
}

/**
 * Draws a parameter from the normal distribution N(mean, std²). Returns the parameter.
 *
 * @param mean default 0
 * @param std default 1
 * @throws where `std` is negative, or one of them not finite
 *
 * @example
 * const p = init.normal(new Parameter(zeros([3])), 0, 0.02, { generator: new Generator(0) });
 * console.log(p.detach()); //=> tensor([-0.0168,  0.0004,  0.0199], shape [3], float32)
 */
export function normal<P extends Parameter>(p: P, mean = 0, std = 1, options?: InitOptions): P {
  checkArguments("normal", normalArguments, arguments);
  requireInRange("normal", ranges.finite, { mean });
  requireInRange("normal", ranges.nonNegative, { std });
  return initialize(p, (o) => randn(p.shape, o).mul(std).add(mean), options);
}

/**
 * Draws a weight [out, in, …] from U(−b, b) with b = gain·√(6/(fanIn + fanOut)). [Glorot & Bengio 2010]
 *
 * @param gain default 1
 * @throws where p has fewer than two axes
 *
 * @example
 * const p = init.xavierUniform(new Parameter(zeros([3, 3])));
 * console.log(p.abs().max().le(1)); //=> tensor(true, shape [], bool)
 */
export function xavierUniform<P extends Parameter>(p: P, gain = 1, options?: InitOptions): P {
  checkArguments("xavierUniform", xavierArguments, arguments);
  const { fanIn, fanOut } = fanInAndOut("xavierUniform", p);
  requireInRange("xavierUniform", ranges.finite, { gain });
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut || 1));
  return uniform(p, -bound, bound, options);
}

/**
 * Draws a weight [out, in, …] from N(0, gain²·2/(fanIn + fanOut)). [Glorot & Bengio 2010]
 *
 * @param gain default 1
 * @throws where p has fewer than two axes
 *
 * @example
 * console.log(init.xavierNormal(new Parameter(zeros([2, 3]))).shape); //=> [ 2, 3 ]
 */
export function xavierNormal<P extends Parameter>(p: P, gain = 1, options?: InitOptions): P {
  checkArguments("xavierNormal", xavierArguments, arguments);
  const { fanIn, fanOut } = fanInAndOut("xavierNormal", p);
  requireInRange("xavierNormal", ranges.nonNegative, { gain });
  return normal(p, 0, gain * Math.sqrt(2 / (fanIn + fanOut || 1)), options);
}

/** The standard deviation that preserves the variance: gain/√fan. */
function kaimingStd(
  op: string,
  p: Tensor,
  { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" }: KaimingOptions,
): number {
  const fans = fanInAndOut(op, p);
  requireKey(op, "mode", mode, fans);
  return calculateGain(nonlinearity, a) / Math.sqrt(fans[mode] || 1);
}

/**
 * Draws a weight [out, in, …] from U(−b, b) with b = gain·√(3/fan). [He et al. 2015]
 *
 * @throws where p has fewer than two axes, or for an unknown option
 *
 * @example
 * const p = init.kaimingUniform(new Parameter(zeros([2, 6])), { nonlinearity: "relu" });
 * console.log(p.abs().max().le(1)); //=> tensor(true, shape [], bool)
 */
export function kaimingUniform<P extends Parameter>(p: P, options: KaimingOptions = {}): P {
  checkArguments("kaimingUniform", kaimingArguments, arguments);
  const bound = Math.sqrt(3) * kaimingStd("kaimingUniform", p, options);
  return uniform(p, -bound, bound, drawOptions(options));
}

/**
 * Draws a weight [out, in, …] from N(0, gain²/fan). [He et al. 2015]
 *
 * @throws where p has fewer than two axes, or for an unknown option
 *
 * @example
 * console.log(init.kaimingNormal(new Parameter(zeros([2, 6])), { mode: "fanOut" }).shape); //=> [ 2, 6 ]
 */
export const kaimingNormal = /* @__PURE__ */ checked(
  "kaimingNormal",
  kaimingArguments,
  <P extends Parameter>(p: P, options: KaimingOptions = {}): P =>
    normal(p, 0, kaimingStd("kaimingNormal", p, options), drawOptions(options)),
);
