/**
 * ⌊x/y⌋ of the exact quotient. x/y, rounded, may be a whole number that lies above the exact quotient; then q·y − x, which
 * products of halves give exactly [Dekker 1971], is on the side of y, and q is one too large.
 */
import type { Expr } from "../expr.ts";
import { abs, add, and, div, eq, floor, lt, mul, neg, sub, where, xor } from "../primitives.ts";
import { forEachPrecision } from "./precision.ts";
import { twoProduct } from "./product.ts";

/** Divisors beyond `large` and `small` are scaled, so that neither products nor their errors are out of range. */
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
      const excess = where(eq(q, 0), neg(x), add(sub(p, scaled(x)), error));
      const above = where(lt(y, 0), lt(excess, 0), lt(0, excess));
      const endless = and(eq(abs(x), Number.POSITIVE_INFINITY), xor(eq(y, 0), 1));
      return where(endless, Number.NaN, where(above, sub(q, 1), q));
    },
);
