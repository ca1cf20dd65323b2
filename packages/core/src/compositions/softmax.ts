import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { IdentityRule, Node } from "../graph/node.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { detach, withRule } from "../ops/identity.ts";
import { isNonzero, keepWhere, mulNoNan } from "../ops/mask.ts";
import { movements } from "../ops/movement.ts";
import { axis, axisOrNone, formatShape, sizeOf } from "../shape.ts";
import { maxShift } from "./log-sum-exp.ts";
import { toFloat } from "./statistics.ts";

const { div, exp, log, mul, sigmoid, sub } = elementwiseOps;
const { sum } = broadcasting;

/** y·t, and 0 where y is 0 or t is masked. */
const weigh = (y: Node, t: Node): Node => keepWhere(isNonzero(y), mulNoNan(y, t));

/** y·(t − Σ y·t) along `dim`, for t = ẋ or ȳ. */
const softmaxDerivative = (y: Node, t: Node, dim: number): Node =>
  weigh(y, sub(t, sum(weigh(y, t), dim, { keepdim: true })));

const softmaxRule: IdentityRule<{ readonly dim: number }> = {
  vjp: (ȳ, y, _, { dim }) => [null, softmaxDerivative(y, ȳ, dim)],
  jvp: ([, ẋ], y, { dim }) => (ẋ ? softmaxDerivative(y, ẋ, dim) : null),
};

/** Activations along an axis. */
export const axisActivations = {
  /**
   * Softmax eˣ/Σeˣ along `dim`, in range for every finite x. Its derivative along t is y·(t − Σ y·t), in both modes.
   *
   * @param dim The axis.
   *
   * @example
   * console.log(tensor([0, Math.log(3)]).softmax(0)); //=> tensor([0.25, 0.75], shape [2], float32)
   */
  softmax(x: Node, dim: number): Node {
    const float = toFloat(x);
    axisOrNone("softmax", dim, x.shape.length);
    if (sizeOf(x.shape) === 0) return float;
    const e = exp(sub(float, maxShift(float, dim)));
    const value = detach(div(e, sum(e, dim, { keepdim: true })));
    return withRule("softmax", value, [float], softmaxRule, { dim });
  },

  /**
   * The logarithm of softmax, x − ln Σeˣ, along `dim`.
   *
   * @param dim The axis.
   *
   * @example
   * console.log(tensor([0, 0, 0, 0]).logSoftmax(0).exp().toArray()); //=> [ 0.25, 0.25, 0.25, 0.25 ]
   */
  logSoftmax(x: Node, dim: number): Node {
    const float = toFloat(x);
    axisOrNone("logSoftmax", dim, x.shape.length);
    if (sizeOf(x.shape) === 0) return float;
    const shifted = sub(float, maxShift(float, dim));
    return sub(shifted, log(sum(exp(shifted), dim, { keepdim: true })));
  },

  /**
   * The gated linear unit a·σ(b) for the halves a and b of x along an axis. [Dauphin et al. 2016]
   *
   * @param dim The axis, whose size must be even; −1 by default.
   *
   * @example
   * console.log(tensor([2, 4, 0, 0]).glu().toArray()); //=> [ 1, 2 ]
   */
  glu(x: Node, dim = -1): Node {
    const d = axis("glu", dim, x.shape.length);
    const n = x.shape[d]!;
    if (n % 2 !== 0)
      fail("shape", "glu", `dim ${d} of ${formatShape(x.shape)} has an odd size, which has no halves`);
    return mul(movements.slice(x, d, 0, n / 2), sigmoid(movements.slice(x, d, n / 2)));
  },
};

export const axisActivationArguments = {
  softmax: { dim: "dim" },
  logSoftmax: { dim: "dim" },
  glu: { dim: "dim?" },
} as const satisfies Signatures<typeof axisActivations>;
