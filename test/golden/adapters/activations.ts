import { type Tensor, where } from "@chainrule/core";
import { type Adapter, type Adapters, attr, type Call, input } from "../adapter.ts";

type Unary = (x: Tensor) => Tensor;
type Numbers = (x: Tensor, ...numbers: (number | undefined)[]) => Tensor;

/** An activation with numbers among the attributes; those that a case leaves out take this library's default. */
const withNumbers =
  (f: Numbers, ...names: string[]): Adapter =>
  (call) =>
    f(input(call), ...names.map((name) => attr<number | undefined>(call, name, undefined)));

const along =
  (f: (x: Tensor, dim: number) => Tensor): Adapter =>
  (call) =>
    f(input(call), attr(call, "dim", -1));

const plain: Readonly<Record<string, Unary>> = {
  relu: (x) => x.relu(),
  relu6: (x) => x.relu6(),
  selu: (x) => x.selu(),
  silu: (x) => x.silu(),
  mish: (x) => x.mish(),
  hardswish: (x) => x.hardswish(),
  hardsigmoid: (x) => x.hardsigmoid(),
  softsign: (x) => x.softsign(),
  tanhshrink: (x) => x.tanhshrink(),
  logsigmoid: (x) => x.logSigmoid(),
};

/** ln(1 + e^{βx})/β, and x itself where βx is beyond the threshold. */
const softplus: Adapter = (call) => {
  const [x, beta] = [input(call), attr(call, "beta", 1)];
  const scaled = x.mul(beta);
  return where(scaled.gt(attr(call, "threshold", 20)), x, scaled.softplus().div(beta));
};

/** One slope for each channel, along axis 1. */
const prelu = (call: Call): Tensor => {
  const [x, weight] = [input(call), input(call, "weight")];
  const channels = weight.size > 1 && x.ndim > 1 ? [-1, ...x.shape.slice(2).map(() => 1)] : weight.shape;
  return x.leakyRelu(weight.reshape(channels));
};

export const activations: Adapters = {
  ...Object.fromEntries(
    Object.entries(plain).map(([name, f]) => [name, (call: Call) => f(input(call))] as const),
  ),
  leaky_relu: withNumbers((x, slope) => x.leakyRelu(slope), "negative_slope"),
  elu: withNumbers((x, alpha) => x.elu(alpha), "alpha"),
  celu: withNumbers((x, alpha) => x.celu(alpha), "alpha"),
  hardtanh: withNumbers((x, min, max) => x.hardtanh(min, max), "min_val", "max_val"),
  softshrink: withNumbers((x, lambd) => x.softshrink(lambd), "lambd"),
  hardshrink: withNumbers((x, lambd) => x.hardshrink(lambd), "lambd"),
  threshold: withNumbers((x, at, value) => x.threshold(at as number, value as number), "threshold", "value"),
  gelu: (call) =>
    attr<string>(call, "approximate", "none") === "tanh" ? input(call).geluTanh() : input(call).gelu(),
  softplus,
  prelu,
  softmax: along((x, dim) => x.softmax(dim)),
  log_softmax: along((x, dim) => x.logSoftmax(dim)),
  softmin: along((x, dim) => x.neg().softmax(dim)),
  glu: along((x, dim) => x.glu(dim)),
};
