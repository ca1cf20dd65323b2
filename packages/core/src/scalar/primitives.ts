import { builders, type ScalarOp } from "./expr.ts";

const primitive = <F extends (...x: number[]) => number>(
  format: string,
  float: F,
  rest: { int?: (...x: number[]) => number; result?: ScalarOp["result"]; floatOnly?: boolean } = {},
) => ({ format, float, result: "same" as const, ...rest });

const compare = <F extends (...x: number[]) => number>(format: string, float: F) => ({
  format,
  float,
  result: "bool" as const,
});

/** IEEE 754 round-half-to-even. */
function roundTiesToEven(x: number): number {
  const r = Math.round(x);
  if (r - x === 0.5 && r % 2 !== 0) return r - 1;
  return r === 0 && Object.is(Math.sign(x), -0) ? -0 : x < 0 && r === 0 ? -0 : r;
}

/** A shift that, by a count outside 0 … 31, shifts out all bits: only copies of the bit that is shifted in remain. */
const shift = (by: (a: number, count: number) => number) => (a: number, count: number) =>
  count >= 0 && count < 32 ? by(a, count) : by(by(a, 31), 1);

/** Truncates towards zero, saturates at the bounds of int32, and maps NaN to 0, as WebAssembly's `trunc_sat`. */
const saturatingCast = (x: number): number =>
  Number.isNaN(x) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));

const view = new DataView(new ArrayBuffer(8));

/** The upper 32 bits of a double: sign, 11 bits of exponent, 20 of significand. */
function highWord(x: number): number {
  view.setFloat64(0, x);
  return view.getInt32(0);
}

/** The exponent of a normal number, unbiased. */
const exponentOf = (x: number): number => ((highWord(x) >>> 20) & 0x7ff) - 1023;

/** x with the exponent of 1: sign and significand. */
function significandOf(x: number): number {
  view.setInt32(0, (highWord(x) & 0x800fffff) | 0x3ff00000);
  return view.getFloat64(0);
}

/** ⌊x/y⌋ of the exact quotient, by the exact remainder. */
function floorOfQuotient(x: number, y: number): number {
  if (y === 0) return x / y;
  const remainder = x % y;
  const quotient = Math.round((x - remainder) / y);
  if (remainder !== 0 && remainder < 0 !== y < 0) return quotient - 1;
  return quotient === 0 ? Math.floor(x / y) : quotient;
}

