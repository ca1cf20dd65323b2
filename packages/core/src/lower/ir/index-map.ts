import type { Expr, Scalar } from "../../scalar/expr.ts";
import { subexpressions, toExpr } from "../../scalar/expr.ts";

/**
 * What an index is a sum of: a loop variable 0 … size − 1; ⌊inner/by⌋; or an index that a guard keeps within
 * 0 … size − 1, which simplifies what it goes through and is opened again at the end.
 */
export type Atom =
  | { readonly kind: "loop"; readonly key: string; readonly size: number }
  | { readonly kind: "quotient"; readonly key: string; readonly inner: Index; readonly by: number }
  | { readonly kind: "kept"; readonly key: string; readonly inner: Index; readonly size: number };

export interface Term {
  readonly atom: Atom;
  readonly factor: number;
}

/** A whole number that depends on loop variables: constant + Σ factor·atom, with the range of values it can take. */
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

  /** How far it advances with a loop variable, but for what quotients do. */
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
  atom.kind === "quotient" ? Math.floor(atom.inner.low / atom.by) : 0;
const upperBound = (atom: Atom): number =>
  atom.kind === "quotient" ? Math.floor(atom.inner.high / atom.by) : Math.max(0, atom.size - 1);

/** Σ index·factor. */
function combination(indices: readonly Index[], factors: readonly number[]): Index {
  let constant = 0;
  const terms: Term[] = [];
  indices.forEach((x, k) => {
    const by = factors[k] as number;
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

/** One of the loop variables of a kernel. */
export const loopVariable = (name: string, size: number): Index =>
  atomIndex({ kind: "loop", key: name, size });

const isZero = (x: Index): boolean => x.constant === 0 && x.terms.length === 0;

export const constantIndex = (value: number): Index => new Index(value, []);
export const addIndex = (a: Index, b: Index): Index =>
  isZero(a) ? b : isZero(b) ? a : combination([a, b], [1, 1]);
export const scaleIndex = (a: Index, factor: number): Index =>
  factor === 1 ? a : combination([a], [factor]);

/** The place in memory of an element, given its coordinates and the strides of its tensor: Σ coordinate·stride. */
export const flatIndex = (coordinates: readonly Index[], strides: readonly number[]): Index =>
  combination(coordinates, strides);

/** ⌊a/by⌋: what `by` divides leaves the quotient, a remainder between 0 and by − 1 vanishes, and ⌊⌊x/p⌋/q⌋ = ⌊x/pq⌋. */
export function divideIndex(a: Index, by: number): Index {
  if (by < 0) return divideIndex(scaleIndex(a, -1), -by);
  if (by === 1) return a;
  const divides = ({ factor }: Term) => factor % by === 0;
  const rest = new Index(
    ((a.constant % by) + by) % by,
    a.terms.filter((t) => !divides(t)),
  );
  const quotient = new Index(
    Math.floor(a.constant / by),
    a.terms.filter(divides).map(({ atom, factor }) => ({ atom, factor: factor / by })),
  );
  const [only, ...more] = rest.terms;
  if (only?.atom.kind === "quotient" && only.factor === 1 && more.length === 0) {
    const { inner, by: first } = only.atom;
    const nested = divideIndex(addIndex(inner, constantIndex(rest.constant * first)), by * first);
    return addIndex(quotient, nested);
  }
  const shift = Math.floor(rest.low / by);
  if (shift === Math.floor(rest.high / by)) return addIndex(quotient, constantIndex(shift));
  return addIndex(quotient, atomIndex({ kind: "quotient", key: `⌊(${rest.key})/${by}⌋`, inner: rest, by }));
}

/** The index as one that stays within 0 … size − 1, which a guard sees to. */
export function clampTo(a: Index, size: number): Index {
  if (a.low >= 0 && a.high < size) return a;
  return atomIndex({ kind: "kept", key: `(${a.key})`, inner: a, size });
}

/** The index with others in the place of what it is a sum of. */
const mapTerms = (a: Index, f: (atom: Atom) => Index): Index =>
  a.terms.reduce(
    (total, { atom, factor }) => addIndex(total, scaleIndex(f(atom), factor)),
    constantIndex(a.constant),
  );

/** The index with another in the place of a loop variable. */
export const substitute = (a: Index, name: string, by: Index): Index =>
  mapTerms(a, (atom) => {
    if (atom.kind === "loop") return atom.key === name ? by : atomIndex(atom);
    const inner = substitute(atom.inner, name, by);
    return atom.kind === "kept" ? clampTo(inner, atom.size) : divideIndex(inner, atom.by);
  });

/** The index written out over loop variables and quotients. */
export function expandClamped(a: Index): Index {
  if (a.terms.every(({ atom }) => atom.kind === "loop")) return a;
  return mapTerms(a, (atom) => {
    if (atom.kind === "loop") return atomIndex(atom);
    const inner = expandClamped(atom.inner);
    return atom.kind === "kept" ? inner : divideIndex(inner, atom.by);
  });
}

/** a ≥ 0, or a = 0: what must hold for an element to be read. */
export interface Constraint {
  readonly kind: "nonNegative" | "zero";
  readonly index: Index;
}

/** Conditions that must all hold; null where they cannot. */
export type Predicate = readonly Constraint[] | null;

export const predicateKey = (guard: Predicate): string =>
  guard === null
    ? "never"
    : guard.map((c) => `${c.index.key} ${c.kind === "zero" ? "= 0" : "≥ 0"}`).join(" ∧ ");

/** Both guards, without repeated or certain conditions. */
export function conjunction(a: Predicate, b: Predicate): Predicate {
  if (a === null || b === null) return null;
  const kept = new Map<string, Constraint>();
  for (const c of [...a, ...b]) {
    const { low, high } = c.index;
    if (c.kind === "nonNegative" ? low >= 0 : low === 0 && high === 0) continue;
    if (c.kind === "nonNegative" ? high < 0 : low > 0 || high < 0) return null;
    kept.set(`${c.kind} ${c.index.key}`, c);
  }
  return [...kept.values()];
}

/** A guard whose indices are written out. */
export const expandPredicate = (guard: Predicate): Predicate =>
  guard === null ? null : guard.map((c) => ({ kind: c.kind, index: expandClamped(c.index) }));

const indexOps: Readonly<Record<string, (a: Index, b: Index) => Index>> = {
  add: addIndex,
  sub: (a, b) => addIndex(a, scaleIndex(b, -1)),
  mul: (a, b) => (a.terms.length === 0 ? scaleIndex(b, a.constant) : scaleIndex(a, b.constant)),
  floorDivide: (a, b) => (b.constant === 0 ? constantIndex(0) : divideIndex(a, b.constant)),
};

const difference = (a: Index, b: Index): Index => addIndex(a, scaleIndex(b, -1));

const constraintOps: Readonly<Record<string, (a: Index, b: Index) => Constraint>> = {
  le: (a, b) => ({ kind: "nonNegative", index: difference(b, a) }),
  lt: (a, b) => ({ kind: "nonNegative", index: addIndex(difference(b, a), constantIndex(-1)) }),
  eq: (a, b) => ({ kind: "zero", index: difference(a, b) }),
};

/** The formulas of a movement's reads, over the coordinates of an output element, as indices and a guard. */
export function indexOf(
  formulas: readonly Scalar[],
  valid: Expr | undefined,
  coordinates: readonly Index[],
): { readonly index: Index[]; readonly guard: Predicate } {
  const roots = formulas.map(toExpr);
  const known = new Map<Expr, Index>();
  const guards = new Map<Expr, Predicate>();
  for (const e of subexpressions(valid ? [...roots, valid] : roots)) {
    if (e.kind === "arg") known.set(e, coordinates[e.index] as Index);
    else if (e.kind === "const") known.set(e, constantIndex(e.value));
    else {
      const [a, b] = e.args as [Expr, Expr];
      if (e.name === "and")
        guards.set(e, conjunction(guards.get(a) as Predicate, guards.get(b) as Predicate));
      else if (constraintOps[e.name])
        guards.set(
          e,
          conjunction(
            [],
            [
              (constraintOps[e.name] as (typeof constraintOps)[string])(
                known.get(a) as Index,
                known.get(b) as Index,
              ),
            ],
          ),
        );
      else
        known.set(
          e,
          (indexOps[e.name] as (typeof indexOps)[string])(known.get(a) as Index, known.get(b) as Index),
        );
    }
  }
  return {
    index: roots.map((r) => known.get(r) as Index),
    guard: valid ? (guards.get(valid) as Predicate) : [],
  };
}
