import { fullLike } from "@chainrule/core";
import { ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

/** Options of `Adagrad`, besides those of `Hyper`. */
export interface AdagradOptions {
  /** η, the decay of the learning rate: α/(1 + (t−1)η). Default: 0. */
  lrDecay: number;
  /** s₀, the initial sum of squares. Default: 0. */
  initialAccumulatorValue: number;
  /** ε, which keeps the division in range. Default: 1e-10. */
  eps: number;
}

const defaults: AdagradOptions = { lrDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 };

/**
 * Gradients divided by the root of the sum of all their squares. Default lr: 1e-2.
 *
 *     sₜ = sₜ₋₁ + gₜ²
 *     θₜ = θₜ₋₁ − α/(1 + (t−1)η) · gₜ/(√sₜ + ε)
 *
 * [Duchi, Hazan & Singer 2011]
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new Adagrad([θ], { lr: 0.1 }).step();
 * console.log(θ.detach()); //=> tensor([ 0.9, -1.9], shape [2], float32)
 */
export class Adagrad extends optimizer({
  name: "Adagrad",
  defaults: { ...defaults, lr: 1e-2 },
  ranges: {
    lrDecay: ranges.nonNegative,
    initialAccumulatorValue: ranges.nonNegative,
    eps: ranges.nonNegative,
  },
  init: (p, { initialAccumulatorValue }) => ({ sum: fullLike(p, initialAccumulatorValue) }),
  coefficients: ({ lr, lrDecay: η, eps }, t) => ({ α: lr / (1 + (t - 1) * η), ε: eps }),
  update(p, g, { sum }, { α, ε }) {
    const s = sum.add(g.square());
    return { p: p.sub(g.div(s.sqrt().add(ε)).mul(α)), state: { sum: s } };
  },
}) {}
