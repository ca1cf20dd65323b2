import type { Node } from "./node.ts";
import { topological } from "./walk.ts";

/** The rewrites that made nodes of the graph of `roots`, each with the number of nodes. */
export function rewritesOf(roots: readonly Node[]): string[] {
  const applied = new Set(topological(roots, () => true).flatMap(({ rewrites }) => rewrites));
  const counts = new Map<string, number>();
  for (const { text } of applied) counts.set(text, 1 + (counts.get(text) ?? 0));
  return [...counts].map(([rewrite, count]) => (count > 1 ? `${rewrite} (${count}×)` : rewrite));
}
