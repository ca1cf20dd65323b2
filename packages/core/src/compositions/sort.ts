import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { indexings } from "../ops/indexing.ts";
import { type SortOptions, sortArguments, sorts } from "../ops/sort.ts";
import { axisOrNone } from "../shape.ts";
import { slices } from "./slice.ts";

export interface TopkOptions {
  /** Whether to take the largest elements, rather than the smallest; true by default. */
  readonly largest?: boolean;
  /** Accepted as by PyTorch: the elements are sorted in any case. */
  readonly sorted?: boolean;
}

/** Elements gathered in sorted order. */
export const sortCompositions = {
  /**
   * The elements sorted along an axis, and their indices in x. Equal elements keep their order; NaN is larger than every number.
   *
   * @param dim The axis; −1 by default.
   * @param options.descending Whether the largest element comes first; false by default.
   *
   * @example
   * const { values, indices } = tensor([3, 1, 2]).sort();
   * console.log(values.toArray(), indices.toArray()); //=> [ 1, 2, 3 ] [ 1, 2, 0 ]
   */
  sort(x: Node, dim = -1, options: SortOptions = {}): { values: Node; indices: Node } {
    const indices = sorts.argsort(x, dim, options);
    return { values: indexings.gather(x, dim, indices), indices };
  },

  /**
   * The `k` largest elements along an axis, in descending order, and their indices in x; or the smallest, in ascending order.
   *
   * @param k How many elements.
   * @param dim The axis; −1 by default.
   * @param options.largest Whether to take the largest elements; true by default.
   * @throws if the axis has fewer than `k` elements.
   *
   * @example
   * console.log(tensor([3, 1, 2]).topk(2).values.toArray()); //=> [ 3, 2 ]
   */
  topk(x: Node, k: number, dim = -1, { largest = true }: TopkOptions = {}): { values: Node; indices: Node } {
    const n = x.shape[axisOrNone("topk", dim, x.shape.length)] ?? 1;
    if (k > n) fail("value", "topk", `k = ${k} exceeds dim ${dim} of size ${n}`);
    const order = sorts.argsort(x, dim, { descending: largest });
    const indices = x.shape.length === 0 ? order : slices.narrow(order, dim, 0, k);
    return { values: indexings.gather(x, dim, indices), indices };
  },
};

export const sortCompositionArguments = {
  sort: sortArguments.argsort,
  topk: { k: "size", dim: "dim?", options: { largest: "boolean", sorted: "boolean" } },
} as const satisfies Signatures<typeof sortCompositions>;
