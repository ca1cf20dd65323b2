import { fail } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Tensors in objects and arrays of any depth; everything else in them is carried along. */
export type Tree = unknown;

/** Whether there may be tensors in it: an array or a plain object. */
export const isBranch = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && (Array.isArray(x) || Object.getPrototypeOf(x) === Object.prototype);

/** The tensors of a tree, in the order of its keys. @throws where a branch holds itself. */
export function tensorsOf(tree: Tree, above: readonly unknown[] = []): Tensor[] {
  if (tree instanceof Tensor) return [tree];
  if (!isBranch(tree)) return [];
  if (above.includes(tree)) fail("value", "arguments", "a list or object holds itself; give trees");
  return Object.values(tree).flatMap((x) => tensorsOf(x, [...above, tree]));
}

/** The tree with each tensor replaced by `f` of it. */
export function mapTree<T>(tree: T, f: (x: Tensor) => Tensor): T {
  if (tree instanceof Tensor) return f(tree) as T;
  if (Array.isArray(tree)) return tree.map((x) => mapTree(x, f)) as T;
  if (!isBranch(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([k, x]) => [k, mapTree(x, f)])) as T;
}

/** The tree with its tensors replaced, in order, by those of a list. */
export function refill<T>(tree: T, tensors: readonly Tensor[]): T {
  let next = 0;
  return mapTree(tree, () => tensors[next++] as Tensor);
}
