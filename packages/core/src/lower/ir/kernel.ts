import type { DType } from "../../dtype.ts";
import type { ReduceOp } from "../../graph/op.ts";
import type { Expr } from "../../scalar/expr.ts";
import type { Index, Predicate } from "./index-map.ts";

/** A tensor in memory, in row-major order, or part of one that a nest keeps for itself. */
export interface Buffer {
  readonly id: number;
  /** The node of the graph whose elements it holds. */
  readonly item: number;
  readonly dtype: DType;
  readonly size: number;
}

/** An argument of the expressions of a nest. */
export type Arg = { readonly type: DType } & (
  | { readonly kind: "load"; readonly buffer: Buffer; readonly index: Index; readonly guard: Predicate }
  /** The element at `index` + at·stride, where `at` is computed; unless 0 ≤ at < size, node `item` is at fault. */
  | {
      readonly kind: "gather";
      readonly buffer: Buffer;
      readonly index: Index;
      readonly guard: Predicate;
      readonly at: Expr;
      readonly stride: number;
      readonly size: number;
      readonly item: number;
    }
  /** An integer that depends on loop variables. */
  | { readonly kind: "index"; readonly index: Index }
  | { readonly kind: "guard"; readonly guard: Predicate }
  /** The result of a reduction in an earlier loop of the same row. */
  | { readonly kind: "result"; readonly statement: Statement }
);

/** A statement of a loop body: stores a value, combines it into a result, or checks it. */
export interface Statement {
  readonly value: Expr;
  readonly type: DType;
  /** Where the value or the result is stored; absent if only this nest reads it. */
  readonly store: { readonly buffer: Buffer; readonly index: Index } | undefined;
  /** How values are combined over the loop; an arg reduction keeps the position of the chosen element. */
  readonly reduce:
    | { readonly op: ReduceOp; readonly identity: number; readonly isArgReduction: boolean }
    | undefined;
  /** Accumulates at `store` instead of in a register, because the stored index varies inside the reduced axes. */
  readonly accumulateInMemory: boolean;
  /** The node that is at fault if the value is false. */
  readonly check: number | undefined;
}

/** A loop variable. */
export interface Axis {
  readonly name: string;
  readonly size: number;
}

/** Statements that run at each point of the same axes. */
export interface Loop {
  readonly axes: readonly Axis[];
  readonly statements: readonly Statement[];
}

/** Loops that run in sequence for each point of the outer axes, a row. */
export interface Nest {
  readonly kind: "nest";
  readonly outerAxes: readonly Axis[];
  /**
   * How many leading outer axes are parallel: no statement accumulates across their points, and none reads what another
   * point has stored. Row buffers are private to a point.
   */
  readonly parallel: number;
  readonly loops: readonly Loop[];
  readonly args: readonly Arg[];
}