/** The primitive ops, which every backend implements. All other functions are expanded into them, or called on the host. */
export const primitives = {
  /** x + y. */
  add: primitive("$0 + $1", (a: number, b: number) => a + b, {
    int: (a, b) => (a! + b!) | 0,
  }),
  /** x − y. */
  sub: primitive("$0 − $1", (a: number, b: number) => a - b, {
    int: (a, b) => (a! - b!) | 0,
  }),
  /** x·y. */
  mul: primitive("$0·$1", (a: number, b: number) => a * b, {
    int: (a, b) => Math.imul(a!, b!),
  }),
  /** x/y, of floats. */
  div: primitive("$0/$1", (a: number, b: number) => a / b, { floatOnly: true }),
  /** −x. */
  neg: primitive("−$0", (a: number) => -a, { int: (a) => -a! | 0 }),
  /** |x|. */
  abs: primitive("|$0|", (a: number) => Math.abs(a), { int: (a) => Math.abs(a!) | 0 }),
  /** The smaller of two; NaN wins. */
  minimum: primitive("min($0, $1)", (a: number, b: number) => Math.min(a, b)),
  /** The larger of two; NaN wins. */
  maximum: primitive("max($0, $1)", (a: number, b: number) => Math.max(a, b)),
  /** √x. */
  sqrt: primitive("√($0)", (a: number) => Math.sqrt(a), { floatOnly: true }),
  /** ⌊x⌋. */
  floor: primitive("⌊$0⌋", (a: number) => Math.floor(a)),
  /** ⌈x⌉. */
  ceil: primitive("⌈$0⌉", (a: number) => Math.ceil(a)),
  /** x without its fraction. */
  trunc: primitive("trunc($0)", (a: number) => Math.trunc(a)),
  /** The nearest integer, halves to even. */
  round: primitive("round($0)", roundTiesToEven),
  /** ⌊x/y⌋ of the exact quotient; of integers 0 for y = 0. */
  floorDivide: primitive("⌊$0/$1⌋", floorOfQuotient, {
    int: (a, b) => (b === 0 ? 0 : Math.floor(a! / b!) | 0),
  }),
  /** x = y. */
  eq: compare("$0 = $1", (a: number, b: number) => +(a === b)),
  /** x < y. */
  lt: compare("$0 < $1", (a: number, b: number) => +(a < b)),
  /** x ≤ y. */
  le: compare("$0 ≤ $1", (a: number, b: number) => +(a <= b)),
  /** x ∧ y, bit by bit. */
  and: primitive("$0 ∧ $1", (a: number, b: number) => a & b),
  /** x ∨ y, bit by bit. */
  or: primitive("$0 ∨ $1", (a: number, b: number) => a | b),
  /** x ⊕ y, bit by bit. */
  xor: primitive("$0 ⊕ $1", (a: number, b: number) => a ^ b),
  /** x shifted left by y bits; zeros are shifted in. */
  shiftLeft: primitive(
    "$0 ≪ $1",
    shift((a, b) => a << b),
  ),
  /** Arithmetic: copies of the sign are shifted in. */
  shiftRight: primitive(
    "$0 ≫ $1",
    shift((a, b) => a >> b),
  ),
  /** Logical: zeros are shifted in. */
  shiftRightLogical: primitive(
    "$0 ⋙ $1",
    shift((a, b) => (a >>> b) | 0),
  ),
  /** x if the condition holds, else y: `where(condition, x, y)`. */
  where: primitive("[$0 ? $1 : $2]", (c: number, a: number, b: number) => (c ? a : b), {
    result: "branches",
  }),
  /** |x| with the sign bit of y, which zeros and NaN have too. */
  copysign: primitive(
    "copysign($0, $1)",
    (x: number, y: number) => (highWord(y) < 0 ? -Math.abs(x) : Math.abs(x)),
    {
      floatOnly: true,
    },
  ),
  /** x·2ᵏ, rounded once, for an integer k such that 2ᵏ is a normal number of x's dtype; for the next smaller k it may be 0. */
  scalb: primitive("$0·2^$1", (x: number, k: number) => x * 2 ** k, { floatOnly: true }),
  /** ⌊log₂ |x|⌋ of a normal number x, in x's dtype. */
  exponent: primitive("exponent($0)", exponentOf, { floatOnly: true }),
  /** x/2^exponent(x) of a normal number x: in ±[1, 2), with x's sign. */
  significand: primitive("significand($0)", significandOf, { floatOnly: true }),
  /** x ≠ 0. */
  toBool: primitive("bool($0)", (a: number) => +(a !== 0), { result: "bool" }),
  /** x truncated and clamped to int32; 0 for NaN. */
  toInt32: primitive("int($0)", saturatingCast, { result: "int32" }),
  /** x rounded to float32. */
  toFloat32: primitive("float32($0)", (a: number) => Math.fround(a), { result: "float32" }),
  /** x in float64. */
  toFloat64: primitive("float64($0)", (a: number) => a, { result: "float64" }),
} satisfies Record<string, ScalarOp>;

/**
 * The primitives as functions of expressions: their documentation is that of the rows above.
 *
 * @example
 * const { mul, where, lt } = scalar;
 * const f = elementwise("hinge", { f: (x) => where(lt(x, 0), 0, mul(2, x)) });
 * console.log(f(tensor([-1, 1])).toArray()); //=> [ 0, 2 ]
 */
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
} = builders(primitives);
