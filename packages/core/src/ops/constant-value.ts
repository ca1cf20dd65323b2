import type { Node } from "../graph/node.ts";
import { constantOf, type Expr, toExpr } from "../scalar/expr.ts";
import { isMovement } from "./movement-rule.ts";
import { numberOf } from "./source.ts";

/** The node that a tensor was broadcast from. */
function broadcastSource(x: Node): Node {
  let from = x;
  while (isMovement(from.op, "expand", "reshape") && from.inputs[0]) from = from.inputs[0];
  return from;
}

const constantOrNumber = (x: Node): number | undefined => {
  const { op } = x;
  return op.family === "source" && "value" in op ? op.value : numberOf(x);
};

/** Whether a tensor is everywhere the 1 that gradients begin with. */
export function isOnes(x: Node): boolean {
  const { op } = broadcastSource(x);
  return op.family === "source" && "value" in op && op.value === 1;
}

/** The number that a tensor holds everywhere, for one made of a number, or by one op of such. */
export function constantValue(x: Node): number | undefined {
  const source = broadcastSource(x);
  const { op, inputs } = source;
  if (op.family !== "elementwise") return constantOrNumber(source);
  const numbers: Expr[] = [];
  for (const input of inputs) {
    const n = constantOrNumber(broadcastSource(input));
    if (n === undefined) return undefined;
    numbers.push(toExpr(n));
  }
  return inputs.length > 0 ? constantOf(op.f(numbers)) : undefined;
}
