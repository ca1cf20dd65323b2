import { ChainruleError, type Tensor, zeros } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, uniform } from "../draw.ts";

interface Slide {
  readonly stride?: number;
  readonly before?: number;
  readonly dilation?: number;
  readonly groups?: number;
  /** Sizes of the output's spatial axes. */
  readonly out: readonly [number, number];
}

/** A convolution of images by its definition. */
function plain(
  x: Tensor,
  w: Tensor,
  b: Tensor,
  { stride = 1, before = 0, dilation = 1, groups = 1, out }: Slide,
): number[] {
  const [images, kernels] = [x.toArray() as number[][][][], w.toArray() as number[][][][]];
  const perGroup = kernels.length / groups;
  const y: number[] = [];
  for (const image of images)
    for (const [o, kernel] of kernels.entries())
      for (let r = 0; r < out[0]; r++)
        for (let c = 0; c < out[1]; c++) {
          let sum = b.data()[o] as number;
          for (const [i, plane] of kernel.entries())
            for (const [u, row] of plane.entries())
              for (const [v, weight] of row.entries()) {
                const channel = Math.floor(o / perGroup) * kernel.length + i;
                const [h, k] = [r * stride + u * dilation - before, c * stride + v * dilation - before];
                sum += weight * (image[channel]?.[h]?.[k] ?? 0);
              }
          y.push(sum);
        }
  return y;
}

describe("conv2d is the sum over channels and kernel places", () => {
  it.each<[string, number, number[], nn.ConvOptions, Slide]>([
    ["by default", 2, [3, 2, 3, 2], {}, { out: [3, 5] }],
    ["with a stride", 2, [3, 2, 3, 2], { stride: 2 }, { stride: 2, out: [2, 3] }],
    ["with padding", 2, [3, 2, 3, 3], { padding: 2 }, { before: 2, out: [7, 8] }],
    ["with dilation", 2, [1, 2, 2, 3], { dilation: 2 }, { dilation: 2, out: [3, 2] }],
    ["in groups", 4, [6, 2, 2, 2], { groups: 2 }, { groups: 2, out: [4, 5] }],
    ["by channel", 3, [3, 1, 1, 1], { groups: 3 }, { groups: 3, out: [5, 6] }],
    ['with padding "same"', 1, [2, 1, 3, 3], { padding: "same" }, { before: 1, out: [5, 6] }],
    ['with padding "same", the odd zero after', 1, [2, 1, 2, 2], { padding: "same" }, { out: [5, 6] }],
    ['with padding "valid"', 1, [2, 1, 3, 2], { padding: "valid" }, { out: [3, 5] }],
    [
      "with all of them",
      4,
      [4, 2, 2, 2],
      { stride: 3, padding: [2, 2], dilation: 2, groups: 2 },
      { stride: 3, before: 2, dilation: 2, groups: 2, out: [3, 3] },
    ],
  ])("%s", (_name, channels, kernel, options, slide) => {
    const [x, w, b] = [uniform([2, channels, 5, 6]), uniform(kernel), uniform(kernel.slice(0, 1))];
    const y = nn.conv2d(x, w, b, options);
    expect(y.shape).toEqual([2, kernel[0], ...slide.out]);
    expect([...y.data()]).toEqual(close(plain(x, w, b, slide)));
  });
});

