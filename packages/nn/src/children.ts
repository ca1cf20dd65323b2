import { Cell } from "@chainrule/core";
import { requireSameCopy } from "@chainrule/core/internal";

const isPlain = (x: object): boolean => {
  const prototype = Object.getPrototypeOf(x);
  return prototype === null || prototype === Object.prototype;
};

/** The named values of a container: a Map's by key, or by position where the key is an object; a Set's by position. */
function entriesOf(x: unknown): Iterable<readonly [name: string, value: unknown]> {
  if (x instanceof Map)
    return [...x].map(([key, value], i) => [
      ["string", "number"].includes(typeof key) ? `${key}` : `${i}`,
      value,
    ]);
  if (x instanceof Set) return Object.entries([...x]);
  return typeof x === "object" && x !== null && (Array.isArray(x) || isPlain(x)) ? Object.entries(x) : [];
}

/**
 * The cells and children among an object's own properties, with their paths. Arrays, plain objects, Maps and Sets are
 * searched.
 */
export function* childrenOf<Part extends object>(
  owner: object,
  isPart: (x: unknown) => x is Part,
): Generator<[string, Cell | Part]> {
  const seen = new Set<unknown>([owner]);
  function* within(
    contents: Iterable<readonly [string, unknown]>,
    prefix: string,
  ): Generator<[string, Cell | Part]> {
    for (const [name, x] of contents) {
      requireSameCopy(prefix + name, x);
      if (x instanceof Cell || isPart(x)) yield [prefix + name, x];
      else if (!seen.has(x)) {
        if (typeof x === "object") seen.add(x);
        yield* within(entriesOf(x), `${prefix}${name}.`);
      }
    }
  }
  yield* within(Object.entries(owner), "");
}
