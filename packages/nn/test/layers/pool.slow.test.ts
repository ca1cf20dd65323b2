import { ChainruleError, type Tensor, tensor, zeros } from "@chainrule/core";
import { gradcheck } from "@chainrule/core/testing";
import * as nn from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { close, uniform } from "../draw.ts";

interface Slide {
  readonly size: number;
  readonly stride: number;
  readonly before?: number;
  readonly dilation?: number;
  /** The size of both spatial axes of the output. */
  readonly out: number;
}

const x = uniform([2, 3, 6, 6]);

/** The elements of each window of x, those beyond the border left out. */
function windows({ size, stride, before = 0, dilation = 1, out }: Slide): number[][] {
  const planes = x.flatten(0, 1).toArray() as number[][][];
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const places = (o: number) => range(size).map((k) => o * stride + k * dilation - before);
  return planes.flatMap((plane) =>
    range(out).flatMap((r) =>
      range(out).map((c) => places(r).flatMap((h) => places(c).flatMap((w) => plane[h]?.[w] ?? []))),
    ),
  );
}

const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;

describe("maxPool2d and avgPool2d without the padding", () => {
  it.each<[string, nn.PoolOptions, Slide]>([
    ["by default", {}, { size: 2, stride: 2, out: 3 }],
    ["of a stride", { stride: 1 }, { size: 3, stride: 1, out: 4 }],
    ["with padding", { padding: 1, stride: 2 }, { size: 3, stride: 2, before: 1, out: 3 }],
    ["whose last window reaches beyond the end", { ceilMode: true }, { size: 4, stride: 4, out: 2 }],
    [
      "whose last window would start in the padding",
      { ceilMode: true, padding: 1, stride: 3 },
      { size: 2, stride: 3, before: 1, out: 3 },
    ],
  ])("are the greatest and the mean of each window, %s", (_name, options, slide) => {
    const y = nn.maxPool2d(x, slide.size, options);
    expect(y.shape).toEqual([2, 3, slide.out, slide.out]);
    expect([...y.data()]).toEqual(windows(slide).map((list) => Math.max(...list)));
    const means = nn.avgPool2d(x, slide.size, { ...options, countIncludePad: false });
    expect([...means.data()]).toEqual(close(windows(slide).map(mean)));
  });

  it("maxPool2d dilates", () => {
    const slide = { size: 2, stride: 1, dilation: 3, out: 3 };
    const y = nn.maxPool2d(x, 2, { stride: 1, dilation: 3 });
    expect([...y.data()]).toEqual(windows(slide).map((list) => Math.max(...list)));
  });
});

describe("avgPool2d", () => {
  it("counts the zeros of the padding, but not what ceilMode adds", () => {
    const line = tensor([[4, 8, 6, 2]]);
    expect(nn.avgPool1d(line, 2, { padding: 1 }).toArray()).toEqual([[2, 7, 1]]);
    expect(nn.avgPool1d(line, 3, { ceilMode: true }).toArray()).toEqual([[6, 2]]);
    expect(nn.avgPool1d(line, 3, { padding: 1, ceilMode: true }).toArray()).toEqual([
      [4, 8 / 3].map(Math.fround),
    ]);
    expect(nn.avgPool1d(line, 3, { padding: 1, stride: 4, ceilMode: true }).toArray()).toEqual([[4, 1]]);
  });

  it("divides by another number where it is given", () => {
    const y = nn.avgPool2d(x, 2, { divisorOverride: 8 });
    expect([...y.data()]).toEqual(close(nn.avgPool2d(x, 2).div(2).data()));
  });
});

describe("maxPool2d", () => {
  it("gives the gradient to the first of equal elements", () => {
    const z = tensor([[1, 3, 3, 3, 2, 2]], { requiresGrad: true });
    nn.maxPool1d(z, 3).sum().backward();
    expect(z.grad?.toArray()).toEqual([[0, 1, 0, 1, 0, 0]]);
  });

  it("has a border that is never chosen, and lets NaN win", () => {
    expect(nn.maxPool1d(tensor([[-5, -3, -4]]), 3, { stride: 1, padding: 1 }).toArray()).toEqual([
      [-3, -3, -3],
    ]);
    expect(nn.maxPool1d(tensor([[1, Number.NaN, 2, 4]]), 2).toArray()).toEqual([[Number.NaN, 4]]);
  });

  it.each([{}, { padding: 1 }, { stride: 2, padding: 1 }])("says where its elements stand: %j", (options) => {
    const { values, indices } = nn.maxPool2dWithIndices(x, 3, options);
    const found = x.flatten(2).gather(2, indices.flatten(2));
    expect([...found.data()]).toEqual([...values.data()]);
  });
});

