import { fail } from "./errors.ts";

export type Shape = readonly number[];

/** Number of elements: ∏ nᵢ; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

/** The last axis that is not of size 1; −1 where there is none. */
export const innermost = (shape: readonly number[]): number =>
  shape.reduce((found, n, d) => (n === 1 ? found : d), -1);

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}

export const formatShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** Row-major strides: the step in memory for one step along each axis. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  for (let i = shape.length - 1, step = 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i] as number;
  }
  return strides;
}

/**
 * A copy of `shape`, which nobody can change. @throws where it holds something else than whole numbers ≥ 0, or where its
 * elements are too many to be counted.
 */
export function checkShape(op: string, shape: Shape): Shape {
  for (const n of shape)
    if (!Number.isInteger(n) || n < 0)
      fail("shape", op, `${formatShape(shape)} is no shape: sizes are whole numbers ≥ 0`);
  if (sizeOf(shape) > Number.MAX_SAFE_INTEGER)
    fail("shape", op, `${formatShape(shape)} has more elements than can be counted`);
  return Object.freeze([...shape]);
}

/** An axis counted from the front: −1 is the last of `rank`. */
export function axis(op: string, dim: number, rank: number): number {
  if (Number.isInteger(dim) && dim >= -rank && dim < rank) return dim < 0 ? dim + rank : dim;
  const range = rank === 0 ? "a scalar has no dims" : `dims run from ${-rank} to ${rank - 1}`;
  return fail("dim", op, `dim ${dim} is out of range for a tensor of rank ${rank} (${range})`);
}

/** `axis`, where a scalar lets 0 and −1 stand for the axis of size 1 that it might have, as PyTorch does. */
export const axisOrNone = (op: string, dim: number, rank: number): number =>
  rank === 0 && (dim === 0 || dim === -1) ? 0 : axis(op, dim, rank);

/** Ascending distinct axes; `undefined` means all of them. A scalar lets 0 and −1 stand for none, as PyTorch does. */
export function axes(op: string, dims: number | readonly number[] | undefined, rank: number): number[] {
  if (dims === undefined) return Array.from({ length: rank }, (_, i) => i);
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
  return Array.from({ length: rank }, (_, i) => {
    let size = 1;
    for (const s of shapes) {
      const n = s[s.length - rank + i] ?? 1;
      if (n === 1 || n === size) continue;
      if (size !== 1)
        fail(
          "shape",
          op,
          `${shapes.map(formatShape).join(" · ")} do not broadcast: sizes ${size} and ${n} meet; each must be equal or 1`,
        );
      size = n;
    }
    return size;
  });
}
