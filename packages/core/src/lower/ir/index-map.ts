import type { Expr, Scalar } from "../../scalar/expr.ts";
import { subexpressions, toExpr } from "../../scalar/expr.ts";
import type { primitives } from "../../scalar/primitives.ts";

type PrimitiveName = keyof typeof primitives;

/**
 * A term of an index: a loop variable 0 … size − 1; ⌊inner/by⌋; or an index that a predicate bounds to 0 … size − 1
 * (`clamped`): the bound lets floor divisions simplify, and is expanded in the end.
 */
export type Atom =
  | { readonly kind: "loop"; readonly key: string; readonly size: number }
  | { readonly kind: "floordiv"; readonly key: string; readonly inner: Index; readonly by: number }
  | { readonly kind: "clamped"; readonly key: string; readonly inner: Index; readonly size: number };

export interface Term {
  readonly atom: Atom;
  readonly factor: number;
}

/** An affine expression of loop variables and atoms: constant + Σ factor·atom, with the range of its values. */
export class Index {
  readonly low: number;
  readonly high: number;
  #key: string | undefined;

  constructor(
    readonly constant: number,
    readonly terms: readonly Term[],
  ) {
    this.low = terms.reduce(
      (n, { atom, factor }) => n + factor * (factor > 0 ? lowerBound : upperBound)(atom),
      constant,
    );
    this.high = terms.reduce(
      (n, { atom, factor }) => n + factor * (factor > 0 ? upperBound : lowerBound)(atom),
      constant,
    );
  }

  /** The sum as text, which equal sums share. */
  get key(): string {
    this.#key ??= keyOf(this);
    return this.#key;
  }

  /** The coefficient of a loop variable, apart from its part in floor divisions. */
  coefficient(name: string): number {
    return this.terms.find(({ atom }) => atom.key === name)?.factor ?? 0;
  }
}

function keyOf({ constant, terms }: Index): string {
  const names = terms.map(({ atom, factor }) => (factor === 1 ? atom.key : `${factor}·${atom.key}`)).sort();
  if (constant !== 0 || names.length === 0) names.push(String(constant));
  return names.join(" + ");
}

const lowerBound = (atom: Atom): number =>
  atom.kind === "floordiv" ? Math.floor(atom.inner.low / atom.by) : 0;
const upperBound = (atom: Atom): number =>
  atom.kind === "floordiv" ? Math.floor(atom.inner.high / atom.by) : Math.max(0, atom.size - 1);

/** Σ index·factor. */
function combination(indices: readonly Index[], factors: readonly number[]): Index {
  let constant = 0;
  const terms: Term[] = [];
  indices.forEach((x, k) => {
    const by = factors[k]!;
    constant += x.constant * by;
    x.terms.forEach(({ atom, factor }) => {
      const known = terms.findIndex((t) => t.atom.key === atom.key);
      const total = factor * by + (terms[known]?.factor ?? 0);
      if (total === 0) terms.splice(known, known < 0 ? 0 : 1);
      else terms[known < 0 ? terms.length : known] = { atom, factor: total };
    });
  });
  return new Index(constant, terms);
}

const atomIndex = (atom: Atom): Index => new Index(0, [{ atom, factor: 1 }]);

/** A loop variable of a kernel. */
export const loopVariable = (name: string, size: number): Index =>
  atomIndex({ kind: "loop", key: name, size });

const isZero = (x: Index): boolean => x.constant === 0 && x.terms.length === 0;

export const constantIndex = (value: number): Index => new Index(value, []);
export const addIndex = (a: Index, b: Index): Index =>
  isZero(a) ? b : isZero(b) ? a : combination([a, b], [1, 1]);
export const scaleIndex = (a: Index, factor: number): Index =>
  factor === 1 ? a : combination([a], [factor]);
const subtractIndex = (a: Index, b: Index): Index => addIndex(a, scaleIndex(b, -1));

/** The position in memory of an element, given its coordinates and the strides of its tensor: Σ coordinate·stride. */
export const flatIndex = (coordinates: readonly Index[], strides: readonly number[]): Index =>
  combination(coordinates, strides);

/** a = by·quotient + rest, where the terms and the constant of the rest are those that `by` does not divide. */
function splitByDivisor(a: Index, by: number): { quotient: Index; rest: Index } {
  const divides = ({ factor }: Term) => factor % by === 0;
  const remainder = ((a.constant % by) + by) % by;
  const divided = a.terms.filter(divides).map(({ atom, factor }) => ({ atom, factor: factor / by }));
  return {
    quotient: new Index(Math.floor(a.constant / by), divided),
    rest: new Index(
      remainder,
      a.terms.filter((t) => !divides(t)),
    ),
  };
}

/** The floor division that an index consists of, apart from its constant. */
function onlyFloorDivision({ terms: [only, ...more] }: Index): (Atom & { kind: "floordiv" }) | undefined {
  return only?.atom.kind === "floordiv" && only.factor === 1 && more.length === 0 ? only.atom : undefined;
}

/** ⌊x/by⌋ of an index that `by` divides no term of. */
function divideRest(x: Index, by: number): Index {
  const nested = onlyFloorDivision(x);
  if (nested) {
    const { inner, by: innerBy } = nested;
    return divideIndex(addIndex(inner, constantIndex(x.constant * innerBy)), by * innerBy);
  }
  const value = Math.floor(x.low / by);
  if (value === Math.floor(x.high / by)) return constantIndex(value);
  return atomIndex({ kind: "floordiv", key: `⌊(${x.key})/${by}⌋`, inner: x, by });
}

/**
 * ⌊a/by⌋, simplified: terms that `by` divides leave the division, a rest whose quotient is the same everywhere is constant,
 * and ⌊(⌊x/p⌋ + c)/q⌋ = ⌊(x + c·p)/pq⌋.
 */
