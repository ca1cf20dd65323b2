import { fail } from "../errors.ts";
import { decode, isEncoded } from "./encode.ts";
import { Tensor } from "./tensor.ts";

/** Replaces each plain `{ dtype, shape, data }` in a tree by its tensor. */
function revive(x: unknown, above: readonly unknown[]): unknown {
  if (typeof x !== "object" || x === null || x instanceof Tensor) return x;
  if (above.includes(x)) fail("value", "fromJSON", "the data holds itself; give trees");
  if (isEncoded(x)) return new Tensor(decode(x));
  const inner = [...above, x];
  if (Array.isArray(x)) return x.map((y) => revive(y, inner));
  const entries = Object.entries(x);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === "contents" && isEncoded(only[1])) return revive(only[1], inner);
  return Object.fromEntries(entries.map(([key, y]) => [key, revive(y, inner)]));
}

/**
 * Turns plain data back into tensors: the result of `JSON.parse`, `structuredClone` or `postMessage` for a state dict, the
 * state of an optimizer, or any other tree of tensors.
 *
 * @param x plain data, in which each `{ dtype, shape, data }` becomes a tensor
 * @throws if a part looks like a tensor and is not one
 *
 * @example
 * const text = JSON.stringify({ w: tensor([1, 2]) });
 * const { w } = fromJSON<{ w: Tensor }>(JSON.parse(text));
 * console.log(w.toArray()); //=> [ 1, 2 ]
 */
export function fromJSON<T = unknown>(x: unknown): T {
  if (typeof x === "string")
    fail("value", "fromJSON", "takes what JSON.parse gives. Did you mean fromJSON(JSON.parse(text))?");
  return revive(x, []) as T;
}
