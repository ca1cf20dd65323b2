import type { DType, Shape, Tensor } from "@chainrule/core";
import { conv1d, conv2d, conv3d } from "@chainrule/nn";
import fc from "fast-check";
import { drawn, stream } from "../conformance/draw.ts";

/** How a kernel slides along one axis of `length` elements. */
interface Along {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: number;
  readonly length: number;
}

/** A convolution: odd sizes, small and large enough for the matrix kernel. */
export interface Convolution {
  readonly seed: number;
  readonly dtype: DType;
  readonly batch: number;
  readonly groups: number;
  readonly into: number;
  readonly out: number;
  readonly along: readonly Along[];
}

const upTo = (max: number) => fc.integer({ min: 1, max });
const along = (most: number) =>
  fc
    .record({ size: upTo(4), stride: upTo(3), dilation: upTo(2), padding: fc.nat(3), more: fc.nat(most) })
    .map(({ more, ...a }) => {
      const least = Math.max(1, a.dilation * (a.size - 1) + 1 - 2 * a.padding);
      return { ...a, length: least + more };
    });
export const convolutions: fc.Arbitrary<Convolution> = fc.record({
  seed: fc.nat(),
  dtype: fc.constantFrom<DType>("float32", "float64"),
  batch: upTo(5),
  groups: fc.constantFrom(1, 1, 2, 3),
  into: upTo(5),
  out: upTo(7),
  along: fc.oneof(
    fc.tuple(along(300)),
    fc.tuple(along(17), along(17)),
    fc.tuple(along(5), along(5), along(5)),
  ),
});

/** The input and the kernels of a convolution. */
export function operands(c: Convolution): [Tensor, Tensor] {
  const next = stream(c.seed);
  const draw = (shape: Shape) => drawn(next, shape, c.dtype, [-1, 1]);
  return [
    draw([c.batch, c.groups * c.into, ...c.along.map((a) => a.length)]),
    draw([c.groups * c.out, c.into, ...c.along.map((a) => a.size)]),
  ];
}

const each = (c: Convolution, fact: "stride" | "dilation" | "padding") => c.along.map((a) => a[fact]);
export const optionsOf = (c: Convolution) => ({
  stride: each(c, "stride"),
  dilation: each(c, "dilation"),
  padding: each(c, "padding"),
  groups: c.groups,
});

export const convolve = (c: Convolution, x: Tensor, w: Tensor): Tensor =>
  ([conv1d, conv2d, conv3d][c.along.length - 1] as typeof conv1d)(x, w, null, optionsOf(c));
