import { fullLike } from "@chainrule/core";
import { ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

export interface AdagradOptions {
  /** η: how fast the learning rate falls with the steps. */
  lrDecay: number;
  /** s₀. */
  initialAccumulatorValue: number;
  /** ε: keeps the division in range. */
  eps: number;
}

const defaults: AdagradOptions = { lrDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 };

/**
 * Gradients divided by the root of the sum of all their squares, lr 1e-2:
 *
 *     sₜ = sₜ₋₁ + gₜ²
 *     θₜ = θₜ₋₁ − α/(1 + (t−1)η) · gₜ/(√sₜ + ε)
 *
 * [Duchi, Hazan & Singer 2011]
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
