import { fail } from "./errors.ts";

/** The size of each axis; [] for a scalar. */
export type Shape = readonly number[];

/** [0, 1, …, n − 1]. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The number of elements: ∏ nᵢ; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

/** The last axis whose size is not 1; −1 if there is none. */
export const innermost = (shape: Shape): number => shape.reduce((found, n, d) => (n === 1 ? found : d), -1);

/**
 * Whether two shapes are equal.
 *
 * @example
 * console.log(sameShape(zeros([2, 3]).shape, [2, 3])); //=> true
 */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}

/**
 * A shape as text.
 *
 * @example
 * console.log(formatShape([2, 3])); //=> [2, 3]
 */
export const formatShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** Row-major strides: the distance in memory between neighbours along each axis, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  for (let i = shape.length - 1, stride = 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** A frozen copy of `shape`. @throws if a size is not an integer ≥ 0, or if the elements are too many to count. */
export function checkShape(op: string, shape: Shape): Shape {
  for (const n of shape)
    if (!Number.isInteger(n) || n < 0)
      fail("shape", op, `${formatShape(shape)} is not a shape: sizes are integers ≥ 0`);
  if (sizeOf(shape) > Number.MAX_SAFE_INTEGER)
    fail("shape", op, `${formatShape(shape)} has more elements than can be counted`);
  return Object.freeze([...shape]);
}

/** An axis counted from the front: −1 is the last of `rank`. */
export function axis(op: string, dim: number, rank: number): number {
  if (Number.isInteger(dim) && dim >= -rank && dim < rank) return dim < 0 ? dim + rank : dim;
  const valid = rank === 0 ? "a scalar has no dims" : `dims run from ${-rank} to ${rank - 1}`;
  return fail("dim", op, `dim ${dim} is out of range for a tensor of rank ${rank} (${valid})`);
}

/** `axis`, but a scalar accepts 0 and −1, as in PyTorch. */
export const axisOrNone = (op: string, dim: number, rank: number): number =>
  rank === 0 && (dim === 0 || dim === -1) ? 0 : axis(op, dim, rank);

/** Ascending distinct axes, all of them by default. A scalar accepts 0 and −1 for no axis, as in PyTorch. */
export function axes(op: string, dims: number | readonly number[] | undefined, rank: number): number[] {
  if (dims === undefined) return range(rank);
  const given = typeof dims === "number" ? [dims] : dims;
  if (rank === 0 && given.every((d) => d === 0 || d === -1)) return [];
  const list = given.map((d) => axis(op, d, rank));
  if (new Set(list).size !== list.length) fail("dim", op, `dims ${formatShape(list)} name an axis twice`);
  return list.sort((a, b) => a - b);
}

/** The common shape of NumPy broadcasting: axes are aligned at the end, and size 1 stretches. */
export function broadcast(op: string, shapes: readonly Shape[]): Shape {
  const longest = shapes.reduce((a, b) => (b.length > a.length ? b : a), []);
  if (shapes.every((s) => s.length === 0 || sameShape(s, longest))) return longest;
  const rank = longest.length;
  return range(rank).map((i) => {
    let size = 1;
    for (const s of shapes) {
      const n = s[s.length - rank + i] ?? 1;
      if (n === 1 || n === size) continue;
      if (size !== 1)
        fail(
          "shape",
          op,
          `${shapes.map(formatShape).join(" · ")} do not broadcast: sizes ${size} and ${n} differ, and neither is 1`,
        );
      size = n;
    }
    return size;
  });
}
