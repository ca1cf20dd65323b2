import { fail } from "../errors.ts";
import { decode, isEncoded } from "./encode.ts";
import { Tensor } from "./tensor.ts";

/** Trees in which each plain `{ dtype, shape, data }` is a tensor again. */
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
 * What was stringified or posted with its tensors again: `fromJSON(JSON.parse(text))` of a state dict, an optimizer's
 * state or any other tree, and what `structuredClone` or `postMessage` made of one.
 * @throws where a part looks like a tensor and is none.
 */
export function fromJSON<T = unknown>(x: unknown): T {
  if (typeof x === "string")
    fail("value", "fromJSON", "takes what JSON.parse gives. Did you mean fromJSON(JSON.parse(text))?");
  return revive(x, []) as T;
}
