import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { symbol } from "../../src/algebra/atoms.ts";
import { Fraction } from "../../src/algebra/fraction.ts";
import { add, div, isZero, mul, neg, number, pow, sub } from "../../src/algebra/rational.ts";
import type { Polynomial, Rational } from "../../src/algebra/term.ts";

const [x, y, z] = ["x", "y", "z"].map((name) => symbol(name, [])) as [Rational, Rational, Rational];
const one = number(1n);

/** An expression with its value by plain arithmetic. */
interface Valued {
  readonly of: Rational;
  readonly value: number;
}

const point: Readonly<Record<string, number>> = { "x[]": 1.3, "y[]": -0.7, "z[]": 2.1 };

const polynomialValue = ({ terms }: Polynomial): number =>
  terms.reduce(
    (sum, { coefficient, powers }) =>
      sum +
      powers.reduce((p, { atom, exponent }) => p * point[atom.key]! ** exponent, coefficient.toNumber()),
    0,
  );

const valueOfRational = ({ numerator, denominator }: Rational): number =>
  denominator.reduce(
    (value, { polynomial, power }) => value / polynomialValue(polynomial) ** power,
    polynomialValue(numerator),
  );

const leaf: fc.Arbitrary<Valued> = fc.oneof(
  fc.constantFrom(
    { of: x, value: point["x[]"]! },
    { of: y, value: point["y[]"]! },
    { of: z, value: point["z[]"]! },
  ),
  fc.integer({ min: -3, max: 3 }).map((n) => ({ of: number(BigInt(n)), value: n })),
);

const binary = (a: Valued, b: Valued, kind: number): Valued => {
  if (kind === 0) return { of: add(a.of, b.of), value: a.value + b.value };
  if (kind === 1) return { of: sub(a.of, b.of), value: a.value - b.value };
  if (kind === 2 || isZero(b.of)) return { of: mul(a.of, b.of), value: a.value * b.value };
  return { of: div(a.of, b.of), value: a.value / b.value };
};

const { tree } = fc.letrec<{ tree: Valued }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.tuple(tie("tree"), tie("tree"), fc.nat(3)).map(([a, b, kind]) => binary(a, b, kind)),
  ),
}));

describe("rational expressions", () => {
  it("have the value of the arithmetic that made them", () => {
    fc.assert(
      fc.property(tree, ({ of, value }) => {
        fc.pre(Number.isFinite(value) && Math.abs(value) < 1e6 && Math.abs(value) > 1e-6);
        expect(Math.abs(valueOfRational(of) - value)).toBeLessThan(1e-6 * Math.abs(value));
      }),
      { numRuns: 200 },
    );
  });

  it("are equal where their difference is 0", () => {
    fc.assert(
      fc.property(tree, tree, ({ of: a }, { of: b }) => {
        expect(isZero(sub(mul(a, b), mul(b, a)))).toBe(true);
        expect(isZero(sub(pow(add(a, b), 2), add(pow(a, 2), mul(number(2n), a, b), pow(b, 2))))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("divide out a factor of a denominator", () => {
    const quotient = div(sub(mul(x, x), mul(y, y)), sub(x, y));
    expect(quotient.key).toBe(add(x, y).key);
    expect(div(sub(one, x), sub(x, one)).key).toBe(number(-1n).key);
  });

  it("bring the source's (5) to one denominator", () => {
    const [ŷ, label] = [x, y];
    const terms = neg(sub(div(label, ŷ), div(sub(one, label), sub(one, ŷ))));
    expect(terms.key).toBe(div(sub(ŷ, label), mul(ŷ, sub(one, ŷ))).key);
  });

  it("have no reciprocal of 0", () => {
    expect(() => div(x, sub(y, y))).toThrow(RangeError);
  });
});

describe("Fraction", () => {
  it("is the decimal that a double prints", () => {
    expect(Fraction.ofDecimal(0.1).toString()).toBe("1/10");
    expect(Fraction.ofDecimal(-2.5e-3).toString()).toBe("-1/400");
    expect(Fraction.ofDecimal(3e21).toNumber()).toBe(3e21);
  });

  it("computes exactly", () => {
    fc.assert(
      fc.property(
        fc.bigInt(-1000n, 1000n),
        fc.bigInt(1n, 1000n),
        fc.bigInt(-1000n, 1000n),
        fc.bigInt(1n, 1000n),
        (a, b, c, d) => {
          const [p, q] = [new Fraction(a, b), new Fraction(c, d)];
          expect(p.add(q).toString()).toBe(new Fraction(a * d + c * b, b * d).toString());
          expect(p.mul(q).toString()).toBe(new Fraction(a * c, b * d).toString());
        },
      ),
    );
  });
});
