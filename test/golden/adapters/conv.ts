import type { Tensor } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { type Adapter, type Adapters, attr, input } from "../adapter.ts";
import { optionsOf } from "./optimizers.ts";

type Convolution = (x: Tensor, weight: Tensor, bias?: Tensor | null, options?: object) => Tensor;

const convolution =
  (f: Convolution): Adapter =>
  (call) =>
    f(input(call), input(call, "weight"), call.inputs.bias, optionsOf(call.attrs));

export const convolutions: Adapters = {
  conv1d: convolution(nn.conv1d),
  conv2d: convolution(nn.conv2d),
  conv3d: convolution(nn.conv3d),
  conv_transpose1d: convolution(nn.convTranspose1d),
  conv_transpose2d: convolution(nn.convTranspose2d),
  conv_transpose3d: convolution(nn.convTranspose3d),
  im2col: (call) =>
    nn.unfold(input(call), attr(call, "kernel_size", 1), optionsOf(call.attrs, "kernel_size")),
  col2im: (call) =>
    nn.fold(
      input(call),
      attr(call, "output_size", 1),
      attr(call, "kernel_size", 1),
      optionsOf(call.attrs, "output_size", "kernel_size"),
    ),
};
