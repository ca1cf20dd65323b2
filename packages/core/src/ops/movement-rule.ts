import { build } from "../graph/build.ts";
import type { Node, Op } from "../graph/node.ts";
import type { Movement, MovementName, Read } from "../graph/op.ts";
import type { Expr, Scalar } from "../scalar/expr.ts";
import { and, le, lt } from "../scalar/primitives.ts";
import type { Shape } from "../shape.ts";

/** Facts about a movement, as functions of its attributes and the shapes of its inputs. */
export interface MovementRule<M extends Movement> {
  /** The shape of the result. */
  shape(op: M, inputs: readonly Shape[]): Shape;
  /** The candidates for the element at coordinates `out`: it is that of the first valid read, or else 0. */
  reads(op: M, inputs: readonly Shape[], out: readonly Expr[]): readonly Read[];
  /** The linear transpose: cotangents of the inputs. Absent where only compiler passes make the op, after differentiation. */
  transpose?(op: M, inputs: readonly Shape[], ȳ: Node): readonly Node[];
  /** Whether some elements of the inputs are read by none of the result. */
  drops?(op: M, inputs: readonly Shape[]): boolean;
  /** The coordinates that an input element goes to: a kernel then fills with zeros and copies the input. */
  scatterIndex?(op: M, from: readonly Expr[]): readonly Scalar[];
  /** The axis along which the inputs are concatenated: a kernel may then copy them one by one. */
  concatAxis?(op: M): number;
}

/** Whether an op is one of these movements. */
export const isMovement = <K extends MovementName>(op: Op, ...names: readonly K[]): op is Movement<K> =>
  op.family === "movement" && (names as readonly MovementName[]).includes(op.name);

/** The node of a movement. */
export const move = <M extends Movement>(
  rule: MovementRule<M>,
  op: M,
  inputs: readonly [Node, ...Node[]],
): Node =>
  build(
    op,
    inputs,
    rule.shape(
      op,
      inputs.map((x) => x.shape),
    ),
    inputs[0].dtype,
  );

/** A shape with another size of axis `dim`. */
export const withSize = (shape: Shape, dim: number, n: number): Shape =>
  shape.map((m, i) => (i === dim ? n : m));

/** Coordinates with another one along `dim`. */
export const withIndex = (index: readonly Scalar[], dim: number, i: Scalar): readonly Scalar[] =>
  index.map((o, k) => (k === dim ? i : o));

/** Whether 0 ≤ i < n. */
export const inRange = (i: Expr, n: number): Expr => and(le(0, i), lt(i, n));
