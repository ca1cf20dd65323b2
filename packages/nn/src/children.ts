import { Cell } from "@chainrule/core";
import { requireSameCopy } from "@chainrule/core/internal";

const isPlain = (x: object): boolean => {
  const prototype = Object.getPrototypeOf(x);
  return prototype === null || prototype === Object.prototype;
};

/** What a container holds, by name: a Map's values by key, others than strings and numbers by place; a Set's by place. */
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
 * The cells and parts of a class among an object's own properties, those in arrays, Maps, Sets and plain objects
 * included, with their paths.
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
