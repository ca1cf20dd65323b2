import type { DType } from "../dtype.ts";
import { type Expr, type ScalarOp, subexpressions } from "./expr.ts";
import { operandDType, typeOf } from "./types.ts";

/** One instruction: a value that is read, known or computed from earlier ones. `type` is undefined for weak constants. */
export type Instruction =
  | { readonly kind: "arg"; readonly index: number; readonly type: DType | undefined }
  | { readonly kind: "const"; readonly value: number; readonly type: DType | undefined }
  | {
      readonly kind: "word";
      readonly name: string;
      readonly word: ScalarOp;
      readonly args: readonly number[];
      /** The dtype that its operands have. */
      readonly operands: DType | undefined;
      readonly type: DType | undefined;
    };

/** Formulas as straight-line code: `outputs[k]` is the step that computes the k-th formula. */
export interface StraightLineCode {
  readonly instructions: readonly Instruction[];
  readonly outputs: readonly number[];
}

/** Orders the sub-expressions of `roots` and infers their types from those of the arguments. */
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
      const args = e.args.map((a) => index.get(a) as number);
      instructions.push({
        kind: "word",
        name: e.name,
        word: e.word,
        args,
        operands: operandDType(e, types),
        type,
      });
    }
  }
  return { instructions, outputs: roots.map((r) => index.get(r) as number) };
}
