import { delta, freeIndices } from "../algebra/atoms.ts";
import { differentiate } from "../algebra/differentiate.ts";
import { add, mul, one } from "../algebra/rational.ts";
import { freshIndices, sumOver } from "../algebra/sum.ts";
import type { Index, Rational } from "../algebra/term.ts";
import { definitionAt, dependsOn, indicesOf, mentions, type Variable } from "../graph/model.ts";
import { layout } from "../notation/layout.ts";
import type { Notation } from "../notation/notation.ts";
import type { Adjoint } from "./adjoints.ts";
import { simplest } from "./links.ts";
import { type Simplified, type Surroundings, simplify } from "./rules.ts";

/** The derivative of a derivative, at two lists of letters. */
export interface SecondDerivative {
  readonly letters: readonly Index[];
  readonly raw: Rational;
  readonly simplified: readonly Simplified[];
}

/** The derivative of an expression by a variable through everything in it that depends on the variable. */
function totalDerivative(x: Rational, wrt: Variable, at: readonly Index[], around: Surroundings): Rational {
  const { model } = around;
  const parts = [...model.variables.values()]
    .filter((v) => mentions(x, v.name) && dependsOn(model, v, wrt))
    .map((v) => {
      const inner = freshIndices(indicesOf(v));
      const partial = differentiate(x, v.name, inner);
      const through =
        v === wrt
          ? mul(one, ...inner.map((i, k) => delta(i, at[k]!)))
          : totalDerivative(definitionAt(v, inner)!, wrt, at, around);
      return sumOver(mul(partial, through), inner);
    });
  const total = add(...parts);
  return simplify(total, around).at(-1)?.value ?? total;
}

/** ∂²L/∂v² from ∂L/∂v. */
export function secondDerivative(gradient: Adjoint, around: Surroundings): SecondDerivative {
  const at = freshIndices(gradient.letters);
  const raw = totalDerivative(simplest(gradient), gradient.of, at, around);
  return { letters: [...gradient.letters, ...at], raw, simplified: simplify(raw, around) };
}

/** The notation of a second derivative, its rows before its columns. */
export const notationOfSecond = (x: Rational, letters: readonly Index[]): Notation =>
  layout(
    x,
    letters.filter((i) => freeIndices(x).some(({ name }) => name === i.name)),
  );
