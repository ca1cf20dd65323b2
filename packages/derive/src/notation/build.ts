import type { Elementwise } from "@chainrule/core/internal";
import { Fraction } from "../algebra/fraction.ts";
import type { Index } from "../algebra/term.ts";
import type { Notation } from "./notation.ts";

/** Builders of notation: axes follow from the parts, and what does not fit throws. */

export const has = (axes: readonly Index[], { name }: Index): boolean => axes.some((i) => i.name === name);
export const without = (axes: readonly Index[], gone: readonly Index[]): Index[] =>
  axes.filter((i) => !has(gone, i));
export const sameAxes = (a: readonly Index[], b: readonly Index[]): boolean =>
  a.length === b.length && a.every((i, k) => i.name === b[k]!.name);
export const sameSet = (a: readonly Index[], b: readonly Index[]): boolean =>
  a.length === b.length && a.every((i) => has(b, i));

/** The letters of parts of an elementwise formula, those of the largest part first. */
export function unionOf(parts: readonly Notation[]): Index[] {
  const sorted = [...parts].sort((a, b) => b.axes.length - a.axes.length);
  return [...new Map(sorted.flatMap(({ axes }) => axes.map((i) => [i.name, i]))).values()];
}

export const numeral = (value: Fraction | bigint): Notation => ({
  kind: "number",
  value: typeof value === "bigint" ? new Fraction(value) : value,
  axes: [],
});

export const isOne = (x: Notation): boolean => x.kind === "number" && x.value.isOne;

const structures: ReadonlySet<Notation["kind"]> = new Set([
  "matmul",
  "transpose",
  "inner",
  "diagonal",
  "indexed",
]);

/** The direct parts of a formula. */
export function children(x: Notation): readonly Notation[] {
  switch (x.kind) {
    case "sum":
      return x.terms.map((t) => t.of);
    case "opaque":
      return x.args;
    case "product":
    case "indexed":
      return x.factors;
    case "quotient":
      return [x.top, x.bottom];
    case "apply":
      return x.args;
    case "matmul":
    case "inner":
      return [x.a, x.b];
    case "power":
    case "transpose":
    case "total":
    case "diagonal":
      return [x.of];
    default:
      return [];
  }
}

/** Whether elements of a formula depend on others than those in the same place. */
export const isStructured = (x: Notation): boolean =>
  structures.has(x.kind) || children(x).some(isStructured);

/** The number of symbols in a formula. */
export const weightOf = (x: Notation): number =>
  children(x).reduce((n, part) => n + weightOf(part), x.kind === "product" ? 0 : 1);

/** The number of transposes in a formula. */
const transposes = (x: Notation): number =>
  children(x).reduce((n, part) => n + transposes(part), x.kind === "transpose" ? 1 : 0);

/** A vector as a row. */
const isRow = (x: Notation): boolean => x.kind === "transpose" && sameAxes(x.axes, x.of.axes);

/** A formula whose transpose is that of its parts, if that needs no more transposes than one of the whole. */
function turnedInside(x: Notation, axes: readonly Index[]): Notation | undefined {
  if (x.kind === "diagonal") return { ...x, axes };
  if (x.kind === "matmul" && x.a.axes.length > 1 && x.b.axes.length > 1)
    return { ...x, a: transpose(x.b), b: transpose(x.a), axes };
  if (x.kind === "product" && isRow(x.factors.at(-1)!)) {
    const [u, v] = x.factors.slice(-2) as [Notation, Extract<Notation, { kind: "transpose" }>];
    return {
      ...x,
      factors: [...x.factors.slice(0, -2), v.of, { kind: "transpose", of: u, axes: u.axes }],
      axes,
    };
  }
  if (x.kind === "product") {
    const matrices = x.factors.filter((f) => f.axes.length > 0);
    if (matrices.length === 1)
      return { ...x, factors: x.factors.map((f) => (f === matrices[0] ? transpose(f) : f)), axes };
  }
  if (x.kind !== "sum" || x.terms.some(({ of }) => of.axes.length !== axes.length)) return undefined;
  const terms = x.terms.map((t) => ({ ...t, of: transpose(t.of) }));
  const turned: Notation = { ...x, terms, axes };
  return transposes(turned) <= transposes(x) ? turned : undefined;
}

/** A matrix with its last two axes swapped. */
export function transpose(x: Notation): Notation {
  if (x.kind === "transpose") return x.of;
  const n = x.axes.length;
  const axes = n < 2 ? x.axes : [...x.axes.slice(0, n - 2), x.axes[n - 1]!, x.axes[n - 2]!];
  return (n < 2 ? undefined : turnedInside(x, axes)) ?? { kind: "transpose", of: x, axes };
}

/** Formulas whose parts can be turned one by one. */
const isElementwise = ({ kind }: Notation): boolean =>
  ["product", "sum", "quotient", "apply", "power"].includes(kind);

/** Whether transposes give x its axes in another order. */
export const canTurn = (x: Notation, axes: readonly Index[]): boolean =>
  sameAxes(x.axes, axes) || x.kind === "indexed" || isElementwise(x) || sameAxes(transpose(x).axes, axes);

