import type { DType } from "../dtype.ts";
import { type Expr, type ScalarOp, subexpressions } from "./expr.ts";
import { operandDType, typeOf } from "./types.ts";

/** An argument, a constant or an op on the results of earlier instructions. `type` is undefined for weak constants. */
export type Instruction =
  | { readonly kind: "arg"; readonly index: number; readonly type: DType | undefined }
  | { readonly kind: "const"; readonly value: number; readonly type: DType | undefined }
  | {
      readonly kind: "apply";
      readonly name: string;
      readonly op: ScalarOp;
      readonly args: readonly number[];
      /** The dtype of the operands. */
      readonly operands: DType | undefined;
      readonly type: DType | undefined;
    };

/** Expressions in SSA form: `outputs[k]` is the instruction that computes the k-th expression. */
export interface StraightLineCode {
  readonly instructions: readonly Instruction[];
  readonly outputs: readonly number[];
}

/** Orders the sub-expressions of `roots` topologically, and infers their dtypes from those of the arguments. */
export function linearize(roots: readonly Expr[], argTypes: readonly DType[]): StraightLineCode {
  const index = new Map<Expr, number>();
  const types = new Map<Expr, DType>();
  const instructions: Instruction[] = [];
  for (const e of subexpressions(roots)) {
    index.set(e, instructions.length);
    const type = e.kind === "arg" ? argTypes[e.index] : typeOf(e, types);
    if (type) types.set(e, type);
    if (e.kind === "arg") instructions.push({ kind: "arg", index: e.index, type });
    else if (e.kind === "const") instructions.push({ kind: "const", value: e.value, type });
    else {
      const args = e.args.map((a) => index.get(a)!);
      instructions.push({
        kind: "apply",
        name: e.name,
        op: e.op,
        args,
        operands: operandDType(e, types),
        type,
      });
    }
  }
  return { instructions, outputs: roots.map((r) => index.get(r)!) };
}
