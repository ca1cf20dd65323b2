import { fail } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Tensors in objects and arrays of any depth, among other values (JAX: a pytree). */
export type Tree = unknown;

/** Whether a value can contain tensors: an array or a plain object. */
export const isContainer = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && (Array.isArray(x) || Object.getPrototypeOf(x) === Object.prototype);

/** The tensors of a tree, in the order of its keys. @throws if a container contains itself */
export function treeLeaves(tree: Tree, above: readonly unknown[] = []): Tensor[] {
  if (tree instanceof Tensor) return [tree];
  if (!isContainer(tree)) return [];
  if (above.includes(tree)) fail("value", "arguments", "a list or object holds itself; give trees");
  return Object.values(tree).flatMap((x) => treeLeaves(x, [...above, tree]));
}

/** The tree with each tensor replaced by `f` of it. */
export function treeMap<T>(tree: T, f: (x: Tensor) => Tensor): T {
  if (tree instanceof Tensor) return f(tree) as T;
  if (Array.isArray(tree)) return tree.map((x) => treeMap(x, f)) as T;
  if (!isContainer(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([k, x]) => [k, treeMap(x, f)])) as T;
}
