import type { Signatures } from "../arguments.ts";
import type { Node } from "../graph/node.ts";
import { cat } from "../ops/cat.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { detach } from "../ops/identity.ts";
import { indexings } from "../ops/indexing.ts";
import { movements } from "../ops/movement.ts";
import { iota, scalar } from "../ops/source.ts";
import { axisOrNone } from "../shape.ts";

const { isNaN: nan, ge, le, logicalOr, where } = elementwiseOps;
const { slice } = movements;

/**
 * The indices of the extrema so far along axis `d`, the last of equals; NaN wins. A parallel prefix scan: after the step
 * of stride s each index refers to the extremum of the 2s elements up to it. [Hillis & Steele 1986]
 *
 * @param keepsLater Whether the later of two elements replaces the earlier one.
 */
function indicesOfExtrema(keepsLater: typeof ge, x: Node, d: number): Node {
  const n = x.shape[d]!;
  let [values, indices] = [detach(x), iota(x.shape, d, "int32")];
  for (let stride = 1; stride < n; stride *= 2) {
    const [earlier, later] = [slice(values, d, 0, n - stride), slice(values, d, stride)];
    const wins = logicalOr(keepsLater(later, earlier), nan(later));
    const withPrefix = (all: Node, rest: Node) => cat([slice(all, d, 0, stride), rest], d);
    values = withPrefix(values, where(wins, later, earlier));
    indices = withPrefix(indices, where(wins, slice(indices, d, stride), slice(indices, d, 0, n - stride)));
  }
  return indices;
}

function cumulativeExtremum(name: string, keepsLater: typeof ge, x: Node, dim: number) {
  const d = axisOrNone(name, dim, x.shape.length);
  if (x.shape.length === 0) return { values: x, indices: scalar(0, "int32") };
  const indices = indicesOfExtrema(keepsLater, x, d);
  return { values: indexings.gather(x, d, indices), indices };
}

/** Cumulative extrema along an axis. */
export const scans = {
  /**
   * The maximum of the elements up to each position along `dim`, and its index (int32), the last of equals. NaN wins. The
   * gradient goes to the element at that index.
   *
   * @param dim The axis.
   *
   * @example
   * console.log(tensor([1, 3, 2]).cummax(0).values.toArray()); //=> [ 1, 3, 3 ]
   */
  cummax: (x: Node, dim: number): { values: Node; indices: Node } => cumulativeExtremum("cummax", ge, x, dim),

  /**
   * The minimum of the elements up to each position along `dim`, and its index (int32), the last of equals. NaN wins. The
   * gradient goes to the element at that index.
   *
   * @param dim The axis.
   *
   * @example
   * console.log(tensor([3, 1, 2]).cummin(0).indices.toArray()); //=> [ 0, 1, 1 ]
   */
  cummin: (x: Node, dim: number): { values: Node; indices: Node } => cumulativeExtremum("cummin", le, x, dim),
};

export const scanArguments = {
  cummax: { dim: "dim" },
  cummin: { dim: "dim" },
} as const satisfies Signatures<typeof scans>;
