import type { TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { GraphNode } from "../graph/canonicalize.ts";
import type { Elementwise, Op, Value } from "../graph/node.ts";
import { checkIndices } from "../ops/indexing.ts";
import type { Backend } from "./backend.ts";

/** Throws for the first element for which what `op` requires does not hold; `x` is the operand that it is asked of. */
export function checkElements(op: Elementwise, x: ArrayLike<number>, holds: ArrayLike<number>): void {
  const operand = op.require?.of ? ` of operand ${op.require.of}` : "";
  for (let i = 0; i < holds.length; i++)
    if (!holds[i]) fail("value", op.name, `element ${i}${operand} is ${x[i]}; ${op.require?.message}`);
}

/** Throws what is wrong with the operands of item `i`, which a program noticed: they are worked out once more and looked at. */
export function throwFault(
  backend: Backend,
  items: readonly GraphNode[],
  i: number,
  inputs: readonly Value[],
): never {
  const { op, inputs: from, shape } = items[i] as GraphNode;
  const [x, index] = from as readonly [number, number];
  const worked = (roots: readonly number[], check?: Op): TypedArray[] => {
    const last: GraphNode[] = check ? [{ op: check, inputs: from, shape, dtype: "bool", input: -1 }] : [];
    const graph = { items: [...items.slice(0, i), ...last], roots, inputs: [] };
    const executable = backend.prepare(graph);
    const values = executable.run(inputs).map((v) => v.array);
    executable.release?.();
    return values;
  };
  if (op.family === "indexing")
    checkIndices(
      op.name,
      worked([index])[0] as TypedArray,
      op.dim,
      (items[x] as GraphNode).shape[op.dim] as number,
    );
  if (op.family === "elementwise" && op.require) {
    const asked = from[op.require.of] as number;
    const [values, holds] = worked([asked, i], { ...op, f: op.require.holds, require: undefined });
    checkElements(op, values as TypedArray, holds as TypedArray);
  }
  return fail("value", op.name, "its operands are not what it requires");
}
