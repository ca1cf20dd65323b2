import { type Node, nodeHook, type Op } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import { type Derivative, total } from "./derivative.ts";
import { families, type Rules } from "./families.ts";
import type { Seed } from "./forward.ts";

const rulesOf = (op: Op): Rules<Op> => families[op.family] as Rules<Op>;

/**
 * The cotangents of `targets`, x̄ = Σ (∂y/∂x)ᵀ·ȳ over the pairs (y, ȳ) of `outputs` and all paths between.
 * A target is an end: nothing is carried behind it. Null where no path arrives.
 */
export function reverse(outputs: readonly Seed[], targets: readonly Node[]): (Node | null)[] {
  const ends = new Set(targets);
  const roots = outputs.map(([y]) => y);
  const order = topological(roots, (n) => n.needsGrad && !ends.has(n));
  const place = new Map<Node, number>();
  const reaches: boolean[] = [];
  const arrived: Derivative[][] = [];
  for (const n of order) {
    const reached = (x: Node) => reaches[place.get(x) as number] as boolean;
    reaches.push(ends.has(n) || (n.needsGrad && n.inputs.some(reached)));
    place.set(n, place.size);
    arrived.push([]);
  }
  for (const [y, value, mask] of outputs) arrived[place.get(y) as number]?.push({ value, mask });
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as Node;
    const terms = arrived[i] as Derivative[];
    if (terms.length === 0 || !reaches[i] || ends.has(node)) continue;
    nodeHook?.onBackward(node);
    const at = node.inputs.map((x) => place.get(x) as number);
    const wanted = at.map((k) => reaches[k] as boolean);
    const x̄ = rulesOf(node.op).vjp(node.op, node, total(terms) as Derivative, wanted);
    at.forEach((k, j) => {
      const t = x̄[j];
      if (t && wanted[j]) arrived[k]?.push(t);
    });
    arrived[i] = [];
  }
  nodeHook?.onBackward(null);
  const found = targets.map((n) => total(arrived[place.get(n) ?? -1] ?? [])?.value ?? null);
  nodeHook?.onGradients(found);
  return found;
}

/** The leaves that collect a gradient from `root`. */
export const leavesOf = (root: Node): Node[] =>
  topological([root], (n) => n.needsGrad).filter((n) => n.leaf !== null);
