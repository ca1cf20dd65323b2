import type { Node } from "./node.ts";
import { topological } from "./walk.ts";

/** The rewrites that made nodes of the graph of `roots`, each with the number of nodes. */
export function rewritesOf(roots: readonly Node[]): string[] {
  const counts = new Map<string, number>();
  for (const { rewrite } of topological(roots, () => true))
    if (rewrite) counts.set(rewrite, 1 + (counts.get(rewrite) ?? 0));
  return [...counts].map(([rewrite, count]) => (count > 1 ? `${rewrite} (${count}×)` : rewrite));
}
