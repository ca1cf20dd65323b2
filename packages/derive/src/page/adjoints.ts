import { symbol } from "../algebra/atoms.ts";
import { add, mul, one } from "../algebra/rational.ts";
import { freshIndices, rename, renaming, sumOver } from "../algebra/sum.ts";
import type { Index, Rational } from "../algebra/term.ts";
import { indicesOf, type Variable } from "../graph/model.ts";
import { layoutProduct } from "../notation/layout.ts";
import type { Notation } from "../notation/notation.ts";
import { type Link, simplest, withoutDeltas } from "./links.ts";
import { type Simplified, type Surroundings, simplify } from "./rules.ts";

/** ∂L/∂v as it follows from the derivatives of what v goes into. */
export interface Adjoint {
  readonly of: Variable;
  readonly links: readonly Link[];
  /** The products of factors before anything cancels; none where the factor itself is the derivative. */
  readonly product: Notation | undefined;
  readonly raw: Rational;
  readonly simplified: readonly Simplified[];
  readonly letters: readonly Index[];
  /** The name by which the derivatives further down are written, if it has one. */
  readonly name: string | undefined;
}

/** What stands for ∂L/∂v in the derivatives further down. */
const carried = (a: Adjoint): Rational => (a.name === undefined ? simplest(a) : symbol(a.name, a.letters));

/** (∂L/∂u)·(∂u/∂v) at the letters of v. */
function contribution(link: Link, above: Adjoint, inner: readonly Index[]): Rational {
  const outer = freshIndices(link.letters[0]);
  const factor = rename(
    simplest(link),
    renaming([...link.letters[0], ...link.letters[1]], [...outer, ...inner]),
  );
  const adjoint = rename(carried(above), renaming(above.letters, outer));
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
  const adjoint = rename(carried(above), renaming(above.letters, outer));
  const over = outer.filter(({ name }) => !resolve.has(name));
  return layoutProduct(
    [adjoint, core].map((x) => rename(x, resolve)),
    over,
    inner,
  );
}

/** The derivatives of the loss by every variable of the chain that formulas are known for, from the loss down. */
export function adjointsOf(links: readonly Link[], around: Surroundings): Adjoint[] {
  const { loss } = around.model;
  const adjoints = new Map<Variable, Adjoint>();
  const start: Adjoint = {
    of: loss,
    links: [],
    product: undefined,
    raw: one,
    simplified: [],
    letters: [],
    name: undefined,
  };
  adjoints.set(loss, start);
  const below = [...new Set(links.map(({ by }) => by))].sort((a, b) => b.node.id - a.node.id);
  for (const of of below) {
    const own = links.filter(({ by }) => by === of);
    if (own.some((link) => !link.isKnown || !adjoints.has(link.of))) continue;
    const letters = indicesOf(of);
    const raw = add(...own.map((link) => contribution(link, adjoints.get(link.of)!, letters)));
    const [only, second] = own;
    const product =
      only && !second && only.of !== loss ? writtenProduct(only, adjoints.get(only.of)!, letters) : undefined;
    const found = { of, links: own, product, raw, simplified: simplify(raw, around), letters };
    const name = around.nameAdjoint(of, simplest(found));
    adjoints.set(of, { ...found, name });
  }
  adjoints.delete(loss);
  return [...adjoints.values()];
}