export function divideIndex(a: Index, by: number): Index {
  if (by < 0) return divideIndex(scaleIndex(a, -1), -by);
  if (by === 1) return a;
  const { quotient, rest } = splitByDivisor(a, by);
  return addIndex(quotient, divideRest(rest, by));
}

/** The index, bounded to 0 … size − 1 by a predicate. */
export function clampTo(a: Index, size: number): Index {
  if (a.low >= 0 && a.high < size) return a;
  return atomIndex({ kind: "clamped", key: `(${a.key})`, inner: a, size });
}

/** The index with another for each atom. */
const mapTerms = (a: Index, f: (atom: Atom) => Index): Index =>
  a.terms.reduce(
    (total, { atom, factor }) => addIndex(total, scaleIndex(f(atom), factor)),
    constantIndex(a.constant),
  );

/** The index with another for a loop variable. */
export const substitute = (a: Index, name: string, by: Index): Index =>
  mapTerms(a, (atom) => {
    if (atom.kind === "loop") return atom.key === name ? by : atomIndex(atom);
    const inner = substitute(atom.inner, name, by);
    return atom.kind === "clamped" ? clampTo(inner, atom.size) : divideIndex(inner, atom.by);
  });

/** The index over loop variables and floor divisions alone. */
export function expandClamped(a: Index): Index {
  if (a.terms.every(({ atom }) => atom.kind === "loop")) return a;
  return mapTerms(a, (atom) => {
    if (atom.kind === "loop") return atomIndex(atom);
    const inner = expandClamped(atom.inner);
    return atom.kind === "clamped" ? inner : divideIndex(inner, atom.by);
  });
}

/** index ≥ 0, or index = 0. */
export interface Constraint {
  readonly kind: "nonNegative" | "zero";
  readonly index: Index;
}

/** Constraints that must all hold; null if they never do. */
export type Predicate = readonly Constraint[] | null;

export const predicateKey = (predicate: Predicate): string =>
  predicate === null
    ? "never"
    : predicate.map((c) => `${c.index.key} ${c.kind === "zero" ? "= 0" : "≥ 0"}`).join(" ∧ ");

/** Both predicates, without repeated constraints and those that always hold. */
export function conjunction(a: Predicate, b: Predicate): Predicate {
  if (a === null || b === null) return null;
  const constraints = new Map<string, Constraint>();
  for (const c of [...a, ...b]) {
    const { low, high } = c.index;
    if (c.kind === "nonNegative" ? low >= 0 : low === 0 && high === 0) continue;
    if (c.kind === "nonNegative" ? high < 0 : low > 0 || high < 0) return null;
    constraints.set(`${c.kind} ${c.index.key}`, c);
  }
  return [...constraints.values()];
}

/** The predicate with expanded indices. */
export const expandPredicate = (predicate: Predicate): Predicate =>
  predicate === null ? null : predicate.map((c) => ({ kind: c.kind, index: expandClamped(c.index) }));

type Operator<T> = (a: Index, b: Index) => T;

/** The primitives in expressions of indices. */
const indexOps = {
  add: addIndex,
  sub: subtractIndex,
  mul: (a, b) => (a.terms.length === 0 ? scaleIndex(b, a.constant) : scaleIndex(a, b.constant)),
  floorDivide: (a, b) => (b.constant === 0 ? constantIndex(0) : divideIndex(a, b.constant)),
} satisfies { readonly [K in PrimitiveName]?: Operator<Index> };

/** The primitives that compare indices. */
const constraintOps = {
  le: (a, b) => ({ kind: "nonNegative", index: subtractIndex(b, a) }),
  lt: (a, b) => ({ kind: "nonNegative", index: addIndex(subtractIndex(b, a), constantIndex(-1)) }),
  eq: (a, b) => ({ kind: "zero", index: subtractIndex(a, b) }),
} satisfies { readonly [K in PrimitiveName]?: Operator<Constraint> };

/** The primitives that combine predicates. */
const predicateOps = { and: conjunction } satisfies { readonly [K in PrimitiveName]?: typeof conjunction };

const isKeyOf = <T extends object>(table: T, key: PropertyKey): key is keyof T => Object.hasOwn(table, key);

/** Expressions of coordinates, such as a movement's reads, as indices and a predicate. */
export function indexOf(
  formulas: readonly Scalar[],
  valid: Expr | undefined,
  coordinates: readonly Index[],
): { readonly index: Index[]; readonly guard: Predicate } {
  const roots = formulas.map(toExpr);
  const indices = new Map<Expr, Index>();
  const predicates = new Map<Expr, Predicate>();
  for (const e of subexpressions(valid ? [...roots, valid] : roots)) {
    if (e.kind === "arg") indices.set(e, coordinates[e.index]!);
    else if (e.kind === "const") indices.set(e, constantIndex(e.value));
    else {
      const [a, b] = e.args as [Expr, Expr];
      if (isKeyOf(predicateOps, e.name))
        predicates.set(e, predicateOps[e.name](predicates.get(a) ?? null, predicates.get(b) ?? null));
      else if (isKeyOf(constraintOps, e.name))
        predicates.set(e, conjunction([], [constraintOps[e.name](indices.get(a)!, indices.get(b)!)]));
      else if (isKeyOf(indexOps, e.name)) indices.set(e, indexOps[e.name](indices.get(a)!, indices.get(b)!));
      else throw new Error(`${e.name} is not an operation on indices`);
    }
  }
  return {
    index: roots.map((r) => indices.get(r)!),
    guard: valid ? (predicates.get(valid) ?? null) : [],
  };
}