describe("convolutions of other ranks", () => {
  const [x, w, b] = [uniform([2, 3, 4, 1, 5]), uniform([2, 3, 3, 1, 2]), uniform([2])];
  const y = nn.conv3d(x, w, b, { padding: [1, 0, 1] });

  it("conv1d, conv2d and conv3d agree where an axis has size 1", () => {
    const flat = nn.conv2d(x.squeeze(3), w.squeeze(3), b, { padding: 1 });
    expect([...y.data()]).toEqual(close(flat.data()));
    const line = nn.conv1d(x.squeeze(3).select(2, 1), w.select(3, 0).select(2, 1), b, { padding: 1 });
    const row = nn.conv2d(x.squeeze(3).slice(2, 1, 2), w.select(3, 0).slice(2, 1, 2), b, { padding: [0, 1] });
    expect([...line.data()]).toEqual(close(row.data()));
  });

  it("convolutions accept a single example without its batch axis", () => {
    const one = nn.conv3d(x.select(0, 1), w, b, { padding: [1, 0, 1] });
    expect(one.shape).toEqual(y.shape.slice(1));
    expect([...one.data()]).toEqual(close(y.select(0, 1).data()));
  });

  it("convolutions of no examples are empty", () => {
    expect(nn.conv1d(zeros([0, 2, 5]), zeros([4, 2, 3])).shape).toEqual([0, 4, 3]);
  });
});

describe("gradients are those of central differences", () => {
  it.each<[string, nn.ConvOptions]>([
    ["by default", {}],
    ["with a stride and padding", { stride: 2, padding: 1 }],
    ["with dilation", { dilation: 2, padding: 1 }],
    ['with padding "same"', { padding: "same" }],
  ])("conv2d %s has the gradients of central differences", (_name, options) => {
    gradcheck(
      (x, w, b) => nn.conv2d(x, w, b, options),
      [uniform([1, 2, 4, 3]), uniform([2, 2, 2, 2]), uniform([2])],
    );
  });

  it("conv1d in groups and convTranspose1d have the gradients of central differences", () => {
    gradcheck((x, w) => nn.conv1d(x, w, null, { groups: 2 }), [uniform([1, 4, 4]), uniform([2, 2, 3])]);
    gradcheck(
      (x, w, b) => nn.convTranspose1d(x, w, b, { stride: 2, padding: 1, outputPadding: 1 }),
      [uniform([1, 2, 3]), uniform([2, 1, 3]), uniform([1])],
    );
  });
});

it("convTranspose2d is the transpose of conv2d: ⟨conv x, y⟩ = ⟨x, convᵀ y⟩", () => {
  const options = { stride: 2, padding: 1, dilation: 2, groups: 2 };
  const [x, w] = [uniform([2, 4, 7, 9]), uniform([6, 2, 3, 2])];
  const image = nn.conv2d(x, w, null, options);
  const y = uniform(image.shape);
  const back = nn.convTranspose2d(y, w, null, { ...options, outputPadding: [0, 0] });
  expect(back.shape).toEqual(x.shape);
  expect(back.mul(x).sum().item()).toBeCloseTo(image.mul(y).sum().item(), 9);
});

it("the product of kernels and unfold is conv2d, and fold is the transpose of unfold", () => {
  const options = { stride: [2, 1], padding: 1 };
  const [x, w] = [uniform([2, 3, 5, 4]), uniform([4, 3, 3, 2])];
  const columns = nn.unfold(x, [3, 2], options);
  const y = nn.conv2d(x, w, null, options);
  expect([...w.flatten(1).matmul(columns).data()]).toEqual(close(y.data()));
  const z = uniform(columns.shape);
  const folded = nn.fold(z, [5, 4], [3, 2], options);
  expect(folded.mul(x).sum().item()).toBeCloseTo(columns.mul(z).sum().item(), 9);
});

