import type { Expr, Scalar } from "../expr.ts";
import { add, mul, sub } from "../primitives.ts";

/** x as the sum of two numbers of half its bits each, for a `splitter` of 2ᵏ + 1, where k is half the number of bits. [Veltkamp 1968] */
function split(x: Scalar, splitter: number): readonly [Expr, Expr] {
  const c = mul(x, splitter);
  const high = sub(c, sub(c, x));
  return [high, sub(x, high)];
}

/** a·b as product + error, exactly unless it overflows. [Dekker 1971] */
export function twoProduct(a: Scalar, b: Scalar, splitter: number): readonly [Expr, Expr] {
  const p = mul(a, b);
  const [a1, a2] = split(a, splitter);
  const [b1, b2] = split(b, splitter);
  return [p, add(add(add(sub(mul(a1, b1), p), mul(a1, b2)), mul(a2, b1)), mul(a2, b2))];
}
