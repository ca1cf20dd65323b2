import type { DType } from "../../dtype.ts";
import { type Expr, topologicalOrder } from "../../scalar/expr.ts";
import { operandDType, typedOperands, typeOf } from "../../scalar/types.ts";
import type { Arg, Loop, Statement } from "../ir/kernel.ts";
import { check } from "./check.ts";

/** Checks the dtypes of the expressions of a loop, and returns the arguments that they read, indices of gathers included. */
export function checkTypes({ statements }: Loop, args: readonly Arg[]): ReadonlySet<Arg> {
  const read = new Set<Arg>();
  const types = new Map<Expr, DType>();
  const argOf = (e: Expr): Arg | undefined => (e.kind === "arg" ? args[e.index] : undefined);
  const operandsOf = (e: Expr): readonly Expr[] => {
    const x = argOf(e);
    return e.kind === "apply" ? e.args : x?.kind === "gather" ? [x.at] : [];
  };
  const values = statements.map((statement) => statement.value);
  for (const e of topologicalOrder(values, operandsOf)) {
    const x = argOf(e);
    if (x) read.add(x);
    const type = x?.type ?? typeOf(e, types);
    if (type) types.set(e, type);
    if (x?.kind === "gather")
      check(types.get(x.at) === "int32", () => `the index of a gather is ${types.get(x.at)}`);
    if (e.kind !== "apply") continue;
    const own = operandDType(e, types);
    check(own !== undefined, () => `the dtype of ${e.name} is unknown`);
    for (const operand of typedOperands(e)) {
      const of = types.get(operand) ?? own;
      check(operand.kind === "const" || of === own, () => `${e.name} in ${own} reads ${of}`);
    }
  }
  for (const statement of statements) checkStatement(statement, types.get(statement.value) ?? statement.type);
  return read;
}

function checkStatement({ check: node, reduce, store, type }: Statement, valueType: DType): void {
  if (node !== undefined) check(valueType === "bool", () => `a check is ${valueType}`);
  else if (reduce?.isArgReduction) check(type === "int32", () => `a position is ${type}`);
  else check(valueType === type, () => `a value is ${valueType} and its statement ${type}`);
  if (store) check(store.buffer.dtype === type, () => `${type} is stored as ${store.buffer.dtype}`);
}
