import { describe, expect, it } from "vitest";
import { cosPi, cotPi, log, pow, sinPi } from "../../src/scalar/portable.ts";
import { ulp, uniform } from "./expand/expansion-error.ts";
import { fromNumber, mul, pi, precise, sub, toNumber } from "./expand/precise.ts";

type Big = ReturnType<typeof fromNumber>;

const ofPi = (name: "sin" | "cos" | "tan") => (x: Big) => precise[name]!(mul(pi, x), x);
const between = (low: number, high: number) => (u: number) => low + u * (high - low);

/** A portable function of x, its definition, where x is drawn, and its largest error in ulp. */
const functions = [
  ["ln x, any exponent", log, precise.log!, (u: number) => 2 ** between(-1070, 1023)(u), 1],
  ["ln x near 1", log, precise.log!, between(0.5, 1.5), 1],
  ["sin πx", sinPi, ofPi("sin"), between(-0.5, 0.5), 2],
  ["cos πx", cosPi, ofPi("cos"), between(-9, 9), 2],
  [
    "0.999ⁿ",
    (x: number) => pow(0.999, Math.round(x)),
    (x: Big) => truePower(0.999, Math.round(toNumber(x))),
    between(0, 1e5),
    0.501,
  ],
  ["xⁿ for n < 0", (x: number) => pow(x, -7), (x: Big) => truePower(toNumber(x), -7), between(0, 40), 1.5],
  ["0.96ʸ", (x: number) => pow(0.96, x), (x: Big) => truePower(0.96, toNumber(x)), between(0, 5000), 2.1],
  ["x^¾", (x: number) => pow(x, 0.75), (x: Big) => truePower(toNumber(x), 0.75), between(0, 2), 4],
] as const;

const truePower = (x: number, y: number): Big => precise.pow!(fromNumber(x), fromNumber(y));

it.each(functions)("%s is as accurate as stated", (_, f, truth, at, bound) => {
  const random = uniform(1);
  for (let i = 0; i < 300; i++) {
    const x = at(random());
    const exact = truth(fromNumber(x), fromNumber(x));
    const error = Math.abs(toNumber(sub(fromNumber(f(x)), exact))) / ulp(toNumber(exact), "float64");
    expect(error, `at ${x}`).toBeLessThanOrEqual(bound);
  }
});

it("cot πx is 1/tan πx", () => {
  for (const x of [-0.49, -0.4, -0.25, -1e-9, 1e-300, 0.1, 0.25, 0.26, 0.49]) {
    const tan = toNumber(ofPi("tan")(fromNumber(x)));
    expect(cotPi(x) * tan, `at ${x}`).toBeCloseTo(1, 14);
  }
  expect([cotPi(0), cotPi(-0), cotPi(0.5)]).toEqual([Infinity, -Infinity, 0]);
});

describe("exact values", () => {
  it("of cos πx at multiples of ½", () => {
    expect([0, 0.5, 1, 1.5, 2, 3, -1].map(cosPi)).toEqual([1, 0, -1, 0, 1, -1, -1]);
  });

  it("of powers of 2, and of small integers", () => {
    for (let k = -1022, power = 2 ** -1022; k <= 1023; k++, power *= 2) expect(pow(2, k)).toBe(power);
    expect([pow(3, 20), pow(-2, 3), pow(0.5, 2), pow(10, 22)]).toEqual([3486784401, -8, 0.25, 1e22]);
  });

  it.each([
    [0, 0.5, 0],
    [0, -1, Infinity],
    [-0, -3, -Infinity],
    [5, 0, 1],
    [Number.NaN, 0, 1],
    [1.5, 2000, Infinity],
    [0.1, 400, 0],
    [-8, 1 / 3, Number.NaN],
    [Infinity, -2, 0],
  ])("of pow(%s, %s)", (x, y, value) => {
    expect(pow(x, y)).toBe(value);
  });

  it("of ln at the ends of its domain", () => {
    expect([0, 1, Infinity, -1, Number.NaN].map(log)).toEqual([
      -Infinity,
      0,
      Infinity,
      Number.NaN,
      Number.NaN,
    ]);
  });
});
