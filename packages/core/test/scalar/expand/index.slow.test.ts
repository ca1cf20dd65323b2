import { describe, expect, it } from "vitest";
import type { functions } from "../../../src/scalar/functions.ts";
import { primitives } from "../../../src/scalar/primitives.ts";
import { arityOf, errorOf, names, precisions, samples, spelled, ulp, worstError } from "./expansion-error.ts";
import { type Precision, strict } from "./strict.ts";

const run = (name: keyof typeof functions, type: Precision, columns: readonly number[][]) => [
  ...(strict(spelled[name][type], type).run(...columns) as unknown as Iterable<number>),
];

/** Zeros, ones, the ends of the range, the numbers about its edges, and NaN. */
const special = (type: Precision): number[] => {
  const [tiny, normal, largest] =
    type === "float32"
      ? [2 ** -149, 2 ** -126, (2 - 2 ** -23) * 2 ** 127]
      : [2 ** -1074, 2 ** -1022, Number.MAX_VALUE];
  const positive = [0, tiny, 3 * tiny, normal - tiny, normal, 0.5, 1, 1.5, 2, 3, 4, 700, largest, Infinity];
  return [...positive, ...positive.map((x) => -x), Number.NaN];
};

describe.each(names)("%s in words", (name) => {
  const arity = arityOf(name);

  it.each(precisions)("is within 2 ulp in %s", (type) => {
    const count = type === "float32" ? 20_000 : 600;
    const { error, at } = worstError(name, type, samples(name, type, count, 1));
    expect(error, `at ${at}`).toBeLessThanOrEqual(2);
  });

  it.each(precisions)("has the values of the function at special arguments in %s", (type) => {
    const xs = special(type);
    const columns = arity === 1 ? [xs] : [xs.flatMap((x) => xs.map(() => x)), xs.flatMap(() => xs)];
    run(name, type, columns).forEach((y, i) => {
      const x = columns.map((c) => c[i] as number);
      expect(errorOf(name, type, y, x), `${name}(${x}) = ${y}`).toBeLessThanOrEqual(2);
    });
  });
});

describe.each(["sin", "cos", "tan"] as const)("%s of a large number", (name) => {
  it.each(precisions)(
    "is within 2 ulp on both sides of the bounds of its reduction in words in %s",
    (type) => {
      const bounds = type === "float32" ? [2 ** 21, 2 ** 22] : [2 ** 29, 2 ** 30];
      const near = bounds.flatMap((n) => Array.from({ length: 400 }, (_, i) => n * Math.PI + (i - 200) / 30));
      const xs = [...near, ...near.map((x) => -x)].map((x) => (type === "float32" ? Math.fround(x) : x));
      const { error, at } = worstError(name, type, [xs]);
      expect(error, `at ${at}`).toBeLessThanOrEqual(2);
    },
  );

  it("has its value where a double comes closest to a multiple of π/2 [Muller 2006]", () => {
    const x = 6381956970095103 * 2 ** 797;
    const truth = { sin: 1, cos: -4.687165924254624e-19, tan: -2.133485385753704e18 };
    expect(run(name, "float64", [[x]])[0]).toBeCloseTo(truth[name], name === "tan" ? -5 : 30);
    expect(errorOf(name, "float64", run(name, "float64", [[x]])[0] as number, [x])).toBeLessThanOrEqual(2);
  });
});

describe("exact values", () => {
  it.each(precisions)("powers of two and their logarithms in %s", (type) => {
    const k = Array.from({ length: 200 }, (_, i) => i - 100);
    expect(run("exp2", type, [k])).toEqual(k.map((n) => 2 ** n));
    expect(run("log2", type, [k.map((n) => 2 ** n)])).toEqual(k);
  });

  it.each(precisions)("σ(0) = ½, and e⁰ = cosh 0 = cos 0 = erfc 0 = 1 in %s", (type) => {
    expect(run("sigmoid", type, [[0]])).toEqual([0.5]);
    for (const name of ["exp", "cosh", "cos", "erfc"] as const)
      expect(run(name, type, [[0]]), name).toEqual([1]);
  });
});

describe("odd functions", () => {
  const odd = ["sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "erf"] as const;
  it.each(odd)("%s(−x) = −%s(x) to the bit", (name) => {
    for (const type of precisions) {
      const columns = samples(name, type, 999, 2);
      const negative = run(name, type, [columns[0]!.map((x) => -x)]);
      run(name, type, columns).forEach((y, i) => void expect(negative[i], `at ${columns[0]![i]}`).toBe(-y));
    }
  });
});

describe("words that take numbers apart", () => {
  const { scalb, exponent, significand, copysign } = primitives;

  it("exponent and significand put together by scalb are the number", () => {
    for (const [x] of samples("atan", "float64", 3000, 3)
      .map((c) => c)[0]!
      .map((v) => [v])) {
      if (!(Math.abs(x!) >= 2 ** -1022 && Math.abs(x!) < Infinity)) continue;
      expect(Math.abs(significand.float(x!))).toBeGreaterThanOrEqual(1);
      expect(Math.abs(significand.float(x!))).toBeLessThan(2);
      const e = exponent.float(x!);
      const half = Math.floor(e / 2);
      expect(scalb.float(scalb.float(significand.float(x!), half), e - half)).toBe(x);
    }
  });

  it("scalb multiplies by an exact power", () => {
    for (let k = -1022, power = 2 ** -1022; k <= 1023; k++, power *= 2) expect(scalb.float(1, k)).toBe(power);
  });

  it("copysign tells zeros apart", () => {
    expect([copysign.float(2, -0), copysign.float(-2, 0), copysign.float(0, -3)]).toEqual([-2, 2, -0]);
  });

  it("an ulp is the distance to the next number", () => {
    expect([ulp(1, "float64"), ulp(0, "float64"), ulp(-3, "float32")]).toEqual([
      2 ** -52,
      2 ** -1074,
      2 ** -22,
    ]);
  });
});
