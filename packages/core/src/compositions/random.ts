import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { cast, elementwise } from "../ops/apply.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { type Key, randomBits } from "../ops/source.ts";
import * as w from "../scalar/primitives.ts";
import type { Shape } from "../shape.ts";

const { add, mul, sub, log, sqrt, cos, floor, bitwiseRightShiftLogical } = elementwiseOps;

/** The top `bits` random bits of a lane as a number in [0, 1). */
const uniformBits = (shape: Shape, key: Key, lane: number, bits: number, dtype: DType): Node =>
  mul(cast(bitwiseRightShiftLogical(randomBits(shape, key, lane), 32 - bits), dtype), 2 ** -bits);

/** Uniform on [0, 1): 24 random bits in float32, 52 in float64. Different `draw`s under one key are independent. */
export function uniform(shape: Shape, key: Key, dtype: DType, draw = 0): Node {
  if (dtype === "float32") return uniformBits(shape, key, draw, 24, dtype);
  const low = uniformBits(shape, key, 2 * draw + 1, 26, dtype);
  return add(uniformBits(shape, key, 2 * draw, 26, dtype), mul(low, 2 ** -26));
}

/** Standard normal: √(−2 ln(1 − u₁))·cos 2πu₂. [Box & Muller 1958] */
export function normal(shape: Shape, key: Key, dtype: DType): Node {
  const radius = sqrt(mul(-2, log(sub(1, uniform(shape, key, dtype, 0)))));
  return mul(radius, cos(mul(2 * Math.PI, uniform(shape, key, dtype, 1))));
}

/** The interval around 0 in which each dtype represents every integer. */
const exactIntegers: Record<DType, readonly [min: number, max: number]> = {
  bool: [0, 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  float32: [-(2 ** 24), 2 ** 24],
  float64: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/** Whether a dtype represents every integer from low to high − 1. */
const represents = (dtype: DType, low: number, high: number): boolean =>
  low >= exactIntegers[dtype][0] && high - 1 <= exactIntegers[dtype][1];

/** The default dtype of random integers from low to high − 1. */
export const integerDType = (low: number, high: number): DType =>
  represents("int32", low, high) ? "int32" : "float64";

/** Integers uniform on [low, high). */
export function randomIntegers(low: number, high: number, shape: Shape, key: Key, dtype: DType): Node {
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low)
    fail("value", "randint", `[${low}, ${high}) must be a non-empty interval between integers`);
  if (!represents(dtype, low, high))
    fail(
      "value",
      "randint",
      `${dtype} does not represent all of ${low} … ${high - 1}. Did you mean { dtype: "float64" }, or nearer bounds?`,
    );
  if (high - low > 2 ** 52) fail("value", "randint", `draws among at most 2⁵² numbers, not ${high - low}`);
  return cast(add(floor(mul(uniform(shape, key, "float64"), high - low)), low), dtype);
}

const isBelow = elementwise("bernoulli", {
  f: (p, u) => w.lt(u, p),
  types: "compare",
  require: { holds: (p) => w.and(w.le(0, p), w.le(p, 1)), message: "probabilities must be in [0, 1]" },
});

/** 1 with probability p, else 0, in p's dtype. */
export const bernoulli = (p: Node, key: Key): Node =>
  cast(isBelow(p, uniform(p.shape, key, p.dtype)), p.dtype);
