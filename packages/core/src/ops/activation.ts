import type { Scalar } from "../scalar/expr.ts";
import * as fn from "../scalar/functions.ts";
import * as w from "../scalar/primitives.ts";
import { type Formulas, formulas } from "./apply.ts";
import type { Formula } from "./formula.ts";

const { abs, add, sub, mul, div, neg, lt, le, minimum, maximum, where } = w;

/** λ and λα for which mean 0 and variance 1 of the activations are a fixed point. [Klambauer et al. 2017] */
const seluScale = 1.0507009873554805;
const seluLimit = 1.7580993408473768;

const limits = [
  [-2, 2],
  [-1.2, -0.8],
  [0.8, 1.2],
] as const;
const threshold = [
  [-2, 2],
  [0.2, 0.6],
] as const;

const rows = {
  /**
   * x clamped to [min, max]; its derivative at the bounds is 0.
   *
   * @param min The lower bound; −1 by default.
   * @param max The upper bound; 1 by default.
   *
   * @example
   * console.log(tensor([-3, 0.5, 3]).hardtanh().toArray()); //=> [ -1, 0.5, 1 ]
   */
  hardtanh: {
    operands: ["x", "min", "max"],
    f: (x, min: Scalar = -1, max: Scalar = 1) => minimum(maximum(x, min), max),
    d: (_y, x, min: Scalar = -1, max: Scalar = 1) => [
      w.and(lt(min, x), lt(x, max)),
      le(x, min),
      w.and(lt(min, x), le(max, x)),
    ],
    types: "number",
    domain: limits,
  },
  /**
   * x clamped to [0, 6]; its derivative at the bounds is 0.
   *
   * @example
   * console.log(tensor([-1, 3, 8]).relu6().toArray()); //=> [ 0, 3, 6 ]
   */
  relu6: {
    f: (x) => minimum(maximum(x, 0), 6),
    d: (_y, x) => [w.and(lt(0, x), lt(x, 6))],
    types: "number",
    domain: [[-3, 8]],
  },
  /**
   * λx for x > 0, else λα(eˣ − 1), with λ ≈ 1.0507 and α ≈ 1.6733. [Klambauer et al. 2017]
   *
   * @example
   * console.log(tensor([-1, 0, 1]).selu()); //=> tensor([-1.1113,  0.0000,  1.0507], shape [3], float32)
   */
  selu: {
    f: (x) => where(lt(0, x), mul(seluScale, x), mul(seluLimit, fn.expm1(x))),
    d: (_y, x) => [where(lt(0, x), seluScale, mul(seluLimit, fn.exp(minimum(x, 0))))],
  },
  /**
   * x for x > 0, else alpha·(e^{x/alpha} − 1). [Barron 2017]
   *
   * @param alpha −alpha is the limit for x → −∞; 1 by default.
   *
   * @example
   * console.log(tensor([-1, 0, 1]).celu(2)); //=> tensor([-0.7869,  0.0000,  1.0000], shape [3], float32)
   */
  celu: {
    operands: ["x", "alpha"],
    f: (x, alpha: Scalar = 1) => where(lt(0, x), x, mul(alpha, fn.expm1(div(x, alpha)))),
    d: (_y, x, alpha: Scalar = 1) => {
      const t = div(minimum(x, 0), alpha);
      return [where(lt(0, x), 1, fn.exp(t)), where(lt(0, x), 0, sub(fn.expm1(t), mul(t, fn.exp(t))))];
    },
    domain: [
      [-2, 2],
      [0.5, 2],
    ],
  },
  /**
   * x·tanh(ln(1 + eˣ)). [Misra 2019]
   *
   * @example
   * console.log(tensor([-1, 0, 1]).mish()); //=> tensor([-0.3034,  0.0000,  0.8651], shape [3], float32)
   */
  mish: {
    f: (x) => mul(x, fn.tanh(fn.softplus(x))),
    d: (_y, x) => {
      const t = fn.tanh(fn.softplus(x));
      return [add(t, mul(mul(x, sub(1, mul(t, t))), fn.sigmoid(x)))];
    },
  },
  /**
   * (x + 3)/6 clamped to [0, 1]; its derivative at ±3 is 0.
   *
   * @example
   * console.log(tensor([-4, 0, 4]).hardsigmoid().toArray()); //=> [ 0, 0.5, 1 ]
   */
  hardsigmoid: {
    f: (x) => div(minimum(maximum(add(x, 3), 0), 6), 6),
    d: (_y, x) => [where(w.and(lt(-3, x), lt(x, 3)), 1 / 6, 0)],
    domain: [[-5, 5]],
  },
  /**
   * x·hardsigmoid(x): 0 for x ≤ −3, x for x ≥ 3. [Howard et al. 2019]
   *
   * @example
   * console.log(tensor([-1, 0, 4]).hardswish()); //=> tensor([-0.3333,  0.0000,  4.0000], shape [3], float32)
   */
  hardswish: {
    f: (x) => div(mul(x, minimum(maximum(add(x, 3), 0), 6)), 6),
    d: (_y, x) => [where(le(x, -3), 0, where(lt(x, 3), div(add(add(x, x), 3), 6), 1))],
    domain: [[-5, 5]],
  },
  /**
   * x/(1 + |x|).
   *
   * @example
   * console.log(tensor([-1, 0, 3]).softsign().toArray()); //=> [ -0.5, 0, 0.75 ]
   */
  softsign: {
    f: (x) => div(x, add(1, abs(x))),
    d: (_y, x) => {
      const scale = div(1, add(1, abs(x)));
      return [mul(scale, scale)];
    },
  },
  /**
   * x − tanh x.
   *
   * @example
   * console.log(tensor([-1, 0, 1]).tanhshrink()); //=> tensor([-0.2384,  0.0000,  0.2384], shape [3], float32)
   */
  tanhshrink: {
    f: (x) => sub(x, fn.tanh(x)),
    d: (_y, x) => [mul(fn.tanh(x), fn.tanh(x))],
  },
  /**
   * x − lambd for x > lambd, x + lambd for x < −lambd, and 0 between.
   *
   * @param lambd The threshold; 0.5 by default.
   *
   * @example
   * console.log(tensor([-2, 0.25, 2]).softshrink().toArray()); //=> [ -1.5, 0, 1.5 ]
   */
  softshrink: {
    operands: ["x", "lambd"],
    f: (x, lambd: Scalar = 0.5) => sub(x, minimum(maximum(x, neg(lambd)), lambd)),
    d: (_y, x, lambd: Scalar = 0.5) => [
      lt(lambd, abs(x)),
      where(lt(lambd, x), -1, where(lt(x, neg(lambd)), 1, 0)),
    ],
    domain: threshold,
  },
  /**
   * x, and 0 where |x| ≤ lambd.
   *
   * @param lambd The threshold; 0.5 by default.
   *
   * @example
   * console.log(tensor([-2, 0.25, 2]).hardshrink().toArray()); //=> [ -2, 0, 2 ]
   */
  hardshrink: {
    operands: ["x", "lambd"],
    f: (x, lambd: Scalar = 0.5) => where(le(abs(x), lambd), 0, x),
    d: (_y, x, lambd: Scalar = 0.5) => [lt(lambd, abs(x)), 0],
    domain: threshold,
  },
  /**
   * x where x > threshold, else `value`.
   *
   * @param threshold The bound of x.
   * @param value The result for x ≤ threshold.
   *
   * @example
   * console.log(tensor([0.5, 2]).threshold(1, 0).toArray()); //=> [ 0, 2 ]
   */
  threshold: {
    operands: ["x", "threshold", "value"],
    f: (x, threshold, value) => where(le(x, threshold), value, x),
    d: (_y, x, threshold) => [lt(threshold, x), 0, le(x, threshold)],
    types: "choice",
    domain: [
      [-2, 2],
      [0.2, 0.6],
      [-2, 2],
    ],
  },
} satisfies Record<string, Formula>;

/** Less common activations, as elementwise rows. */
export const activations: Formulas<typeof rows> = formulas(rows);
