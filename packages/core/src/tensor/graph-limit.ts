import { evaluate } from "../backend/evaluate.ts";
import type { Node } from "../graph/node.ts";
import { wholeRounds } from "../graph/rounds.ts";
import { topological } from "../graph/walk.ts";
import { isAccumulated } from "../ops/identity.ts";

/** What a tensor waits for may be this many nodes: an unread sum over a loop would grow for ever otherwise. */
const maxPending = 4000;
/** Nothing is counted again before that many nodes were made: what is spent on counting stays in proportion. */
let nextCheckId = 0;

/** How many of the oldest nodes to work out: about half of `most`, and whole rounds of a loop where they come from one. */
function evictCount(nodes: readonly Node[]): number {
  const kinds = nodes.map((n) => `${n.op.name}${n.shape}`);
  return wholeRounds(kinds, 0, maxPending / 2) ?? maxPending / 2;
}

/**
 * Where a node waits for many others, works out what the newer of them read of the oldest: each node once, whoever else
 * reads it. Collected gradients are not looked behind, though whole networks may be there: an optimizer's step, or the
 * next `backward`, works them out.
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
