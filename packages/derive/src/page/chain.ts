import { atomsOf } from "../algebra/atoms.ts";
import { differentiate } from "../algebra/differentiate.ts";
import { polynomial, term } from "../algebra/polynomial.ts";
import { add, mul, one, rational } from "../algebra/rational.ts";
import { freshIndices, rename, renaming, sumOver } from "../algebra/sum.ts";
import type { DeltaAtom, Index, Rational } from "../algebra/term.ts";
import { definitionAt, indicesOf, type Model, mentions, type Variable } from "../graph/model.ts";
import { layoutProduct } from "../notation/layout.ts";
import type { Notation } from "../notation/notation.ts";
import { type Simplified, type Surroundings, simplify } from "./rules.ts";

/** ∂u/∂v of two neighbours of the chain. */
export interface Link {
  readonly of: Variable;
  readonly by: Variable;
  /** The derivative as the rows state it, at letters of its own. */
  readonly raw: Rational;
  readonly simplified: readonly Simplified[];
  readonly letters: readonly [outer: readonly Index[], inner: readonly Index[]];
}

export const simplest = ({ raw, simplified }: Pick<Link, "raw" | "simplified">): Rational =>
  simplified.at(-1)?.value ?? raw;

/** An expression without the δ that all its terms share, and those. */
export function withoutDeltas(x: Rational): {
  readonly core: Rational;
  readonly deltas: readonly (readonly [Index, Index])[];
} {
  const shared = atomsOf(x).filter(
    (atom): atom is DeltaAtom =>
      atom.kind === "delta" &&
      x.numerator.terms.every(({ powers }) => powers.some((p) => p.atom.key === atom.key)),
  );
  const terms = x.numerator.terms.map((t) =>
    term(
      t.coefficient,
      t.powers.filter(({ atom }) => !shared.some(({ key }) => key === atom.key)),
    ),
  );
  return { core: rational(polynomial(terms), x.denominator), deltas: shared.map(({ axes }) => axes) };
}

/** Whether a variable depends on another. */
function dependsOn(model: Model, u: Variable, v: Variable): boolean {
  if (u === v) return true;
  return neighbours(model, u).some((w) => dependsOn(model, w, v));
}

/** The variables in the definition of another. */
const neighbours = ({ variables }: Model, u: Variable): Variable[] =>
  [...variables.values()].filter((v) => u.definition && v !== u && mentions(u.definition, v.name));

/** The links of the chain from the loss to a variable, those nearest the loss first. */
export function linksTo(wrt: Variable, around: Surroundings): Link[] {
  const { model } = around;
  const between = [...model.variables.values()].filter(
    (v) => dependsOn(model, model.loss, v) && dependsOn(model, v, wrt),
  );
  const ordered = between.sort((a, b) => b.node.id - a.node.id);
  return ordered.flatMap((of) =>
    neighbours(model, of)
      .filter((by) => between.includes(by))
      .sort((a, b) => b.node.id - a.node.id)
      .map((by): Link => {
        const [outer, inner] = [freshIndices(indicesOf(of)), freshIndices(indicesOf(by))];
        const raw = differentiate(definitionAt(of, outer)!, by.name, inner);
        return { of, by, raw, simplified: simplify(raw, around), letters: [outer, inner] };
      }),
  );
}

/** ∂L/∂v as it follows from the derivatives of what v goes into. */
export interface Adjoint {
  readonly of: Variable;
  readonly links: readonly Link[];
  /** The products of factors before anything cancels; none where the factor itself is the derivative. */
  readonly product: Notation | undefined;
  readonly raw: Rational;
  readonly simplified: readonly Simplified[];
  readonly letters: readonly Index[];
}

/** (∂L/∂u)·(∂u/∂v) at the letters of v. */
function contribution(link: Link, above: Adjoint, inner: readonly Index[]): Rational {
  const outer = freshIndices(link.letters[0]);
  const factor = rename(
    simplest(link),
    renaming([...link.letters[0], ...link.letters[1]], [...outer, ...inner]),
  );
  const adjoint = rename(simplest(above), renaming(above.letters, outer));
  return sumOver(mul(adjoint, factor), outer);
}

/** The same product as notation, factor by factor. */
function writtenProduct(link: Link, above: Adjoint, inner: readonly Index[]): Notation {
  const outer = freshIndices(link.letters[0]);
  const to = renaming([...link.letters[0], ...link.letters[1]], [...outer, ...inner]);
  const { core, deltas } = withoutDeltas(rename(simplest(link), to));
  const resolve = new Map(
    deltas.flatMap(([i, j]) => {
      const [gone, kept] = outer.some(({ name }) => name === i.name) ? [i, j] : [j, i];
      return outer.some(({ name }) => name === gone.name) ? [[gone.name, kept] as const] : [];
    }),
  );
  const adjoint = rename(simplest(above), renaming(above.letters, outer));
  const over = outer.filter(({ name }) => !resolve.has(name));
  return layoutProduct(
    [adjoint, core].map((x) => rename(x, resolve)),
    over,
    inner,
  );
}

/** The derivatives of the loss by every variable of the chain, from the loss down. */
export function adjointsOf(links: readonly Link[], around: Surroundings): Adjoint[] {
  const { loss } = around.model;
  const adjoints = new Map<Variable, Adjoint>();
  const start: Adjoint = { of: loss, links: [], product: undefined, raw: one, simplified: [], letters: [] };
  adjoints.set(loss, start);
  const below = [...new Set(links.map(({ by }) => by))].sort((a, b) => b.node.id - a.node.id);
  for (const of of below) {
    const own = links.filter(({ by }) => by === of);
    const letters = indicesOf(of);
    const raw = add(...own.map((link) => contribution(link, adjoints.get(link.of)!, letters)));
    const [only, second] = own;
    const product =
      only && !second && only.of !== loss ? writtenProduct(only, adjoints.get(only.of)!, letters) : undefined;
    adjoints.set(of, { of, links: own, product, raw, simplified: simplify(raw, around), letters });
  }
  adjoints.delete(loss);
  return [...adjoints.values()];
}
