import type { DType } from "../dtype.ts";
import { type Expr, subexpressions, type Word } from "./expr.ts";

/** One instruction: a value that is read, known or computed from earlier ones. `type` is undefined for weak constants. */
export type Step =
  | { readonly kind: "arg"; readonly index: number; readonly type: DType | undefined }
  | { readonly kind: "const"; readonly value: number; readonly type: DType | undefined }
  | {
      readonly kind: "word";
      readonly name: string;
      readonly word: Word;
      readonly args: readonly number[];
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
  const steps: Step[] = [];
  for (const e of subexpressions(roots)) {
    index.set(e, steps.length);
    if (e.kind === "arg") steps.push({ kind: "arg", index: e.index, type: argTypes[e.index] });
    else if (e.kind === "const") steps.push({ kind: "const", value: e.value, type: undefined });
    else {
      const args = e.args.map((a) => index.get(a) as number);
      const typed = args.slice(e.word.result === "branches" ? 1 : 0).map((a) => steps[a]?.type);
      const same = typed.find((t) => t !== undefined);
      const type = e.word.result === "same" || e.word.result === "branches" ? same : e.word.result;
      steps.push({ kind: "word", name: e.name, word: e.word, args, type });
    }
  }
  return { steps, outputs: roots.map((r) => index.get(r) as number) };
}
