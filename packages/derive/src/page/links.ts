import { ChainruleError } from "@chainrule/core";
import { atomsOf } from "../algebra/atoms.ts";
import { differentiate } from "../algebra/differentiate.ts";
import { polynomial, term } from "../algebra/polynomial.ts";
import { rational, zero } from "../algebra/rational.ts";
import { freshIndices } from "../algebra/sum.ts";
import type { DeltaAtom, Index, Rational } from "../algebra/term.ts";
import { definitionAt, dependsOn, indicesOf, neighbours, type Variable } from "../graph/model.ts";
import { type Simplified, type Surroundings, simplify } from "./rules.ts";

/** ∂u/∂v of two neighbours of the chain. */
export interface Link {
  readonly of: Variable;
  readonly by: Variable;
  /** The derivative as the rows state it, at letters of its own. */
  readonly raw: Rational;
  readonly simplified: readonly Simplified[];
  /** Whether the algebra knows all ops between the two; otherwise there is no formula. */
  readonly isKnown: boolean;
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

/** The derivative of an expression, unless it contains an op that the algebra does not know. */
function derivativeOf(x: Rational, by: string, at: readonly Index[]): Rational | undefined {
  try {
    return differentiate(x, by, at);
  } catch (error) {
    if (error instanceof ChainruleError && error.code === "gradient") return undefined;
    throw error;
  }
}

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
        const raw = derivativeOf(definitionAt(of, outer)!, by.name, inner);
        const simplified = raw ? simplify(raw, around) : [];
        return { of, by, raw: raw ?? zero, isKnown: raw !== undefined, simplified, letters: [outer, inner] };
      }),
  );
}
