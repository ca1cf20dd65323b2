import { fail } from "../errors.ts";
import { evaluate, Tensor } from "../tensor/tensor.ts";

/** An object with named parameters, such as a module. */
export interface Parametrized {
  namedParameters(): Iterable<readonly [string, Tensor]>;
}

/** The derivatives by an argument, in its structure: numbers for numbers, by name for the parameters of a module. Other values stay. */
export type Gradient<X> = unknown extends X
  ? X
  : X extends number
    ? number
    : X extends Tensor
      ? Tensor
      : X extends Parametrized
        ? Record<string, Tensor>
        : X extends string | boolean | bigint | symbol | null | undefined | ((...args: never[]) => unknown)
          ? X
          : { [K in keyof X]: Gradient<X[K]> };

/** The structure of arrays and plain objects whose leaves can be differentiated. */
export type TreeDef =
  | { readonly kind: "leaf"; readonly isNumber: boolean }
  | {
      readonly kind: "branch";
      readonly isList: boolean;
      readonly parts: readonly (readonly [string, TreeDef])[];
    }
  | { readonly kind: "none"; readonly as: unknown };

/** A part of a tree as the function receives it, and its structure. */
export type Flat = readonly [seen: unknown, form: TreeDef];

/** A number that is not differentiated. */
export const constant: TreeDef = { kind: "none", as: 0 };

const isPlain = (x: object): boolean => {
  const above = Object.getPrototypeOf(x);
  return above === null || above === Object.prototype || Array.isArray(x);
};

export const isParametrized = (x: unknown): x is Parametrized =>
  typeof x === "object" && x !== null && typeof (x as Partial<Parametrized>).namedParameters === "function";

const nameOf = (x: object): string =>
  (x.constructor as { name?: string } | undefined)?.name ?? "unknown class";

/** Finds the structure of arrays and plain objects; `leaf` replaces tensors, numbers and modules. */
export function treeFlatten(
  op: string,
  x: unknown,
  leaf: (x: Tensor | number | Parametrized, path: string) => Flat,
  whole = "an argument",
  path = "",
  above: readonly unknown[] = [],
): Flat {
  if (x instanceof Tensor || typeof x === "number" || isParametrized(x)) return leaf(x, path);
  if (typeof x !== "object" || x === null) return [x, { kind: "none", as: x }];
  if (above.includes(x)) fail("value", op, `${path || whole} holds itself; give trees`);
  if (!isPlain(x))
    fail(
      "value",
      op,
      `${path || whole} is of class ${nameOf(x)}; give tensors, numbers, modules, or arrays and plain objects of them${x instanceof Map ? ". Did you mean Object.fromEntries(map)?" : ""}`,
    );
  const isList = Array.isArray(x);
  const entries = isList ? x.map((y, i) => [String(i), y] as const) : Object.entries(x);
  const taken = entries.map(
    ([key, y]) =>
      [key, treeFlatten(op, y, leaf, whole, path ? `${path}.${key}` : key, [...above, x])] as const,
  );
  const parts = taken.map(([key, [, form]]) => [key, form] as const);
  const seen = isList ? taken.map(([, [y]]) => y) : Object.fromEntries(taken.map(([key, [y]]) => [key, y]));
  return [seen, { kind: "branch", isList, parts }];
}

/** Rebuilds a structure with other values as its leaves, in order. */
export function treeUnflatten<T>(form: TreeDef, next: (isNumber: boolean) => T): unknown {
  if (form.kind === "none") return form.as;
  if (form.kind === "leaf") return next(form.isNumber);
  const parts = form.parts.map(([key, part]) => [key, treeUnflatten(part, next)] as const);
  return form.isList ? parts.map(([, x]) => x) : Object.fromEntries(parts);
}

/** Rebuilds a structure with tensors as its leaves: numbers for leaves that were numbers, unless the tensor has a history. */
export function unflattenTensors(form: TreeDef, tensors: readonly Tensor[]): unknown {
  const numbers: Tensor[] = [];
  const isNumber = (t: Tensor) => t.ndim === 0 && !t.requiresGrad;
  let next = 0;
  treeUnflatten(form, (wanted) => {
    const t = tensors[next++]!;
    if (wanted && isNumber(t)) numbers.push(t);
  });
  evaluate(numbers);
  next = 0;
  return treeUnflatten(form, (wanted) => {
    const t = tensors[next++]!;
    return wanted && isNumber(t) ? t.item() : t;
  });
}

/** The values in `x` at the leaves of a structure, each with its path. */
export function leavesAt(form: TreeDef, x: unknown, path = ""): (readonly [unknown, string])[] {
  if (form.kind === "none") return [];
  if (form.kind === "leaf") return [[x, path]];
  const branch = typeof x === "object" && x !== null ? (x as Record<string, unknown>) : {};
  return form.parts.flatMap(([key, part]) => leavesAt(part, branch[key], path ? `${path}.${key}` : key));
}