/** Pools of every rank whose last axis is that of `line`, and the other ones of size 1. */
const ranks = [
  [1, nn.maxPool1d, nn.maxPool1dWithIndices],
  [2, nn.maxPool2d, nn.maxPool2dWithIndices],
  [3, nn.maxPool3d, nn.maxPool3dWithIndices],
] as const;

describe.each(ranks)("the border of a max pool of %s axes", (axes, pool, withIndices) => {
  const last = (n: number, others: number) => [...new Array<number>(axes - 1).fill(others), n];
  const slides: readonly (readonly [size: number, options: nn.MaxPoolOptions])[] = [
    [2, { padding: 1 }],
    [3, { padding: 1, stride: 1 }],
    [3, { padding: 1, stride: 2, ceilMode: true }],
    [5, { padding: 2, stride: 2 }],
    [2, { padding: 1, stride: 1, dilation: 2 }],
    [3, { padding: 1, stride: 2, dilation: 3 }],
    [2, { stride: 2, ceilMode: true }],
  ];

  it.each(slides)(
    "is never chosen: size %s, %j",
    (size, { padding = 0, stride = size, dilation = 1, ceilMode = false }) => {
      for (const [n, values] of [
        [7, new Array<number>(7).fill(Number.NEGATIVE_INFINITY)],
        [7, [3, -1, 3, -2, -2, 5, 5]],
        [9, [-4, -3, -4, Number.NaN, -3, -2, -2, -9, -9]],
      ] as const) {
        const line = tensor(values)
          .reshape([1, ...last(n, 1)])
          .detach();
        line.requiresGrad = true;
        const options = {
          padding: last(padding as number, 0),
          stride: last(stride as number, 1),
          dilation: last(dilation as number, 1),
          ceilMode,
        };
        const { values: y, indices } = withIndices(line, last(size, 1), options);
        const counts = new Array<number>(n).fill(0);
        const chosen = Array.from({ length: y.size }, (_, o) => {
          const inside = Array.from(
            { length: size },
            (_, k) => o * (stride as number) + k * (dilation as number) - (padding as number),
          ).filter((i) => i >= 0 && i < n);
          const best = inside.reduce((a, b) =>
            Number.isNaN(values[a]) || (values[a] as number) >= (values[b] as number) ? a : b,
          );
          counts[best] = (counts[best] as number) + 1;
          return best;
        });
        expect([...indices.data()]).toEqual(chosen);
        expect([...y.data()]).toEqual(chosen.map((i) => values[i]));
        expect([...pool(line, last(size, 1), options).data()]).toEqual([...y.data()]);
        y.sum().backward();
        expect([...(line.grad as Tensor).data()]).toEqual(counts);
      }
    },
  );

  it.each(["int32", "bool"] as const)("leaves %s what it is", (dtype) => {
    const line = tensor([-7, -3, -9], { dtype: "int32" })
      .to(dtype)
      .reshape([1, ...last(3, 1)]);
    const options = { padding: last(1, 0), stride: 1 };
    const y = pool(line, last(3, 1), options);
    expect([y.dtype, ...y.data()]).toEqual([dtype, ...(dtype === "bool" ? [1, 1, 1] : [-3, -3, -3])]);
    const none = pool(line.mul(0).to(dtype), last(3, 1), options);
    expect([none.dtype, ...none.data()]).toEqual([dtype, 0, 0, 0]);
  });

  it("is refused where a window would hold nothing else", () => {
    expect(() =>
      pool(zeros([1, ...last(1, 1)]), last(2, 1), { padding: last(1, 0), dilation: last(2, 1) }),
    ).toThrow("holds nothing but padding");
  });
});

