import { formatShape } from "../shape.ts";
import type { Node } from "./node.ts";
import { topological } from "./walk.ts";

/** A graph as lines `%2 = add(%0, %1) float32[3]`, inputs first; evaluated nodes print as `value`. */
export function printGraph(roots: readonly Node[]): string {
  const order = topological(roots, (n) => n.value === null);
  const name = new Map(order.map((n, i) => [n, `%${i}`]));
  return order
    .map((n) => {
      const attrs = Object.entries(n.op.attrs).map(([k, v]) => `${k}=${JSON.stringify(v)}`);
      const inputs = n.inputs.map((x) => name.get(x));
      const made = n.value === null ? `${n.op.name}(${[...inputs, ...attrs].join(", ")})` : "value";
      return `${name.get(n)} = ${made} ${n.dtype}${formatShape(n.shape)}`;
    })
    .join("\n");
}
