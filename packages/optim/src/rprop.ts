import { fullLike, where, zerosLike } from "@chainrule/core";
import { ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

export interface RpropOptions {
  /** η⁻, η⁺: what a step size is multiplied by where the gradient changed its sign, and where it kept it. */
  etas: readonly [number, number];
  /** The least and the greatest step size. */
  stepSizes: readonly [number, number];
}

const defaults: RpropOptions = { etas: [0.5, 1.2], stepSizes: [1e-6, 50] };

/**
 * Resilient backpropagation: only the signs of the gradients count. For full batches; step sizes start at lr 1e-2:
 *
 *     Δₜ = Δₜ₋₁·(η⁺ where gₜgₜ₋₁ > 0, η⁻ where gₜgₜ₋₁ < 0), held between the least and the greatest
 *     gₜ = 0 where gₜgₜ₋₁ < 0
 *     θₜ = θₜ₋₁ − sign(gₜ)·Δₜ
 *
 * [Riedmiller & Braun 1993]
 */
export class Rprop extends optimizer({
  name: "Rprop",
  defaults: { ...defaults, lr: 1e-2 },
  ranges: {
    etas: [ranges.openUnit, ranges.greaterThanOne],
    stepSizes: [ranges.nonNegative, ranges.nonNegative],
  },
  init: (p, { lr }) => ({ prev: zerosLike(p), stepSize: fullLike(p, lr) }),
  coefficients: ({ etas: [shrink, grow], stepSizes: [least, most] }) => ({ shrink, grow, least, most }),
  update(p, g, { prev, stepSize }, { shrink, grow, least, most }) {
    const agreement = g.mul(prev);
    const turned = agreement.lt(0);
    const grown = where(agreement.gt(0), stepSize.mul(grow), stepSize);
    const Δ = where(turned, stepSize.mul(shrink), grown).clamp(least, most);
    const kept = where(turned, 0, g);
    return { p: p.sub(kept.sign().mul(Δ)), state: { prev: kept, stepSize: Δ } };
  },
}) {}
