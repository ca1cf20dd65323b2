import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { cast } from "../ops/apply.ts";
import { arrangementArguments, arrangements } from "../ops/arrange.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { contractions } from "../ops/contract.ts";
import { derived, derivedArguments } from "../ops/derived.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { movementArguments, movements } from "../ops/movement.ts";
import type { Operand } from "../ops/row.ts";
import { runningArguments, runnings } from "../ops/running.ts";
import { axis, formatShape, sizeOf } from "../shape.ts";

/** Throws unless two operands have these numbers of axes. */
function requireRanks(op: string, a: Node, b: Node, ranks: readonly [number, number]): void {
  if (a.shape.length !== ranks[0] || b.shape.length !== ranks[1])
    fail(
      "shape",
      op,
      `${formatShape(a.shape)} · ${formatShape(b.shape)} must have ${ranks[0]} and ${ranks[1]} axes. Did you mean matmul?`,
    );
}

/** Names by which users of PyTorch and NumPy know what has another one here, and their stricter or shorter kin. */
export const aliases = {
  /** The elements in row-major order in another shape, as `reshape`. */
  view: movements.reshape,

  /** Axes of size 1 repeated, and leading ones added, to reach `shape`, as `expand`. */
  broadcastTo: movements.expand,

  /** Axes of size 1 repeated to reach the shape of `other`. */
  expandAs: (x: Node, other: Node): Node => broadcasting.expand(x, other.shape),

  /** The transpose of a matrix; a vector or a scalar as it is. @throws for more axes: see `mT` and `permute`. */
  t(x: Node): Node {
    if (x.shape.length > 2)
      fail("shape", "t", `${formatShape(x.shape)} is no matrix. Did you mean x.mT, or x.permute(…)?`);
    return x.shape.length < 2 ? x : arrangements.transpose(x);
  },

  /** Axes moved to other places, as `movedim`. */
  moveaxis: arrangements.movedim,

  /** Two axes exchanged, as `transpose`. */
  swapaxes: arrangements.transpose,

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

  /** Σ of the diagonal of a matrix. */
  trace(x: Node): Node {
    if (x.shape.length !== 2)
      fail("shape", "trace", `${formatShape(x.shape)} is no matrix. Did you mean x.diagonal().sum()?`);
    return broadcasting.sum(movements.diagonal(x));
  },

  /** This tensor where `condition` holds, else `other`; the branch not taken leaves no trace in value or gradient. */
  where: (x: Node, condition: Operand, other: Operand): Node => elementwiseOps.where(condition, x, other),

  /** x held between `min` and `max`, as `clamp`. */
  clip: elementwiseOps.clamp,

  /** Whether x is NaN, as `isNaN`. */
  isnan: elementwiseOps.isNaN,

  /** Whether x is +∞ or −∞, as `isInf`. */
  isinf: elementwiseOps.isInf,

  /** Whether x is neither NaN nor infinite, as `isFinite`. */
  isfinite: elementwiseOps.isFinite,

  /** Whether |x − other| ≤ atol + rtol·|other|, as `isClose`. */
  isclose: derived.isClose,

  /** Σ of the elements that are not NaN, as `nanSum`. */
  nansum: derived.nanSum,

  /** Mean of the elements that are not NaN, as `nanMean`. */
  nanmean: derived.nanMean,

  /** ln Σ eˣ over `dims`, as `logSumExp`. */
  logsumexp: derived.logSumExp,

  /** ln of the running sums of eˣ along `dim`, as `logCumSumExp`. */
  logcumsumexp: runnings.logCumSumExp,

  /** The same numbers in float32, as `to("float32")`. */
  float: (x: Node): Node => cast(x, "float32"),

  /** The same numbers in float64, as `to("float64")`. */
  double: (x: Node): Node => cast(x, "float64"),

  /** The same numbers in int32, as `to("int32")`: truncated. */
  int: (x: Node): Node => cast(x, "int32"),

  /** The same numbers in int32, the dtype of indices, as `to("int32")`: there are no longer integers here. */
  long: (x: Node): Node => cast(x, "int32"),

  /** Whether each element is other than 0, as `to("bool")`. */
  bool: (x: Node): Node => cast(x, "bool"),

  /** The same value with the same history. Tensors do not change, so there is nothing else to copy. */
  clone: (x: Node): Node => x,

  /** Number of axes, as `ndim`. */
  dim: (x: Node): number => x.shape.length,

  /** Number of elements, as `size`. */
  numel: (x: Node): number => sizeOf(x.shape),

  /** Number of elements along `dim`: PyTorch's `size(dim)`, where `size` is the number of all elements here, as NumPy's. */
  sizeOf: (x: Node, dim: number): number => x.shape[axis("sizeOf", dim, x.shape.length)] as number,
};

export const aliasArguments = {
  view: movementArguments.reshape,
  broadcastTo: movementArguments.expand,
  expandAs: { other: "tensor" },
  t: {},
  moveaxis: arrangementArguments.movedim,
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
  isclose: derivedArguments.isClose,
  nansum: derivedArguments.nanSum,
  nanmean: derivedArguments.nanMean,
  logsumexp: derivedArguments.logSumExp,
  logcumsumexp: runningArguments.logCumSumExp,
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
