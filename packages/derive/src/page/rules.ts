import { applyAtom, atomsOf, opOf } from "../algebra/atoms.ts";
import { withNormal } from "../algebra/normal.ts";
import { add, asAtom, div, isZero, number, ofAtom, one } from "../algebra/rational.ts";
import { rewriteAtoms } from "../algebra/rewrite.ts";
import { solve, substitute, substituteProduct } from "../algebra/simplify.ts";
import type { Index, Rational, SumAtom } from "../algebra/term.ts";
import { indicesOf, type Model, type Variable } from "../graph/model.ts";
import { layout } from "../notation/layout.ts";
import type { Lettering } from "../notation/render.ts";
import { render } from "../notation/render.ts";
import { text } from "../notation/text.ts";
import type { Reason, Side } from "./page.ts";

/** What rules may know. */
export interface Surroundings {
  readonly model: Model;
  readonly lettering: Lettering;
  /** Whether a sum is 1 at every point. */
  isUnit(sum: SumAtom): boolean;
  /** A name for ∂L/∂v, if derivatives further down are better written with one. */
  nameAdjoint(v: Variable, value: Rational): string | undefined;
}

/** One simplification, with the reason that the page gives. */
export interface Simplified {
  readonly value: Rational;
  readonly reason: Reason;
}

type Rule = (x: Rational, surroundings: Surroundings) => Simplified | undefined;

const lengthOf = (x: Rational, { lettering }: Surroundings, out?: readonly Index[]): number =>
  render(layout(x, out), text, lettering).length;

/** Names in the place of what they are defined as. */
const names: Rule = (x, around) => {
  for (const v of around.model.variables.values()) {
    if (!v.definition || v === around.model.loss) continue;
    const definition = { name: v.name, letters: indicesOf(v), value: v.definition };
    const candidates = [substituteProduct(x, definition), ...solve(definition).map((s) => substitute(x, s))];
    for (const value of candidates) {
      if (value.key === x.key || lengthOf(value, around) > lengthOf(x, around)) continue;
      const is: Side = { kind: "formula", of: layout(v.definition, indicesOf(v)) };
      return { value, reason: ["since ", { kind: "letter", name: v.name }, " = ", is] };
    }
  }
  return undefined;
};

/** Sums of probabilities. */
const unitSums: Rule = (x, { isUnit }) => {
  const sums = atomsOf(x).filter((a): a is SumAtom => a.kind === "sum" && asAtom(a.body)?.kind === "symbol");
  const found = sums.find(isUnit);
  if (!found) return undefined;
  const value = rewriteAtoms(x, (atom) => (atom.key === found.key ? one : undefined));
  return { value, reason: ["since ", { kind: "formula", of: layout(ofAtom(found)) }, " = 1"] };
};

/** The normal distribution, where it is shorter than its formula. */
const normal: Rule = (x, around) => {
  const value = withNormal(x);
  if (value.key === x.key || lengthOf(value, around) >= lengthOf(x, around)) return undefined;
  return { value, reason: ["with the normal density φ and distribution Φ"] };
};

/** 2[d > 0] − 1 as the sign of d. */
const signs: Rule = (x, around) => {
  const value = rewriteAtoms(x, (atom) => {
    if (atom.kind !== "apply" || atom.op.name !== "lt" || !isZero(atom.args[0]!)) return undefined;
    return div(add(one, applyAtom(opOf("sign", 1), [atom.args[1]!])), number(2n));
  });
  if (value.key === x.key || lengthOf(value, around) >= lengthOf(x, around)) return undefined;
  return { value, reason: ["where the sign changes no derivative is shown"] };
};

const rules: readonly Rule[] = [names, unitSums, normal, signs];

/** Every simplification that applies, in sequence. */
export function simplify(x: Rational, around: Surroundings): Simplified[] {
  for (const rule of rules) {
    const found = rule(x, around);
    if (found) return [found, ...simplify(found.value, around)];
  }
  return [];
}