/** x with its axes in another order. @throws where no transpose gives it */
export function oriented(x: Notation, axes: readonly Index[]): Notation {
  if (sameAxes(x.axes, axes)) return x;
  if (!sameSet(x.axes, axes)) throw new RangeError("a formula has other letters");
  if (x.kind === "indexed") return { ...x, axes };
  const turned = transpose(x);
  if (sameAxes(turned.axes, axes)) return turned;
  if (x.kind === "product") return { ...x, factors: placed(x.factors, axes), axes };
  if (x.kind === "sum") {
    const parts = placed(
      x.terms.map((t) => t.of),
      axes,
    );
    return { ...x, terms: x.terms.map((t, i) => ({ ...t, of: parts[i]! })), axes };
  }
  if (x.kind === "apply") return { ...x, args: placed(x.args, axes), axes };
  if (x.kind === "power") return { ...x, of: placed([x.of], axes)[0]!, axes };
  if (x.kind !== "quotient") throw new RangeError("no transpose gives this order of axes");
  const [top, bottom] = placed([x.top, x.bottom], axes) as [Notation, Notation];
  return { ...x, top, bottom, axes };
}

/** Parts at letters in an order; as they are where no transpose gives it, since letters say where they belong. */
function placed(parts: readonly Notation[], axes: readonly Index[]): Notation[] {
  return parts.map((p) => {
    const own = axes.filter((i) => has(p.axes, i));
    return canTurn(p, own) ? oriented(p, own) : p;
  });
}

/** Parts in the order of axes that needs the fewest transposes. */
function aligned(
  parts: readonly Notation[],
  given?: readonly Index[],
): { readonly parts: readonly Notation[]; readonly axes: readonly Index[] } {
  const union = unionOf(parts);
  const orders = given
    ? [given]
    : [union, ...parts.map((p) => p.axes).filter((axes) => sameSet(axes, union))];
  const candidates = orders.map((axes) => ({ axes, parts: placed(parts, axes) }));
  const cost = (list: readonly Notation[]) => list.reduce((n, p) => n + transposes(p), 0);
  return candidates.reduce((a, b) => (cost(b.parts) < cost(a.parts) ? b : a));
}

export function sum(terms: readonly { readonly negative: boolean; readonly of: Notation }[]): Notation {
  const [first] = terms;
  if (terms.length === 1 && !first!.negative) return first!.of;
  const { parts, axes } = aligned(terms.map(({ of }) => of));
  return { kind: "sum", terms: terms.map((t, i) => ({ ...t, of: parts[i]! })), axes };
}

export const negated = (of: Notation): Notation => sum([{ negative: true, of }]);

/** An elementwise product, without factors of 1 and with inner products joined. */
export function product(parts: readonly Notation[], out?: readonly Index[]): Notation {
  const factors = parts.flatMap((p) => (p.kind === "product" ? p.factors : [p])).filter((p) => !isOne(p));
  if (factors.length === 0) return numeral(1n);
  if (factors.length === 1) return factors[0]!;
  const { parts: inOrder, axes } = aligned(factors, out);
  return { kind: "product", factors: inOrder, axes };
}

export function quotient(top: Notation, bottom: Notation): Notation {
  if (isOne(bottom)) return top;
  const { parts, axes } = aligned([top, bottom]);
  return { kind: "quotient", top: parts[0]!, bottom: parts[1]!, axes };
}

export const power = (of: Notation, exponent: number): Notation =>
  exponent === 1 ? of : { kind: "power", of, exponent, axes: of.axes };

export function applied(op: Elementwise, args: readonly Notation[]): Notation {
  const { parts, axes } = aligned(args);
  return { kind: "apply", op, args: parts, axes };
}

/** a·b over the last letter of a and the first of b after those that both keep. */
export function matmul(a: Notation, b: Notation): Notation {
  const over = a.axes.at(-1)!;
  const batch = a.axes.filter((i) => i.name !== over.name && has(b.axes, i));
  const own = a.axes.slice(batch.length, -1);
  if (b.axes[batch.length]?.name !== over.name || !sameAxes(b.axes.slice(0, batch.length), batch))
    throw new RangeError("these matrices do not multiply");
  return { kind: "matmul", a, b, over, axes: [...batch, ...own, ...b.axes.slice(batch.length + 1)] };
}

/** u·vᵀ of two vectors, or of each row of two matrices. */
export const outer = (u: Notation, v: Notation): Notation => ({
  kind: "product",
  factors: [u, { kind: "transpose", of: v, axes: v.axes }],
  axes: [...u.axes, ...without(v.axes, u.axes)],
});

export const inner = (a: Notation, b: Notation, over: readonly Index[]): Notation => ({
  kind: "inner",
  a,
  b,
  over,
  axes: without(unionOf([a, b]), over),
});

export const total = (of: Notation, over: readonly Index[]): Notation => ({
  kind: "total",
  of,
  over,
  axes: without(of.axes, over),
});

/** A vector with the letter i as a diagonal matrix with the letters [i, j]; the rows of a matrix as several. */
export const diagonal = (of: Notation, i: Index, j: Index): Notation => ({
  kind: "diagonal",
  of,
  axes: [...without(of.axes, [i, j]), i, j],
});

export const indexed = (
  factors: readonly Notation[],
  over: readonly Index[],
  axes: readonly Index[],
): Notation => ({ kind: "indexed", factors, over, axes });