describe("Conv1d, Conv2d and Conv3d", () => {
  it("convolution layers draw weights [out, in/groups, …] and a bias from ±1/√fanIn", () => {
    const layer = new nn.Conv2d(4, 6, [3, 2], { groups: 2 });
    expect(layer.namedParameters().map(([name, p]) => [name, p.shape])).toEqual([
      ["weight", [6, 2, 3, 2]],
      ["bias", [6]],
    ]);
    for (const p of layer.parameters())
      expect(p.abs().max().item()).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(12)));
    expect(new nn.Conv1d(2, 3, 5, { bias: false }).parameters()).toHaveLength(1);
    expect(String(new nn.Conv1d(2, 3, 5, { padding: "same", bias: false }))).toBe(
      "Conv1d(2, 3, kernelSize: [5], padding: same, bias: false)",
    );
  });

  it.each<[nn.Conv1d | nn.Conv2d | nn.Conv3d, number[], number[]]>([
    [new nn.Conv1d(2, 3, 3, { padding: 1 }), [4, 2, 7], [4, 3, 7]],
    [new nn.Conv2d(1, 8, 3, { stride: 2 }), [2, 1, 9, 7], [2, 8, 4, 3]],
    [new nn.Conv3d(2, 2, 2, { groups: 2 }), [2, 4, 4, 4], [2, 3, 3, 3]],
  ])("%s maps %j to %j", (layer, from, to) => {
    const y = layer.forward(zeros(from));
    expect(y.shape).toEqual(to);
    y.sum().backward();
    expect(layer.parameters().map((p) => p.grad?.shape)).toEqual(layer.parameters().map((p) => p.shape));
  });
});

describe("convolutions refuse", () => {
  const image = zeros([1, 2, 4, 4]);
  it.each<[string, () => unknown]>([
    [
      "conv2d: input [1, 2, 4, 4], weight [3, 3, 3, 3] in 1 group(s)",
      () => nn.conv2d(image, zeros([3, 3, 3, 3])),
    ],
    ["in 2 group(s) must be", () => nn.conv2d(image, zeros([3, 1, 3, 3]), null, { groups: 2 })],
    ["and bias [2] in 1 group(s)", () => nn.conv2d(image, zeros([3, 2, 3, 3]), zeros([2]))],
    ["conv1d: input [1, 2, 4, 4]", () => nn.conv1d(image, zeros([3, 2, 3]))],
    [
      "conv2d: a kernel over [5, 1] elements does not fit in [4, 4], padding included",
      () => nn.conv2d(image, zeros([1, 2, 5, 1])),
    ],
    [
      "conv2d: a kernel over [3, 5] elements does not fit in [4, 4]",
      () => nn.conv2d(image, zeros([1, 2, 3, 3]), null, { dilation: [1, 2] }),
    ],
    [
      'padding "same" needs stride 1, not [2, 2]',
      () => nn.conv2d(image, zeros([1, 2, 3, 3]), null, { stride: 2, padding: "same" }),
    ],
    [
      "conv2d: stride 0 must be an integer ≥ 1, or a list of 2",
      () => nn.conv2d(image, zeros([1, 2, 3, 3]), null, { stride: 0 }),
    ],
    [
      "conv2d: padding [1] must be an integer ≥ 0, or a list of 2",
      () => nn.conv2d(image, zeros([1, 2, 3, 3]), null, { padding: [1] }),
    ],
    ["Conv2d: 3 and 4 channels do not split into 2 groups", () => new nn.Conv2d(3, 4, 3, { groups: 2 })],
    ["Conv1d: kernelSize 0 must be", () => new nn.Conv1d(3, 4, 0)],
    ["Conv2d: stride 1.5 must be", () => new nn.Conv2d(3, 4, 2, { stride: 1.5 })],
    ["convTranspose2d: input [1, 2, 4, 4]", () => nn.convTranspose2d(image, zeros([3, 2, 3, 3]))],
    [
      "convTranspose2d: with padding [5, 5] the output of",
      () => nn.convTranspose2d(image, zeros([2, 1, 3, 3]), null, { padding: 5 }),
    ],
    ["unfold: [2, 4, 4] must be [N, C, H, W]", () => nn.unfold(image.squeeze(0), 2)],
    ["fold: [1, 8, 8] must be [N, C·2·2, 3·3]", () => nn.fold(zeros([1, 8, 8]), 4, 2)],
  ])("%s", (message, call) => {
    expect(call).toThrow(ChainruleError);
    expect(call).toThrow(message);
  });
});
