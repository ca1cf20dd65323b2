import { type Node, nodeHook, type Op } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import { type Derivative, sumDerivatives } from "./derivative.ts";
import { families, type Rules } from "./families.ts";
import type { Seed } from "./forward.ts";

/** A node on the way from the outputs to the targets. */
interface Visit {
  readonly node: Node;
  /** Whether a target is reached from here. */
  readonly needed: boolean;
  /** The terms that have arrived so far; their sum is the cotangent of the node. */
  cotangents: Derivative[];
}

const rulesOf = (op: Op): Rules<Op> => families[op.family] as Rules<Op>;

/**
 * The cotangents of `targets`, x̄ = Σ (∂y/∂x)ᵀ·ȳ over the pairs (y, ȳ) of `outputs` and all paths between.
 * Propagation stops at targets. Null for a target without a path.
 */
export function reverse(outputs: readonly Seed[], targets: readonly Node[]): (Node | null)[] {
  const isTarget = new Set(targets);
  const order = topological(
    outputs.map(([y]) => y),
    (n) => n.needsGrad && !isTarget.has(n),
  );

  const visits = new Map<Node, Visit>();
  for (const node of order) {
    const passes = () => node.needsGrad && node.inputs.some((x) => visits.get(x)!.needed);
    visits.set(node, { node, needed: isTarget.has(node) || passes(), cotangents: [] });
  }
  for (const [y, value, mask] of outputs) visits.get(y)!.cotangents.push({ value, mask });

  for (const visit of [...visits.values()].reverse()) {
    const { node, needed, cotangents } = visit;
    if (cotangents.length === 0 || !needed || isTarget.has(node)) continue;
    nodeHook?.onBackward(node);
    const inputs = node.inputs.map((x) => visits.get(x)!);
    const ȳ = sumDerivatives(cotangents)!;
    const x̄ = rulesOf(node.op).vjp(
      node.op,
      node,
      ȳ,
      inputs.map((x) => x.needed),
    );
    inputs.forEach((x, i) => {
      if (x̄[i] && x.needed) x.cotangents.push(x̄[i]);
    });
    visit.cotangents = [];
  }

  nodeHook?.onBackward(null);
  const found = targets.map((x) => sumDerivatives(visits.get(x)?.cotangents ?? [])?.value ?? null);
  nodeHook?.onGradients(found);
  return found;
}

/** The leaves that collect a gradient from `root`. */
export const leavesOf = (root: Node): Node[] =>
  topological([root], (n) => n.needsGrad).filter((n) => n.leaf !== null);
