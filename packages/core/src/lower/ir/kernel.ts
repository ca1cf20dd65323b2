import type { DType } from "../../dtype.ts";
import type { ReduceOp } from "../../graph/op.ts";
import type { Expr } from "../../scalar/expr.ts";
import type { Index, Predicate } from "./index-map.ts";

/** A tensor in memory, in row-major order. */
export interface Buffer {
  readonly id: number;
  /** The item of the graph whose elements it holds. */
  readonly item: number;
  readonly dtype: DType;
  readonly size: number;
}

/** What the formulas of a kernel are written over. */
export type Arg = { readonly type: DType } & (
  | { readonly kind: "load"; readonly buffer: Buffer; readonly index: Index; readonly guard: Predicate }
  /** An element whose place is worked out: `index` + at·stride; unless 0 ≤ at < size, `item` is at fault. */
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
  /** A whole number made of loop variables. */
  | { readonly kind: "index"; readonly index: Index }
  | { readonly kind: "guard"; readonly guard: Predicate }
  /** What an earlier task of the same row came to. */
  | { readonly kind: "result"; readonly task: Statement }
);

/** One thing that a loop does at each of its points: store a value, combine it into a result, or check it. */
export interface Statement {
  readonly value: Expr;
  readonly type: DType;
  /** Where a value, or the result of a row, is stored; absent for what only this kernel reads. */
  readonly store: { readonly buffer: Buffer; readonly index: Index } | undefined;
  /** How values are combined over the loop; `position` keeps where the chosen element was. */
  readonly reduce:
    | { readonly op: ReduceOp; readonly identity: number; readonly isArgReduction: boolean }
    | undefined;
  /** The result is kept in memory, at `store`, while the loop runs: its place changes faster than what is reduced. */
  readonly accumulateInMemory: boolean;
  /** The item that is at fault if the value is false. */
  readonly check: number | undefined;
}

/** A loop variable. */
export interface Axis {
  readonly name: string;
  readonly size: number;
}

/** Tasks over the same points of a row. */
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
