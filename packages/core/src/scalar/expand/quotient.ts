/**
 * ⌊x/y⌋ of the exact quotient. x/y may round up to an integer above the exact quotient. Then q = ⌊x/y⌋ is one too large, and
 * q·y − x, which is computed exactly [Dekker 1971], has the sign of y.
 */
import type { Expr } from "../expr.ts";
import { abs, add, and, div, eq, floor, lt, mul, neg, sub, where, xor } from "../primitives.ts";
import { forEachPrecision } from "./precision.ts";
import { twoProduct } from "./two-product.ts";

/** Divisors above `large` or below `small` are scaled, so that neither products nor their errors overflow or underflow. */
const ranges = {
  float32: { large: 2 ** 100, small: 2 ** -100, scale: 2 ** 60, splitter: 2 ** 12 + 1 },
  float64: { large: 2 ** 900, small: 2 ** -900, scale: 2 ** 500, splitter: 2 ** 27 + 1 },
};

export const floorDivide = forEachPrecision(
  ranges,
  ({ large, small, scale, splitter }: (typeof ranges)["float32" | "float64"]) =>
    (x: Expr, y: Expr): Expr => {
      const q = floor(div(x, y));
      const [huge, tiny] = [lt(large, abs(y)), lt(abs(y), small)];
      const scaled = (z: Expr) => where(huge, mul(z, 1 / scale), where(tiny, mul(z, scale), z));
      const [p, error] = twoProduct(q, scaled(y), splitter);
      const residual = where(eq(q, 0), neg(x), add(sub(p, scaled(x)), error));
      const tooLarge = where(lt(y, 0), lt(residual, 0), lt(0, residual));
      const infinite = and(eq(abs(x), Number.POSITIVE_INFINITY), xor(eq(y, 0), 1));
      return where(infinite, Number.NaN, where(tooLarge, sub(q, 1), q));
    },
);
