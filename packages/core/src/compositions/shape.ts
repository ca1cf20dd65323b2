import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { axes, axis, formatShape, sizeOf } from "../shape.ts";

const { reshape } = broadcasting;

/** `shape` with `count` sizes from axis `at` on replaced by others. */
export const splice = (
  shape: readonly number[],
  at: number,
  count: number,
  ...sizes: readonly number[]
): number[] => [...shape.slice(0, at), ...sizes, ...shape.slice(at + count)];

/** Axes added, removed, merged and divided. The elements keep their row-major order. */
export const shapes = {
  /**
   * Removes axes of size 1.
   *
   * @param dims The axes to remove, where their size is 1; all by default.
   *
   * @example
   * console.log(zeros(1, 3, 1).squeeze().shape); //=> [ 3 ]
   */
  squeeze(x: Node, dims?: number | readonly number[]): Node {
    const removed = axes("squeeze", dims, x.shape.length).filter((d) => x.shape[d] === 1);
    return reshape(
      x,
      x.shape.filter((_, i) => !removed.includes(i)),
    );
  },

  /**
   * Inserts an axis of size 1.
   *
   * @param dim Its position in the result; −1 appends it.
   *
   * @example
   * console.log(zeros(2, 3).unsqueeze(-1).shape); //=> [ 2, 3, 1 ]
   */
  unsqueeze(x: Node, dim: number): Node {
    return reshape(x, splice(x.shape, axis("unsqueeze", dim, x.shape.length + 1), 0, 1));
  },

  /**
   * Merges the axes from `startDim` to `endDim` into one; a scalar becomes a vector.
   *
   * @param startDim The first of them; 0 by default.
   * @param endDim The last of them, included; −1 by default.
   *
   * @example
   * console.log(zeros(2, 3, 4).flatten(1).shape); //=> [ 2, 12 ]
   */
  flatten(x: Node, startDim = 0, endDim = -1): Node {
    if (x.shape.length === 0) return reshape(x, [1]);
    const [start, end] = [axis("flatten", startDim, x.shape.length), axis("flatten", endDim, x.shape.length)];
    if (start > end) fail("dim", "flatten", `startDim ${start} comes after endDim ${end}`);
    return reshape(x, splice(x.shape, start, end - start + 1, sizeOf(x.shape.slice(start, end + 1))));
  },

  /**
   * Divides an axis into several.
   *
   * @param dim The axis.
   * @param sizes Their sizes, one of which may be −1 and follows from the others.
   * @throws if the product of the sizes is not the size of the axis.
   *
   * @example
   * console.log(zeros(2, 12).unflatten(1, [3, -1]).shape); //=> [ 2, 3, 4 ]
   */
  unflatten(x: Node, dim: number, sizes: readonly number[]): Node {
    const d = axis("unflatten", dim, x.shape.length);
    const n = x.shape[d]!;
    const known = sizeOf(sizes.filter((m) => m !== -1));
    const resolved = sizes.map((m) => (m === -1 ? n / known : m));
    if (!resolved.every((m) => Number.isInteger(m) && m >= 0) || sizeOf(resolved) !== n)
      fail(
        "shape",
        "unflatten",
        `sizes ${formatShape(sizes)} do not divide dim ${d} of ${formatShape(x.shape)}`,
      );
    return reshape(x, splice(x.shape, d, 1, ...resolved));
  },
};

export const shapeArguments = {
  squeeze: { dims: "dim or dims?" },
  unsqueeze: { dim: "dim" },
  flatten: { startDim: "dim?", endDim: "dim?" },
  unflatten: { dim: "dim", sizes: "open shape" },
} as const satisfies Signatures<typeof shapes>;
