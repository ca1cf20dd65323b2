import type { Tensor } from "@chainrule/core";
import { type Adapter, type Adapters, attr, type Call, input } from "../adapter.ts";

type Dims = number | readonly number[] | undefined;
interface Options {
  readonly keepdim: boolean;
}

const dimsOf = (call: Call): Dims => attr<Dims>(call, "dim", undefined);
const options = (call: Call): Options => ({ keepdim: attr(call, "keepdim", false) });

const reduction =
  (f: (x: Tensor, dims: Dims, options: Options) => Tensor): Adapter =>
  (call) =>
    f(input(call), dimsOf(call), options(call));

/** An op along the one axis `dim`. */
const along =
  (f: (x: Tensor, dim: number) => ReturnType<Adapter>): Adapter =>
  (call) =>
    f(input(call), attr(call, "dim", 0));

const position =
  (f: (x: Tensor, dim: number | undefined, options: Options) => Tensor): Adapter =>
  (call) =>
    f(input(call), attr<number | undefined>(call, "dim", undefined), options(call));

const extremum =
  (name: "max" | "min"): Adapter =>
  (call) => {
    const [x, dim] = [input(call), attr<number | undefined>(call, "dim", undefined)];
    return dim === undefined ? x[name]() : x[name](dim, options(call));
  };

const spread = (call: Call) => ({ ...options(call), correction: attr(call, "correction", 1) });

const diff: Adapter = (call) => {
  const dim = attr(call, "dim", -1);
  let x = input(call);
  for (let n = attr(call, "n", 1); n > 0; n--) x = x.slice(dim, 1).sub(x.slice(dim, 0, -1));
  return x;
};

export const reductions: Adapters = {
  sum: reduction((x, dims, o) => x.sum(dims, o)),
  mean: reduction((x, dims, o) => x.mean(dims, o)),
  nansum: reduction((x, dims, o) => x.nanSum(dims, o)),
  nanmean: reduction((x, dims, o) => x.nanMean(dims, o)),
  count_nonzero: reduction((x, dims, o) => x.countNonzero(dims, o)),
  amax: reduction((x, dims, o) => x.amax(dims, o)),
  amin: reduction((x, dims, o) => x.amin(dims, o)),
  prod: reduction((x, dims, o) => x.prod(dims, o)),
  all: reduction((x, dims, o) => x.all(dims, o)),
  any: reduction((x, dims, o) => x.any(dims, o)),
  logsumexp: reduction((x, dims, o) => x.logSumExp(dims, o)),
  max: extremum("max"),
  min: extremum("min"),
  aminmax: (call) => ({
    min: input(call).amin(dimsOf(call), options(call)),
    max: input(call).amax(dimsOf(call), options(call)),
  }),
  argmax: position((x, dim, o) => x.argmax(dim, o)),
  argmin: position((x, dim, o) => x.argmin(dim, o)),
  var: (call) => input(call).var(dimsOf(call), spread(call)),
  std: (call) => input(call).std(dimsOf(call), spread(call)),
  var_mean: (call) => ({
    var: input(call).var(dimsOf(call), spread(call)),
    mean: input(call).mean(dimsOf(call), options(call)),
  }),
  norm: (call) => input(call).norm(attr(call, "p", 2), dimsOf(call), options(call)),
  cumsum: along((x, dim) => x.cumsum(dim)),
  cumprod: along((x, dim) => x.cumprod(dim)),
  logcumsumexp: along((x, dim) => x.logCumSumExp(dim)),
  cummax: along((x, dim) => x.cummax(dim)),
  cummin: along((x, dim) => x.cummin(dim)),
  diff,
  trace: (call) => input(call).diagonal().sum(),
};