describe("adaptive pools", () => {
  it.each<[number, number[][]]>([
    [1, [[0, 1, 2, 3, 4]]],
    [
      2,
      [
        [0, 1, 2],
        [2, 3, 4],
      ],
    ],
    [
      3,
      [
        [0, 1],
        [1, 2, 3],
        [3, 4],
      ],
    ],
    [5, [[0], [1], [2], [3], [4]]],
    [6, [[0], [0, 1], [1, 2], [2, 3], [3, 4], [4]]],
  ])("have bins ⌊i·n/o⌋ … ⌈(i+1)·n/o⌉ for %s elements of 5", (size, bins) => {
    const line = uniform([5]);
    const values = bins.map((bin) => bin.map((i) => line.data()[i] as number));
    expect([...nn.adaptiveAvgPool1d(line, size).data()]).toEqual(close(values.map(mean)));
    expect([...nn.adaptiveMaxPool1d(line, size).data()]).toEqual(values.map((v) => Math.max(...v)));
  });

  it.each(["int32", "bool"] as const)("choose among %s without changing the dtype", (dtype) => {
    const line = tensor([0, 1, 0, 0, 0], { dtype });
    for (const y of [nn.adaptiveMaxPool1d(line, 2), nn.adaptiveMaxPool2d(line.unsqueeze(0), [1, 2])])
      expect([y.dtype, ...y.data()]).toEqual([dtype, 1, 0]);
  });

  it("keep an axis where null is asked for", () => {
    expect(new nn.AdaptiveAvgPool2d([null, 1]).forward(x).shape).toEqual([2, 3, 6, 1]);
    expect(new nn.AdaptiveMaxPool2d(2).forward(x).shape).toEqual([2, 3, 2, 2]);
  });
});

it("lpPool of one power is the sum, of two the root of the sum of squares", () => {
  const line = tensor([[3, 4, 6, 8]]);
  expect(nn.lpPool1d(line, 1, 2).toArray()).toEqual([[7, 14]]);
  expect(nn.lpPool1d(line, 2, 2).toArray()).toEqual([[5, 10]]);
});

it("gradients are those of central differences", () => {
  const z = uniform([1, 2, 5, 4]);
  gradcheck((t) => nn.maxPool2d(t, 3, { stride: 2, padding: 1 }), [z]);
  gradcheck((t) => nn.avgPool2d(t, 2, { ceilMode: true, padding: 1 }), [z]);
  gradcheck((t) => nn.avgPool1d(t, 3, { stride: 1, padding: 1, countIncludePad: false }), [z.select(0, 0)]);
  gradcheck((t) => nn.adaptiveAvgPool2d(t, [2, 3]), [z]);
});

describe("layers of pools", () => {
  it.each<[nn.Layer, number[], number[]]>([
    [new nn.MaxPool1d(2), [2, 3, 7], [2, 3, 3]],
    [new nn.MaxPool2d([2, 3], { stride: 1 }), [3, 4, 5], [3, 3, 3]],
    [new nn.MaxPool3d(2), [1, 4, 4, 2], [1, 2, 2, 1]],
    [new nn.AvgPool1d(3, { padding: 1 }), [2, 3, 7], [2, 3, 3]],
    [new nn.AvgPool2d(2, { ceilMode: true }), [2, 3, 5, 4], [2, 3, 3, 2]],
    [new nn.AvgPool3d([1, 2, 2]), [1, 4, 4, 2], [1, 4, 2, 1]],
  ])("%s maps %j to %j", (layer, from, to) => {
    expect(layer.forward(zeros(from)).shape).toEqual(to);
    expect(layer.parameters()).toEqual([]);
  });
});

describe("pools refuse", () => {
  it.each<[string, () => unknown]>([
    ["maxPool2d: a kernel over [7, 7] elements does not fit in [6, 6]", () => nn.maxPool2d(x, 7)],
    ["avgPool2d: a kernel over [2, 7]", () => nn.avgPool2d(x, [2, 7])],
    ["maxPool2d: padding [2, 2] must be at most half", () => nn.maxPool2d(x, 3, { padding: 2 })],
    ["maxPool2d: kernelSize [2, 2, 2] must be", () => nn.maxPool2d(x, [2, 2, 2])],
    ["avgPool1d: stride 0 must be", () => nn.avgPool1d(x, 2, { stride: 0 })],
    [
      "avgPool2d: divisorOverride 0 must be a finite number other than 0",
      () => nn.avgPool2d(x, 2, { divisorOverride: 0 }),
    ],
    ["maxPool3d: [6, 6] needs at least 3 axes", () => nn.maxPool3d(zeros([6, 6]), 2)],
    ["adaptiveAvgPool2d: outputSize [0, 0]", () => nn.adaptiveAvgPool2d(x, 0)],
    ["adaptiveAvgPool2d: the last 2 axes", () => nn.adaptiveAvgPool2d(x, [1, 2, 3])],
  ])("%s", (message, call) => {
    expect(call).toThrow(ChainruleError);
    expect(call).toThrow(message);
  });
});
