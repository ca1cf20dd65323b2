import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { cast } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { contractions } from "../ops/contract.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { movementArguments, movements } from "../ops/movement.ts";
import type { Operand } from "../ops/row.ts";
import { axis, formatShape, sizeOf } from "../shape.ts";
import { floatOpArguments, floatOps } from "./float.ts";
import { logSumExpArguments, logSumExps } from "./log-sum-exp.ts";
import { statistics, statisticsArguments } from "./statistics.ts";
import { transposeArguments, transposes } from "./transpose.ts";

/** Throws unless two operands have these numbers of axes. */
function requireRanks(op: string, a: Node, b: Node, ranks: readonly [number, number]): void {
  if (a.shape.length !== ranks[0] || b.shape.length !== ranks[1])
    fail(
      "shape",
      op,
      `${formatShape(a.shape)} · ${formatShape(b.shape)} must have ${ranks[0]} and ${ranks[1]} axes. Did you mean matmul?`,
    );
}

/** The names that ops of other names have in PyTorch and NumPy, and their stricter variants. */
export const aliases = {
  /** The elements in row-major order in another shape, as `reshape`. */
  view: movements.reshape,

  /** Repeats axes of size 1, and adds leading ones, to reach `shape`, as `expand`. */
  broadcastTo: movements.expand,

  /** Repeats axes of size 1 to reach the shape of `other`. */
  expandAs: (x: Node, other: Node): Node => broadcasting.expand(x, other.shape),

  /** The transpose of a matrix; a vector or a scalar is returned as it is. @throws for more axes: see `mT` and `permute`. */
  t(x: Node): Node {
    if (x.shape.length > 2)
      fail("shape", "t", `${formatShape(x.shape)} is not a matrix. Did you mean x.mT, or x.permute(…)?`);
    return x.shape.length < 2 ? x : transposes.transpose(x);
  },

  /** Moves axes to other positions, as `movedim`. */
  moveaxis: transposes.movedim,

  /** Exchanges two axes, as `transpose`. */
  swapaxes: transposes.transpose,

  /** The product of two matrices, [n, k] · [k, m]. @throws for other numbers of axes: see `matmul`. */
  mm(x: Node, other: Node): Node {
    requireRanks("mm", x, other, [2, 2]);
    return contractions.matmul(x, other);
  },

  /** The products of two batches of matrices, [b, n, k] · [b, k, m]. @throws for other numbers of axes: see `matmul`. */
  bmm(x: Node, other: Node): Node {
    requireRanks("bmm", x, other, [3, 3]);
    if (x.shape[0] !== other.shape[0])
      fail(
        "shape",
        "bmm",
        `${formatShape(x.shape)} · ${formatShape(other.shape)}: the batches differ in size`,
      );
    return contractions.matmul(x, other);
  },

  /** The product of a matrix and a vector, [n, k] · [k]. @throws for other numbers of axes: see `matmul`. */
  mv(x: Node, other: Node): Node {
    requireRanks("mv", x, other, [2, 1]);
    return contractions.matmul(x, other);
  },

  /** The sum of the diagonal of a matrix. */
  trace(x: Node): Node {
    if (x.shape.length !== 2)
      fail("shape", "trace", `${formatShape(x.shape)} is not a matrix. Did you mean x.diagonal().sum()?`);
    return broadcasting.sum(movements.diagonal(x));
  },

  /**
   * This tensor where `condition` holds, else `other`. The branch that is not taken contributes neither value nor gradient.
   *
   * @example
   * const x = tensor([-1, 2]);
   * console.log(x.where(x.gt(0), 0).toArray()); //=> [ 0, 2 ]
   */
  where: (x: Node, condition: Operand, other: Operand): Node => elementwiseOps.where(condition, x, other),

  /** x clamped to [min, max], as `clamp`. */
  clip: elementwiseOps.clamp,

  /** Whether x is NaN, as `isNaN`. */
  isnan: elementwiseOps.isNaN,

  /** Whether x is +∞ or −∞, as `isInf`. */
  isinf: elementwiseOps.isInf,

  /** Whether x is neither NaN nor infinite, as `isFinite`. */
  isfinite: elementwiseOps.isFinite,

  /** Whether |x − other| ≤ atol + rtol·|other|, as `isClose`. */
  isclose: floatOps.isClose,

  /** The sum of the elements that are not NaN, as `nanSum`. */
  nansum: statistics.nanSum,

  /** The mean of the elements that are not NaN, as `nanMean`. */
  nanmean: statistics.nanMean,

  /** ln Σ eˣ over `dims`, as `logSumExp`. */
  logsumexp: logSumExps.logSumExp,

  /** The logarithm of the cumulative sums of eˣ along `dim`, as `logCumSumExp`. */
  logcumsumexp: logSumExps.logCumSumExp,

  /** Converted to float32, as `to("float32")`. */
  float: (x: Node): Node => cast(x, "float32"),

  /** Converted to float64, as `to("float64")`. */
  double: (x: Node): Node => cast(x, "float64"),

  /** Converted to int32 by truncation, as `to("int32")`. */
  int: (x: Node): Node => cast(x, "int32"),

  /** Converted to int32, the dtype of indices, as `to("int32")`: there are no longer integers. */
  long: (x: Node): Node => cast(x, "int32"),

  /** Whether each element is not 0, as `to("bool")`. */
  bool: (x: Node): Node => cast(x, "bool"),

  /** The same value with the same history. Tensors are immutable, so there is nothing to copy. */
  clone: (x: Node): Node => x,

  /** The number of axes, as `ndim`. */
  dim: (x: Node): number => x.shape.length,

  /** The number of elements, as `size`. */
  numel: (x: Node): number => sizeOf(x.shape),

  /** The size of axis `dim`: PyTorch's `size(dim)`; `size` is the number of all elements, as in NumPy. */
  sizeOf: (x: Node, dim: number): number => x.shape[axis("sizeOf", dim, x.shape.length)]!,
};

export const aliasArguments = {
  view: movementArguments.reshape,
  broadcastTo: movementArguments.expand,
  expandAs: { other: "tensor" },
  t: {},
  moveaxis: transposeArguments.movedim,
  swapaxes: { dim0: "dim", dim1: "dim" },
  mm: { other: "tensor" },
  bmm: { other: "tensor" },
  mv: { other: "tensor" },
  trace: {},
  where: { condition: "operand", other: "operand" },
  clip: { min: "operand?", max: "operand?" },
  isnan: {},
  isinf: {},
  isfinite: {},
  isclose: floatOpArguments.isClose,
  nansum: statisticsArguments.nanSum,
  nanmean: statisticsArguments.nanMean,
  logsumexp: logSumExpArguments.logSumExp,
  logcumsumexp: logSumExpArguments.logCumSumExp,
  float: {},
  double: {},
  int: {},
  long: {},
  bool: {},
  clone: {},
  dim: {},
  numel: {},
  sizeOf: { dim: "dim" },
} as const satisfies Signatures<typeof aliases>;
