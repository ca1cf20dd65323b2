import type { Mask, Node } from "../graph/node.ts";
import * as w from "../scalar/primitives.ts";
import { elementwise } from "./apply.ts";
import { broadcasting } from "./broadcast.ts";
import { elementwiseOps } from "./elementwise.ts";
import { constant } from "./source.ts";

const { logicalAnd, logicalOr, mul, ne } = elementwiseOps;

/** t where a condition holds, and 0 elsewhere, even where t is NaN or infinite. */
export const keepWhere = elementwise("keepWhere", {
  f: (condition, t) => w.where(condition, t, 0),
  d: (_y, condition) => [0, condition],
  types: "branches",
});

/** A function that computes its result at the first call and returns it at every later one. */
export function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** x ≠ 0, as a bool tensor. */
export const isNonzero = (x: Node): Node => (x.dtype === "bool" ? x : ne(x, constant(0, x.dtype)));

/** The mask that a derivative's own zeros make, where nothing tells zeros of choices from others. */
export const nonzeroMask = (t: Node): Mask => lazy(() => isNonzero(t));

/** The mask that lets every element through. */
export const fullMask = ({ shape }: Node): Node => broadcasting.expand(constant(1, "bool"), shape);

/** The elements that both masks let through; absent lets all through. */
export const maskAnd = (a: Mask | null, b: Mask | null): Mask | null =>
  a && b && a !== b ? lazy(() => logicalAnd(a(), b())) : (a ?? b);

/** The elements that one of the masks lets through. */
export const maskOr = (a: Mask | null, b: Mask | null): Mask | null =>
  a && b && a !== b ? lazy(() => logicalOr(a(), b())) : b && a;

/** p·t, and 0 where t is 0, whatever p is: TensorFlow's multiply_no_nan. */
export const mulNoNan = (p: Node, t: Node): Node => keepWhere(isNonzero(t), mul(p, t));
