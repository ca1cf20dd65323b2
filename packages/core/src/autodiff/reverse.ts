import type { Node, Op } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import { type Derivative, families, type Rules, total } from "./families.ts";

const rulesOf = (op: Op): Rules<Op> => families[op.family] as Rules<Op>;

/**
 * The cotangents of `targets`, x̄ = Σ (∂y/∂x)ᵀ·ȳ over the pairs (y, ȳ) of `outputs` and all paths between.
 * A target is an end: nothing is carried behind it. Null where no path arrives.
 */
export function reverse(outputs: readonly (readonly [Node, Node])[], targets: readonly Node[]): Derivative[] {
  const ends = new Set(targets);
  const roots = outputs.map(([y]) => y);
  const order = topological(roots, (n) => n.needsGrad && !ends.has(n));
  const reaches = new Set<Node>();
  for (const n of order)
    if (ends.has(n) || (n.needsGrad && n.inputs.some((x) => reaches.has(x)))) reaches.add(n);
  const arrived = new Map<Node, Node[]>();
  const arrive = (n: Node, t: Node) => {
    const list = arrived.get(n);
    if (list) list.push(t);
    else arrived.set(n, [t]);
  };
  for (const [y, ȳ] of outputs) arrive(y, ȳ);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as Node;
    const terms = arrived.get(node);
    if (!terms || ends.has(node)) continue;
    arrived.delete(node);
    if (!reaches.has(node)) continue;
    const wanted = node.inputs.map((x) => reaches.has(x));
    const x̄ = rulesOf(node.op).vjp(node.op, node, total(terms) as Node, wanted);
    node.inputs.forEach((x, k) => {
      const t = x̄[k];
      if (t && wanted[k]) arrive(x, t);
    });
  }
  return targets.map((n) => total(arrived.get(n) ?? []));
}

/** The leaves that collect a gradient from `root`. */
export const leavesOf = (root: Node): Node[] =>
  topological([root], (n) => n.needsGrad).filter((n) => n.leaf !== null);
