import type { Signatures } from "../arguments.ts";
import type { TypedArray } from "../dtype.ts";
import type { HostView, Node } from "../graph/node.ts";
import { axisOrNone, range } from "../shape.ts";
import { broadcasting } from "./broadcast.ts";
import { type HostRow, host } from "./host.ts";
import { movements } from "./movement.ts";
import { row } from "./row.ts";

export interface SortOptions {
  /** Whether the largest element comes first; false by default. */
  readonly descending?: boolean;
  /** Accepted as by PyTorch: equal elements keep their order in any case. */
  readonly stable?: boolean;
}

/** The sign of a − b; NaN is larger than every number, as in PyTorch. */
const compare = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));

/** Fills each line of `out` with the indices that sort the line of x. */
function sortLines(out: HostView, x: TypedArray, sign: number): void {
  const n = out.shape.at(-1)!;
  for (let start = 0; start < x.length; start += n) {
    const line = x.subarray(start, start + n);
    const order = Int32Array.from(line, (_, i) => i);
    out.data.set(
      order.sort((i, j) => sign * compare(line[i]!, line[j]!) || i - j),
      start,
    );
  }
}

const argsortLast = (name: string, sign: number) => {
  const compute: HostRow["compute"] = (out, [x]) => sortLines(out, x!.data, sign);
  return host(name, { shape: (x) => x, dtype: () => "int32", compute }, true);
};
const ascending = argsortLast("argsort", 1);
const descending = argsortLast("argsortDescending", -1);

/** Ops that a host function computes. */
export const sorts = {
  /**
   * The indices (int32) that sort x along an axis. Equal elements keep their order; NaN is larger than every number.
   *
   * @param dim The axis; −1 by default.
   * @param options.descending Whether the largest element comes first; false by default.
   *
   * @example
   * console.log(tensor([3, 1, 2]).argsort().toArray()); //=> [ 1, 2, 0 ]
   */
  argsort: row(
    (x: Node, dim = -1, options: SortOptions = {}): Node => {
      const rank = x.shape.length;
      const d = axisOrNone("argsort", dim, rank);
      const order = options.descending ? descending : ascending;
      if (rank === 0) return broadcasting.reshape(order(broadcasting.reshape(x, [1])), []);
      const swapped = range(rank).map((i) => (i === d ? rank - 1 : i === rank - 1 ? d : i));
      return movements.permute(order(movements.permute(x, swapped)), swapped);
    },
    [[7]],
    [[3, 4, 2], 1],
    [[3, 4], 0, { descending: true }],
  ),
};

export const sortArguments = {
  argsort: { dim: "dim?", options: { descending: "boolean", stable: "boolean" } },
} as const satisfies Signatures<typeof sorts>;
