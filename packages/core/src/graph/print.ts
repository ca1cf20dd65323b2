import { formatShape } from "../shape.ts";
import type { CanonicalGraph } from "./canonicalize.ts";
import type { Node, Op } from "./node.ts";
import { topological } from "./walk.ts";

/** The attributes of an op, without those that are absent. */
function attributesOf(op: Op): [string, unknown][] {
  if (op.family === "identity" || op.family === "host") return [];
  if (op.family === "elementwise") return op.operands ? [["operands", op.operands]] : [];
  const { family, name, ...attributes } = op;
  return Object.entries(attributes).filter(([, value]) => value !== "");
}

function printOp(op: Op, inputs: readonly string[]): string {
  const attributes = attributesOf(op).map(([k, v]) => `${k}=${JSON.stringify(v)}`);
  return `${op.name}(${[...inputs, ...attributes].join(", ")})`;
}

/** A graph as lines `%2 = add(%0, %1) float32[3]`, inputs first; evaluated nodes print as `value`. */
export function printGraph(roots: readonly Node[]): string {
  const order = topological(roots, (n) => n.value === null);
  const name = new Map(order.map((n, i) => [n, `%${i}`]));
  return order
    .map((n) => {
      const inputs = n.inputs.map((x) => name.get(x)!);
      const made = n.value === null ? printOp(n.op, inputs) : "value";
      return `${name.get(n)} = ${made} ${n.dtype}${formatShape(n.shape)}`;
    })
    .join("\n");
}

const maxLabel = 100;

/** The label of a node in one line, shortened. */
export function formatLabel(label: string): string {
  const line = label.trim().replace(/\s+/g, " ");
  return line.length > maxLabel ? `${line.slice(0, maxLabel)}…` : line;
}

/** A structure as such lines, and one that names its roots. */
export function printStructure({ items, roots }: CanonicalGraph): string {
  const lines = items.map(({ op, inputs, shape, dtype, input, label }, i) => {
    const made =
      input < 0
        ? printOp(
            op,
            inputs.map((x) => `%${x}`),
          )
        : "input";
    return `%${i} = ${made} ${dtype}${formatShape(shape)}${label ? ` // ${formatLabel(label)}` : ""}`;
  });
  return [...lines, `→ ${roots.map((r) => `%${r}`).join(", ")}`].join("\n");
}
