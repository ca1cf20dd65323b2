import type { Shape, Tensor } from "@chainrule/core";

/** An array as mathematics sees it: a shape and a function from coordinates to numbers. */
export interface Plain {
  readonly shape: Shape;
  readonly at: (i: readonly number[]) => number;
}

export const flatten = (i: readonly number[], shape: Shape): number =>
  i.reduce((flat, k, d) => flat * (shape[d] as number) + k, 0);

export const unflatten = (flat: number, shape: Shape): number[] => {
  const i = new Array<number>(shape.length);
  let rest = flat;
  for (let d = shape.length - 1; d >= 0; d--) {
    i[d] = rest % (shape[d] as number);
    rest = Math.floor(rest / (shape[d] as number));
  }
  return i;
};

export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Every coordinate of a shape, in row-major order. */
export const coordinates = (shape: Shape): number[][] => range(sizeOf(shape)).map((k) => unflatten(k, shape));

export const elements = ({ shape, at }: Plain): number[] => coordinates(shape).map(at);

export function plain(x: Tensor): Plain {
  const data = x.data();
  return { shape: x.shape, at: (i) => data[flatten(i, x.shape)] as number };
}

/** The coordinate or size at `d`, counted from the end where negative. */
export const wrap = (d: number, rank: number): number => (d < 0 ? d + rank : d);

/** A list with the entry at `d` replaced by others. */
export const splice = (list: readonly number[], d: number, ...entries: number[]): number[] => [
  ...list.slice(0, d),
  ...entries,
  ...list.slice(d + 1),
];
