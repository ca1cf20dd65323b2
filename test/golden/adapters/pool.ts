import type { Tensor } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { type Adapter, type Adapters, attr, type Call, input } from "../adapter.ts";
import { optionsOf } from "./optimizers.ts";

/** How windows move, without their size and what is made of them. */
const windowsOf = ({ attrs }: Call) => optionsOf(attrs, "kernel_size", "norm_type", "return_indices");

const pool =
  (f: (x: Tensor, kernelSize: nn.PerAxis, options?: object) => Tensor): Adapter =>
  (call) =>
    f(input(call), attr<nn.PerAxis>(call, "kernel_size", 1), windowsOf(call));

const adaptive =
  (f: (x: Tensor, outputSize: nn.OutputSize) => Tensor): Adapter =>
  (call) =>
    f(input(call), attr<nn.OutputSize>(call, "output_size", 1));

const lp = (f: typeof nn.lpPool1d): Adapter => {
  return (call) => pool((x, size, options) => f(x, attr(call, "norm_type", 2), size, options))(call);
};

const maxPool2d: Adapter = (call) => {
  if (!attr(call, "return_indices", false)) return pool(nn.maxPool2d)(call);
  const size = attr<nn.PerAxis>(call, "kernel_size", 1);
  const { values: out, indices } = nn.maxPool2dWithIndices(input(call), size, windowsOf(call));
  return { out, indices };
};

export const pools: Adapters = {
  max_pool1d: pool(nn.maxPool1d),
  max_pool2d: maxPool2d,
  max_pool3d: pool(nn.maxPool3d),
  avg_pool1d: pool(nn.avgPool1d),
  avg_pool2d: pool(nn.avgPool2d),
  avg_pool3d: pool(nn.avgPool3d),
  lp_pool1d: lp(nn.lpPool1d),
  lp_pool2d: lp(nn.lpPool2d),
  adaptive_avg_pool1d: adaptive(nn.adaptiveAvgPool1d),
  adaptive_avg_pool2d: adaptive(nn.adaptiveAvgPool2d),
  adaptive_avg_pool3d: adaptive(nn.adaptiveAvgPool3d),
  adaptive_max_pool1d: adaptive(nn.adaptiveMaxPool1d),
  adaptive_max_pool2d: adaptive(nn.adaptiveMaxPool2d),
  adaptive_max_pool3d: adaptive(nn.adaptiveMaxPool3d),
};
