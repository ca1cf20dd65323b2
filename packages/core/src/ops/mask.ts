import type { Mask, Node } from "../graph/node.ts";
import * as w from "../scalar/primitives.ts";
import { elementwise } from "./apply.ts";
import { broadcasting } from "./broadcast.ts";
import { elementwiseOps } from "./elementwise.ts";
import { constant } from "./source.ts";

const { logicalAnd, logicalOr, mul, ne } = elementwiseOps;

/** t where a condition holds, else 0, whatever t is there. */
export const keepWhere = elementwise("choose", {
  f: (condition, t) => w.where(condition, t, 0),
  d: (_y, condition) => [0, condition],
  types: "branches",
});

/** What is made at the first call, and given again at every other. */
export function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Numbers as truth values: x ≠ 0. */
export const isNonzero = (x: Node): Node => (x.dtype === "bool" ? x : ne(x, constant(0, x.dtype)));

/** The mask that a derivative's own zeros make, where nothing tells zeros of choices from others. */
export const nonzeroMask = (t: Node): Mask => lazy(() => isNonzero(t));

/** Every element of a shape let through. */
export const fullMask = ({ shape }: Node): Node => broadcasting.expand(constant(1, "bool"), shape);

/** The elements that both masks let through; absent lets all through. */
export const maskAnd = (a: Mask | null, b: Mask | null): Mask | null =>
  a && b && a !== b ? lazy(() => logicalAnd(a(), b())) : (a ?? b);

/** The elements that one of the masks lets through. */
export const maskOr = (a: Mask | null, b: Mask | null): Mask | null =>
  a && b && a !== b ? lazy(() => logicalOr(a(), b())) : b && a;

/** p·t, and 0 where t is 0, whatever p is: TensorFlow's multiply_no_nan. */
export const mulNoNan = (p: Node, t: Node): Node => keepWhere(isNonzero(t), mul(p, t));
