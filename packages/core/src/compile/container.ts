import { fail } from "../errors.ts";

export type Entry = readonly [key: unknown, value: unknown];

/** How the entries of a kind of object are read and replaced. */
export interface Container<T extends object = object> {
  entries(x: T): Entry[];
  /** Whether it has exactly these entries, in this order. */
  holds(x: T, entries: readonly Entry[]): boolean;
  /** Replaces its entries. @throws if it is frozen */
  put(x: T, entries: readonly Entry[]): void;
  /** An empty one like `x`. */
  empty(x: T): T;
}

type Dictionary = Record<PropertyKey, unknown>;

const isEnumerable = (x: object) => (key: PropertyKey) => Object.prototype.propertyIsEnumerable.call(x, key);

/** Own enumerable keys, names and symbols. */
const keysOf = (x: object): PropertyKey[] => {
  const symbols = Object.getOwnPropertySymbols(x);
  return symbols.length === 0 ? Object.keys(x) : [...Object.keys(x), ...symbols.filter(isEnumerable(x))];
};

const sameEntries = (a: readonly Entry[], b: readonly Entry[]): boolean =>
  a.length === b.length && a.every(([key, value], i) => key === b[i]?.[0] && Object.is(value, b[i]?.[1]));

const refuseFrozen = (): never =>
  fail(
    "value",
    "compile",
    "an argument that holds tensors is frozen. Did you mean to pass a copy, { ...it }?",
  );

const objects: Container<Dictionary> = {
  entries: (x) => keysOf(x).map((key) => [key, x[key]]),
  holds(x, entries) {
    for (const [key, value] of entries) if (!Object.is(x[key as string], value)) return false;
    return keysOf(x).length === entries.length;
  },
  put(x, entries) {
    const wanted = new Set(entries.map(([key]) => key));
    for (const key of keysOf(x)) if (!wanted.has(key)) delete x[key];
    for (const [key, value] of entries)
      if (!Object.is(x[key as string], value) && !Reflect.set(x, key as string, value)) refuseFrozen();
  },
  empty: (x) => Object.create(Object.getPrototypeOf(x)),
};

const lists: Container<unknown[]> = {
  entries: (x) => x.map((value, i) => [i, value]),
  holds: (x, entries) =>
    x.length === entries.length && entries.every(([, value], i) => Object.is(x[i], value)),
  put(x, entries) {
    if (Object.isFrozen(x)) refuseFrozen();
    x.length = entries.length;
    entries.forEach(([, value], i) => {
      x[i] = value;
    });
  },
  empty: () => [],
};

const maps: Container<Map<unknown, unknown>> = {
  entries: (x) => [...x],
  holds: (x, entries) => sameEntries([...x], entries),
  put(x, entries) {
    x.clear();
    for (const [key, value] of entries) x.set(key, value);
  },
  empty: () => new Map(),
};

const sets: Container<Set<unknown>> = {
  entries: (x) => [...x].map((value, i) => [i, value]),
  holds: (x, entries) => sameEntries(sets.entries(x), entries),
  put(x, entries) {
    x.clear();
    for (const [, value] of entries) x.add(value);
  },
  empty: () => new Set(),
};

/** The container operations for an object. */
export function containerOf(x: object): Container {
  if (Array.isArray(x)) return lists as Container;
  if (x instanceof Map) return maps as Container;
  if (x instanceof Set) return sets as Container;
  return objects as Container;
}

const plain: readonly unknown[] = [Array.prototype, Map.prototype, Set.prototype, Object.prototype, null];

/** Whether the entries of an object are its whole state: a plain object, or one of a class without methods. */
export function isData(x: object): boolean {
  if (typeof x === "function") return false;
  let prototype: object | null = Object.getPrototypeOf(x);
  while (!plain.includes(prototype)) {
    if (Reflect.ownKeys(prototype as object).some((key) => key !== "constructor")) return false;
    prototype = Object.getPrototypeOf(prototype);
  }
  return true;
}

/** Whether a value is an object or a function. */
export const isObject = (x: unknown): x is object =>
  (typeof x === "object" && x !== null) || typeof x === "function";

const isIterator = (x: object): boolean =>
  "next" in x && typeof x.next === "function" && Symbol.iterator in x;

const hidden: readonly (readonly [(x: object) => boolean, what: string, fix: string])[] = [
  [
    (x) => ArrayBuffer.isView(x) || x instanceof ArrayBuffer,
    "an array of plain numbers",
    "Did you mean tensor(…)?",
  ],
  [(x) => x instanceof Promise, "a promise", "Did you mean to await it before the call?"],
  [isIterator, "an iterator, which is used up by one call", "Did you mean [...it]?"],
];

/** @throws for an object whose contents a compiled function cannot read or replace at each call */
export function checkContainer(x: object, where: string): void {
  const found = hidden.find(([is]) => is(x));
  if (found) fail("value", "compile", `${where} is ${found[1]}. ${found[2]}`);
  const getter = Object.entries(Object.getOwnPropertyDescriptors(x)).find(
    ([, { get, enumerable }]) => get && enumerable,
  );
  if (getter)
    fail(
      "value",
      "compile",
      `${where}.${getter[0]} is a getter, which may give something else at each call. Did you mean its value?`,
    );
}
