import type { TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { GraphNode } from "../graph/canonicalize.ts";
import type { Op } from "../graph/node.ts";
import type { Elementwise } from "../graph/op.ts";
import { elementsNow, type Value } from "../graph/value.ts";
import { checkIndices } from "../ops/indexing.ts";
import type { Backend } from "./backend.ts";

/** Throws for the first element for which the requirement of `op` does not hold; `x` is the operand that it restricts. */
export function checkElements(op: Elementwise, x: ArrayLike<number>, holds: ArrayLike<number>): void {
  const operand = op.require?.of ? ` of operand ${op.require.of}` : "";
  for (let i = 0; i < holds.length; i++)
    if (!holds[i]) fail("value", op.name, `element ${i}${operand} is ${x[i]}; ${op.require?.message}`);
}

/** Throws the error of node `i`, where a program recorded a fault: computes its operands again, and looks for the element. */
export function throwFault(
  backend: Backend,
  items: readonly GraphNode[],
  i: number,
  inputs: readonly Value[],
): never {
  const { op, inputs: operands, shape } = items[i]!;
  const compute = (roots: readonly number[], check?: Op): TypedArray[] => {
    const last: GraphNode[] = check ? [{ op: check, inputs: operands, shape, dtype: "bool", input: -1 }] : [];
    const executable = backend.prepare({ items: [...items.slice(0, i), ...last], roots, inputs: [] });
    const values = executable.run(inputs).map((value) => elementsNow(value, op.name));
    executable.release?.();
    return values;
  };
  if (op.family === "indexing") {
    const [x, index] = operands;
    const [indices] = compute([index!]);
    checkIndices(op.name, indices!, op.dim, items[x!]!.shape[op.dim]!);
  }
  if (op.family === "elementwise" && op.require) {
    const restricted = operands[op.require.of]!;
    const [x, holds] = compute([restricted, i], { ...op, f: op.require.holds, require: undefined });
    checkElements(op, x!, holds!);
  }
  return fail("value", op.name, "an operand is outside the domain of the op");
}
