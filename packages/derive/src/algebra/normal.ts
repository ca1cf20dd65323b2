import { scalar } from "@chainrule/core";
import type { Elementwise } from "@chainrule/core/internal";
import { applyAtom, constant } from "./atoms.ts";
import { Fraction } from "./fraction.ts";
import { term } from "./polynomial.ts";
import { asTerm, div, mul, number, ofTerm, one, sub } from "./rational.ts";
import { rewriteAtoms } from "./rewrite.ts";
import type { Rational, Term } from "./term.ts";

/** The normal distribution in formulas that are written with erf and e^{−x²/2}. */

const { add, erf, exp, mul: times, neg } = scalar;

const base = {
  family: "elementwise",
  choice: false,
  require: undefined,
  stablePartials: undefined,
} as const;

/** φ(x) = e^{−x²/2}/√(2π). */
export const normalPdf: Elementwise = {
  ...base,
  name: "normalPdf",
  f: ([x]) => times(1 / Math.sqrt(2 * Math.PI), exp(times(-0.5, times(x!, x!)))),
  partials: (y, [x]) => [neg(times(x!, y))],
};

/** Φ(x) = ½(1 + erf(x/√2)). */
export const normalCdf: Elementwise = {
  ...base,
  name: "normalCdf",
  f: ([x]) => times(0.5, add(1, erf(times(Math.SQRT1_2, x!)))),
  partials: (_, [x]) => [normalPdf.f([x!])],
};

/** The root of a term that is a square. */
function rootOf(t: Term): Term | undefined {
  const { numerator, denominator } = t.coefficient;
  const [p, q] = [Math.sqrt(Number(numerator)), Math.sqrt(Number(denominator))];
  const isSquare =
    Number.isInteger(p) && Number.isInteger(q) && t.powers.every(({ exponent }) => exponent % 2 === 0);
  if (!isSquare || t.powers.length === 0) return undefined;
  const powers = t.powers.map(({ atom, exponent }) => ({ atom, exponent: exponent / 2 }));
  return term(new Fraction(BigInt(p), BigInt(q)), powers);
}

const root2π = mul(constant("√2"), constant("√π"));

/** x with e^{u²/2} written by φ(u), and erf(u) by Φ(√2·u). */
export const withNormal = (x: Rational): Rational =>
  rewriteAtoms(x, (atom) => {
    if (atom.kind !== "apply") return undefined;
    const argument = asTerm(atom.args[0]!);
    if (!argument) return undefined;
    if (atom.op.name === "exp") {
      const u = rootOf({ ...argument, coefficient: argument.coefficient.mul(new Fraction(2n)) });
      return u && div(one, mul(root2π, applyAtom(normalPdf, [ofTerm(u)])));
    }
    if (atom.op.name !== "erf") return undefined;
    const u = mul(constant("√2"), ofTerm(argument));
    return sub(mul(number(2n), applyAtom(normalCdf, [u])), one);
  });
