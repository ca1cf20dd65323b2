import type { DType } from "../dtype.ts";
import { type Expr, subexpressions, type Word } from "./expr.ts";
import { typeOf, worksIn } from "./types.ts";

/** One instruction: a value that is read, known or computed from earlier ones. `type` is undefined for weak constants. */
export type Step =
  | { readonly kind: "arg"; readonly index: number; readonly type: DType | undefined }
  | { readonly kind: "const"; readonly value: number; readonly type: DType | undefined }
  | {
      readonly kind: "word";
      readonly name: string;
      readonly word: Word;
      readonly args: readonly number[];
      /** The dtype that its operands have. */
      readonly operands: DType | undefined;
      readonly type: DType | undefined;
    };

/** Formulas as straight-line code: `outputs[k]` is the step that computes the k-th formula. */
export interface Tape {
  readonly steps: readonly Step[];
  readonly outputs: readonly number[];
}

/** Orders the sub-expressions of `roots` and infers their types from those of the arguments. */
export function tapeOf(roots: readonly Expr[], argTypes: readonly DType[]): Tape {
  const index = new Map<Expr, number>();
  const types = new Map<Expr, DType>();
  const steps: Step[] = [];
  for (const e of subexpressions(roots)) {
    index.set(e, steps.length);
    const type = e.kind === "arg" ? argTypes[e.index] : typeOf(e, types);
    if (type) types.set(e, type);
    if (e.kind === "arg") steps.push({ kind: "arg", index: e.index, type });
    else if (e.kind === "const") steps.push({ kind: "const", value: e.value, type });
    else {
      const args = e.args.map((a) => index.get(a) as number);
      steps.push({ kind: "word", name: e.name, word: e.word, args, operands: worksIn(e, types), type });
    }
  }
  return { steps, outputs: roots.map((r) => index.get(r) as number) };
}
