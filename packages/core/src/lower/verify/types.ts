import type { DType } from "../../dtype.ts";
import { type Expr, inOrder } from "../../scalar/expr.ts";
import { operandDType, typedOperands, typeOf } from "../../scalar/types.ts";
import type { Arg, Loop, Statement } from "../ir/kernel.ts";
import { check } from "./check.ts";

/** What the formulas of a loop read, to say where others lie included, once every word of them works in one dtype. */
export function readsOf({ statements }: Loop, args: readonly Arg[]): ReadonlySet<Arg> {
  const read = new Set<Arg>();
  const types = new Map<Expr, DType>();
  const argOf = (e: Expr): Arg | undefined => (e.kind === "arg" ? args[e.index] : undefined);
  const operandsOf = (e: Expr): readonly Expr[] => {
    const x = argOf(e);
    return e.kind === "apply" ? e.args : x?.kind === "gather" ? [x.at] : [];
  };
  const values = statements.map((t) => t.value);
  for (const e of inOrder(values, operandsOf)) {
    const x = argOf(e);
    if (x) read.add(x);
    const type = x?.type ?? typeOf(e, types);
    if (type) types.set(e, type);
    if (x?.kind === "gather") check(types.get(x.at) === "int32", () => `a place is ${types.get(x.at)}`);
    if (e.kind !== "apply") continue;
    const own = operandDType(e, types);
    check(own !== undefined, () => `nothing says in which dtype ${e.name} works`);
    for (const operand of typedOperands(e)) {
      const of = types.get(operand) ?? own;
      check(operand.kind === "const" || of === own, () => `${e.name} in ${own} reads ${of}`);
    }
  }
  for (const task of statements) checkTask(task, types.get(task.value) ?? task.type);
  return read;
}

function checkTask({ check: item, reduce, store, type }: Statement, of: DType): void {
  if (item !== undefined) check(of === "bool", () => `a check of ${of}`);
  else if (reduce?.isArgReduction) check(type === "int32", () => `a position in ${type}`);
  else check(of === type, () => `a value in ${of} for one in ${type}`);
  if (store) check(store.buffer.dtype === type, () => `${type} is stored as ${store.buffer.dtype}`);
}
