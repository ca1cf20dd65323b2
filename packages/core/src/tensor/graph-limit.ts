import { evaluate } from "../backend/evaluate.ts";
import type { Node } from "../graph/node.ts";
import { wholeRounds } from "../graph/rounds.ts";
import { topological } from "../graph/walk.ts";
import { isAccumulated } from "../ops/identity.ts";

/** A tensor depends on fewer pending nodes than this: a sum in a loop would grow without bound otherwise. */
const maxPending = 4000;
/** Pending nodes are counted again from this node id on, so that the cost of counting stays proportional. */
let nextCheckId = 0;

/** How many of the oldest nodes to evaluate: about half of `maxPending`; for nodes of a loop, a number of whole iterations. */
function evictCount(nodes: readonly Node[]): number {
  const kinds = nodes.map((n) => `${n.op.name}${n.shape}`);
  return wholeRounds(kinds, 0, maxPending / 2) ?? maxPending / 2;
}

/**
 * Evaluates the oldest half of the pending nodes that `node` depends on, once there are `maxPending`. Nodes behind collected
 * gradients do not count: the step of an optimizer, or the next `backward`, evaluates them.
 */
export function limitPending(node: Node): void {
  if (
    node.needsGrad ||
    node.value !== null ||
    node.id - node.oldestPending < maxPending ||
    node.id < nextCheckId
  )
    return;
  const found = topological([node], (n) => n.value === null && !isAccumulated(n));
  const gradients = found.filter(isAccumulated);
  const waiting = found.filter((n) => n.value === null && !isAccumulated(n)).sort((a, b) => a.id - b.id);
  nextCheckId = node.id + maxPending / 4;
  if (waiting.length >= maxPending) {
    const newer = waiting.slice(evictCount(waiting));
    const oldest = newer[0]?.id as number;
    evaluate([...newer.flatMap((n) => n.inputs.filter((x) => x.id < oldest)), ...gradients]);
  }
  for (const n of waiting) n.oldestPending = node.id - waiting.length;
}
