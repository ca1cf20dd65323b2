import type { RowName } from "./measure.ts";

/** The goal: the largest error of values and of first derivatives, in ulp. */
export const goal = { value: 2, derivative: 4 } as const;

/** The rows that miss the goal, and why. */
export const misses: { readonly [K in RowName]?: string } = {
  pow: "∂/∂x = e·x^(e−1): e − 1 is rounded, unless e has few digits, which counts |ln x| times; a subnormal power has fewer digits.",
  exp2: "Next to the largest exponent 2ˣ overflows, and its derivative 2ˣ ln 2 would not.",
  logaddexp2: "The weights are σ((x − y) ln 2): the product is rounded, which counts |x − y| times.",
  erfinv: "The derivative is ½√π·e^(y²) of the rounded y, which counts 2y² times.",
  lgamma: "Reflection and the recurrence add terms of opposite signs for x < 0.",
  digamma: "Reflection and the recurrence add terms of opposite signs for x < 0.",
  trigamma: "Reflection adds terms of opposite signs for x < 0.",
  polygamma: "Sums of powers, and the polynomial in cot πx for x < 0.",
  logCosh: "Below 1 it is ln(1 + 2 sinh² ½x) of a rounded sinh.",
  sinc: "π is rounded in the sine and in the divisor.",
  gelu: "Φ is ½ erfc(−x/√2): the quotient is rounded, which counts x² times where Φ(x) is tiny.",
  geluTanh: "σ of a rounded argument, which counts as often as it is large where σ is tiny.",
  silu: "Below −87 (−708 in float64) σ(x) is subnormal and has fewer digits.",
  mish: "Below −87 (−708 in float64) ln(1 + eˣ) is subnormal and has fewer digits.",
  tanhshrink: "The row is the difference of x and tanh x, which are nearly equal about 0.",
};
