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

export type InitOptions = Pick<RandomOptions, "generator">;

/** What a unit's output variance is multiplied by to make up for the activation behind it. [He et al. 2015] */
const gains = {
  linear: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (a: number) => Math.sqrt(2 / (1 + a * a)),
  selu: () => 3 / 4,
};
export type Nonlinearity = keyof typeof gains;

/** Throws unless a word is a key of a table. */
function requireKey(op: string, name: string, word: string, table: object): void {
  if (!Object.hasOwn(table, word))
    fail("value", op, `${name} "${word}" is none of ${Object.keys(table).join(", ")}`);
}

const gainArguments: Signature = { nonlinearity: "string", a: "number?" };

/** The gain of an activation; `a` is the negative slope of `leakyRelu`. @throws for another activation. */
export function calculateGain(nonlinearity: Nonlinearity, a = 0.01): number {
  checkArguments("calculateGain", gainArguments, arguments);
  requireKey("calculateGain", "nonlinearity", nonlinearity, gains);
  requireInRange("calculateGain", ranges.finite, { a });
  return gains[nonlinearity](a);
}

export interface KaimingOptions extends InitOptions {
  /** The negative slope of the `leakyRelu` behind. */
  readonly a?: number;
  /** Whether the variance is kept forwards or backwards. */
  readonly mode?: "fanIn" | "fanOut";
  readonly nonlinearity?: Nonlinearity;
}

/** Numbers of inputs and outputs that one element of a weight [out, in, …] belongs to. */
function fanInAndOut(op: string, p: Tensor): { fanIn: number; fanOut: number } {
  if (p.ndim < 2)
    fail("shape", op, `${formatShape(p.shape)} has no inputs and outputs; it needs at least two axes`);
  const [out, into, ...field] = p.shape as [number, number, ...number[]];
  const size = field.reduce((n, d) => n * d, 1);
  return { fanIn: into * size, fanOut: out * size };
}

/** Works a parameter out at once: parameters of one shape share a program then. */
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

/** Every element `value`. */
export const constant = /* @__PURE__ */ checked(
  "constant",
  constantArguments,
  <P extends Parameter>(p: P, value: number): P =>
    initialize(p, ({ dtype }) => full(p.shape, value, dtype ? { dtype } : {})),
);

/** Every element 0. */
export const zeros = /* @__PURE__ */ checked(
  "zeros",
  ofParameter,
  <P extends Parameter>(p: P): P => constant(p, 0),
);

/** Every element 1. */
export const ones = /* @__PURE__ */ checked(
  "ones",
  ofParameter,
  <P extends Parameter>(p: P): P => constant(p, 1),
);

/** Uniform on [low, high). @throws where these are not finite. */
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

/** Normal with a mean and a standard deviation. @throws where the deviation is negative, or one is not finite. */
export function normal<P extends Parameter>(p: P, mean = 0, std = 1, options?: InitOptions): P {
  checkArguments("normal", normalArguments, arguments);
  requireInRange("normal", ranges.finite, { mean });
  requireInRange("normal", ranges.nonNegative, { std });
  return initialize(p, (o) => randn(p.shape, o).mul(std).add(mean), options);
}

/** U(−b, b) with b = gain·√(6/(fanIn + fanOut)). [Glorot & Bengio 2010] */
export function xavierUniform<P extends Parameter>(p: P, gain = 1, options?: InitOptions): P {
  checkArguments("xavierUniform", xavierArguments, arguments);
  const { fanIn, fanOut } = fanInAndOut("xavierUniform", p);
  requireInRange("xavierUniform", ranges.finite, { gain });
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut || 1));
  return uniform(p, -bound, bound, options);
}

/** N(0, gain²·2/(fanIn + fanOut)). [Glorot & Bengio 2010] */
export function xavierNormal<P extends Parameter>(p: P, gain = 1, options?: InitOptions): P {
  checkArguments("xavierNormal", xavierArguments, arguments);
  const { fanIn, fanOut } = fanInAndOut("xavierNormal", p);
  requireInRange("xavierNormal", ranges.nonNegative, { gain });
  return normal(p, 0, gain * Math.sqrt(2 / (fanIn + fanOut || 1)), options);
}

/** The standard deviation that keeps the variance: gain/√fan. */
function kaimingStd(
  op: string,
  p: Tensor,
  { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" }: KaimingOptions,
): number {
  const fans = fanInAndOut(op, p);
  requireKey(op, "mode", mode, fans);
  return calculateGain(nonlinearity, a) / Math.sqrt(fans[mode] || 1);
}

/** U(−b, b) with b = gain·√(3/fan). [He et al. 2015] */
export function kaimingUniform<P extends Parameter>(p: P, options: KaimingOptions = {}): P {
  checkArguments("kaimingUniform", kaimingArguments, arguments);
  const bound = Math.sqrt(3) * kaimingStd("kaimingUniform", p, options);
  return uniform(p, -bound, bound, drawOptions(options));
}

/** N(0, gain²/fan). [He et al. 2015] */
export const kaimingNormal = /* @__PURE__ */ checked(
  "kaimingNormal",
  kaimingArguments,
  <P extends Parameter>(p: P, options: KaimingOptions = {}): P =>
    normal(p, 0, kaimingStd("kaimingNormal", p, options), drawOptions(options)),
);
