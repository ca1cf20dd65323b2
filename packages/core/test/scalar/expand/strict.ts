import type { DType } from "../../../src/dtype.ts";
import { arrays } from "../../../src/dtype.ts";
import { arg, type Expr, type ScalarOp } from "../../../src/scalar/expr.ts";
import { linearize } from "../../../src/scalar/linearize.ts";
import { primitives } from "../../../src/scalar/primitives.ts";
import { referenceFunction } from "../../../src/scalar/reference.ts";

export type Precision = "float32" | "float64";

const lowest = { float32: -126, float64: -1022 };
const isNormal = (type: Precision, x: number) => Math.abs(x) >= 2 ** lowest[type] && Math.abs(x) < Infinity;

/** Whether the value of a word is specified for its operands, where that is not always so. */
const specified = new Map<ScalarOp, (type: Precision, x: number, k: number) => boolean>([
  [primitives.exponent, isNormal],
  [primitives.significand, isNormal],
  [primitives.scalb, (type, _x, k) => Number.isInteger(k) && k >= lowest[type] - 1 && k <= 1 - lowest[type]],
]);

/** A formula as words that are each rounded to their type; a word whose value is not specified gives NaN, to show if it is used. */
export interface Strict {
  readonly count: number;
  readonly run: (...columns: ArrayLike<number>[]) => ArrayLike<number>;
}

export function strict(formula: (...x: Expr[]) => Expr, type: Precision): Strict {
  const x = Array.from({ length: formula.length }, (_, i) => arg(i));
  const tape = linearize([formula(...x)], new Array<DType>(x.length).fill(type));
  const typeOf = (word: ScalarOp, args: readonly number[]): DType => {
    const typed = args.slice(word.result === "branches" ? 1 : 0).map((k) => tape.instructions[k]?.type);
    const found = typed.find((t) => t !== undefined);
    if (found === undefined) throw new Error(`a word over constants alone has no type: ${word.format}`);
    return found;
  };
  const run = (...columns: ArrayLike<number>[]) => {
    const n = columns[0]?.length ?? 0;
    const results: ArrayLike<number>[] = [];
    for (const step of tape.instructions) {
      if (step.kind === "arg") results.push(columns[step.index] as ArrayLike<number>);
      else if (step.kind === "const") results.push([]);
      else {
        const { op, args } = step;
        const compute = referenceFunction(step.name, op);
        const operands = typeOf(op, args);
        const [a, b, c] = args.map((k) => {
          const s = tape.instructions[k];
          if (s?.kind !== "const") return results[k] as ArrayLike<number>;
          return new Float64Array(n).fill(operands === "float32" ? Math.fround(s.value) : s.value);
        });
        const holds = specified.get(op);
        const out = new arrays[step.type as DType](n);
        for (let i = 0; i < n; i++) {
          const [u, v, w] = [a?.[i] as number, b?.[i] as number, c?.[i] as number];
          out[i] = holds && !holds(operands as Precision, u, v) ? Number.NaN : compute(u, v, w);
        }
        results.push(out);
      }
    }
    return results[tape.outputs[0] as number] as ArrayLike<number>;
  };
  return { count: tape.instructions.filter((s) => s.kind === "apply").length, run };
}
