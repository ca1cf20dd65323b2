import type { Node } from "@chainrule/core/internal";

/** The number that a node holds everywhere, if it was made of one. */
export function numberOf(node: Node): number | undefined {
  const { op, inputs, value, shape } = node;
  if (op.family === "source") return op.name === "constant" ? op.value : undefined;
  if (op.family === "input") return shape.length === 0 ? value?.readSync()?.[0] : undefined;
  const isSpread = op.family === "movement" && (op.name === "expand" || op.name === "reshape");
  return isSpread && inputs[0] ? numberOf(inputs[0]) : undefined;
}
