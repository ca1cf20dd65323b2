import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { movements } from "../ops/movement.ts";
import { axis, formatShape, range } from "../shape.ts";
import { splice } from "./shape.ts";

const { slice } = movements;

/** Parts of a tensor along one axis. */
export const slices = {
  /**
   * `length` elements along `dim`.
   *
   * @param dim The axis.
   * @param start The first of them; negative numbers count from the end.
   * @param length How many elements.
   * @throws if they extend beyond the axis.
   *
   * @example
   * console.log(arange(5).narrow(0, 1, 3).toArray()); //=> [ 1, 2, 3 ]
   */
  narrow(x: Node, dim: number, start: number, length: number): Node {
    const n = x.shape[axis("narrow", dim, x.shape.length)]!;
    const first = start < 0 ? start + n : start;
    if (first < 0 || length < 0 || first + length > n)
      fail("index", "narrow", `${length} elements from ${start} exceed dim ${dim} of size ${n}`);
    return slice(x, dim, first, first + length);
  },

  /**
   * The part at one index of an axis, without that axis.
   *
   * @param dim The axis.
   * @param index Its position along `dim`; negative numbers count from the end.
   * @throws if it is out of range.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).select(1, -1).toArray()); //=> [ 2, 4 ]
   */
  select(x: Node, dim: number, index: number): Node {
    const d = axis("select", dim, x.shape.length);
    const n = x.shape[d]!;
    const i = index < 0 ? index + n : index;
    if (!Number.isInteger(index) || i < 0 || i >= n)
      fail("index", "select", `index ${index} is out of range for dim ${d} of size ${n}`);
    return broadcasting.reshape(slice(x, d, i, i + 1), splice(x.shape, d, 1));
  },

  /**
   * Divides an axis into consecutive parts.
   *
   * @param splitSize The size of each part, of which the last may be smaller; or a list of sizes.
   * @param dim The axis; 0 by default.
   * @throws if listed sizes do not add up to the size of the axis.
   *
   * @example
   * console.log(arange(5).split(2).map((part) => part.toArray())); //=> [ [ 0, 1 ], [ 2, 3 ], [ 4 ] ]
   */
  split(x: Node, splitSize: number | readonly number[], dim = 0): Node[] {
    const d = axis("split", dim, x.shape.length);
    const n = x.shape[d]!;
    if (typeof splitSize === "number" && !(splitSize >= 1))
      fail("value", "split", `parts of ${splitSize} elements; give a size ≥ 1`);
    if (![splitSize].flat().every(Number.isInteger))
      fail("value", "split", `sizes ${[splitSize].flat()} must be integers`);
    const sizes =
      typeof splitSize === "number"
        ? range(Math.max(1, Math.ceil(n / splitSize))).map((k) => Math.min(splitSize, n - k * splitSize))
        : splitSize;
    if (sizes.reduce((a, b) => a + b, 0) !== n || sizes.some((s) => s < 0))
      fail("shape", "split", `sizes ${formatShape(sizes)} do not add up to ${n}, the size of dim ${d}`);
    let end = 0;
    return sizes.map((size) => {
      end += size;
      return slice(x, d, end - size, end);
    });
  },

  /**
   * Divides an axis into parts of equal size, of which the last may be smaller.
   *
   * @param chunks The maximum number of parts.
   * @param dim The axis; 0 by default.
   *
   * @example
   * console.log(arange(5).chunk(2).map((part) => part.toArray())); //=> [ [ 0, 1, 2 ], [ 3, 4 ] ]
   */
  chunk(x: Node, chunks: number, dim = 0): Node[] {
    if (!Number.isInteger(chunks) || chunks < 1)
      fail("value", "chunk", `${chunks} chunks; give an integer ≥ 1`);
    const n = x.shape[axis("chunk", dim, x.shape.length)]!;
    return slices.split(x, Math.max(1, Math.ceil(n / chunks)), dim);
  },

  /**
   * The parts at every index of an axis, each without that axis.
   *
   * @param dim The axis; 0 by default.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).unbind(1).map((part) => part.toArray())); //=> [ [ 1, 3 ], [ 2, 4 ] ]
   */
  unbind(x: Node, dim = 0): Node[] {
    const d = axis("unbind", dim, x.shape.length);
    return range(x.shape[d]!).map((i) => slices.select(x, d, i));
  },
};

export const sliceArguments = {
  narrow: { dim: "dim", start: "integer", length: "size" },
  select: { dim: "dim", index: "integer" },
  split: { splitSize: "size or sizes", dim: "dim?" },
  chunk: { chunks: "count", dim: "dim?" },
  unbind: { dim: "dim?" },
} as const satisfies Signatures<typeof slices>;
