import { builders, type Word } from "./expr.ts";

const word = <F extends (...x: number[]) => number>(
  text: string,
  float: F,
  rest: { int?: (...x: number[]) => number; result?: Word["result"]; real?: boolean } = {},
) => ({ text, float, result: "same" as const, ...rest });

const compare = <F extends (...x: number[]) => number>(text: string, float: F) => ({
  text,
  float,
  result: "bool" as const,
});

/** IEEE 754 round-half-to-even. */
function roundEven(x: number): number {
  const r = Math.round(x);
  if (r - x === 0.5 && r % 2 !== 0) return r - 1;
  return r === 0 && Object.is(Math.sign(x), -0) ? -0 : x < 0 && r === 0 ? -0 : r;
}

/** A shift as integers have it: by a count outside 0 … 31 all bits are moved out, and what enters is left. */
const shift = (by: (a: number, count: number) => number) => (a: number, count: number) =>
  count >= 0 && count < 32 ? by(a, count) : by(by(a, 31), 1);

/** Truncates towards zero, saturates at the ends of int32, and takes NaN to 0, as WebAssembly's `trunc_sat`. */
const saturate = (x: number): number =>
  Number.isNaN(x) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));

const view = new DataView(new ArrayBuffer(8));

/** The first half of a double: sign, 11 bits of exponent, 20 of significand. */
function head(x: number): number {
  view.setFloat64(0, x);
  return view.getInt32(0);
}

/** The exponent field less its bias. */
const exponentOf = (x: number): number => ((head(x) >>> 20) & 0x7ff) - 1023;

/** Sign and significand, with the exponent of 1. */
function significandOf(x: number): number {
  view.setInt32(0, (head(x) & 0x800fffff) | 0x3ff00000);
  return view.getFloat64(0);
}

/** ⌊x/y⌋ of the exact quotient, by way of the exact remainder. */
function floorDivided(x: number, y: number): number {
  if (y === 0) return x / y;
  const rest = x % y;
  const whole = Math.round((x - rest) / y);
  if (rest !== 0 && rest < 0 !== y < 0) return whole - 1;
  return whole === 0 ? Math.floor(x / y) : whole;
}

/** The closed vocabulary of the scalar machine: all that a backend has to know. */
export const words = {
  add: word("$0 + $1", (a: number, b: number) => a + b, {
    int: (a, b) => ((a as number) + (b as number)) | 0,
  }),
  sub: word("$0 − $1", (a: number, b: number) => a - b, {
    int: (a, b) => ((a as number) - (b as number)) | 0,
  }),
  mul: word("$0·$1", (a: number, b: number) => a * b, { int: (a, b) => Math.imul(a as number, b as number) }),
  div: word("$0/$1", (a: number, b: number) => a / b, { real: true }),
  neg: word("−$0", (a: number) => -a, { int: (a) => -(a as number) | 0 }),
  abs: word("|$0|", (a: number) => Math.abs(a), { int: (a) => Math.abs(a as number) | 0 }),
  minimum: word("min($0, $1)", (a: number, b: number) => Math.min(a, b)),
  maximum: word("max($0, $1)", (a: number, b: number) => Math.max(a, b)),
  sqrt: word("√($0)", (a: number) => Math.sqrt(a), { real: true }),
  floor: word("⌊$0⌋", (a: number) => Math.floor(a)),
  ceil: word("⌈$0⌉", (a: number) => Math.ceil(a)),
  trunc: word("trunc($0)", (a: number) => Math.trunc(a)),
  round: word("round($0)", roundEven),
  floorDivide: word("⌊$0/$1⌋", floorDivided, {
    int: (a, b) => (b === 0 ? 0 : Math.floor((a as number) / (b as number)) | 0),
  }),
  eq: compare("$0 = $1", (a: number, b: number) => +(a === b)),
  lt: compare("$0 < $1", (a: number, b: number) => +(a < b)),
  le: compare("$0 ≤ $1", (a: number, b: number) => +(a <= b)),
  and: word("$0 ∧ $1", (a: number, b: number) => a & b),
  or: word("$0 ∨ $1", (a: number, b: number) => a | b),
  xor: word("$0 ⊕ $1", (a: number, b: number) => a ^ b),
  shiftLeft: word(
    "$0 ≪ $1",
    shift((a, b) => a << b),
  ),
  /** The sign enters. */
  shiftRight: word(
    "$0 ≫ $1",
    shift((a, b) => a >> b),
  ),
  /** Zeros enter. */
  shiftRightLogical: word(
    "$0 ⋙ $1",
    shift((a, b) => (a >>> b) | 0),
  ),
  where: word("[$0 ? $1 : $2]", (c: number, a: number, b: number) => (c ? a : b), { result: "branches" }),
  /** |x| with the sign of y, of zeros and NaN too. */
  copysign: word("copysign($0, $1)", (x: number, y: number) => (head(y) < 0 ? -Math.abs(x) : Math.abs(x)), {
    real: true,
  }),
  /** x·2ᵏ, rounded once, for a whole k for which 2ᵏ is a normal number of x's type; for the next smaller k it may be 0. */
  scalb: word("$0·2^$1", (x: number, k: number) => x * 2 ** k, { real: true }),
  /** ⌊log₂ |x|⌋ of a normal number x, in x's type. */
  exponent: word("exponent($0)", exponentOf, { real: true }),
  /** x/2^exponent(x) of a normal number x: in ±[1, 2), with x's sign. */
  significand: word("significand($0)", significandOf, { real: true }),
  toBool: word("bool($0)", (a: number) => +(a !== 0), { result: "bool" }),
  toInt32: word("int($0)", saturate, { result: "int32" }),
  toFloat32: word("float32($0)", (a: number) => Math.fround(a), { result: "float32" }),
  toFloat64: word("float64($0)", (a: number) => a, { result: "float64" }),
} satisfies Record<string, Word>;

export const {
  add,
  sub,
  mul,
  div,
  neg,
  abs,
  minimum,
  maximum,
  sqrt,
  floor,
  ceil,
  trunc,
  round,
  floorDivide,
  eq,
  lt,
  le,
  and,
  or,
  xor,
  shiftLeft,
  shiftRight,
  shiftRightLogical,
  where,
  copysign,
  scalb,
  exponent,
  significand,
  toBool,
  toInt32,
  toFloat32,
  toFloat64,
} = builders(words);
