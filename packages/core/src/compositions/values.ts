import { evaluate } from "../backend/evaluate.ts";
import type { TypedArray } from "../dtype.ts";
import { computeEarlier } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { elementsNow, type Value } from "../graph/value.ts";

/**
 * The elements of a node, evaluated at the call: for ops whose result's shape depends on them.
 * @throws if the backend reads only asynchronously.
 */
export function valuesOf(op: string, x: Node): TypedArray {
  computeEarlier(() => evaluate([x]));
  return elementsNow(x.value as Value, op);
}
