import { fullLike, where, zerosLike } from "@chainrule/core";
import { ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

/** Options of `Rprop`, besides those of `Hyper`. */
export interface RpropOptions {
  /**
   * η⁻ and η⁺, the factors of a step size where the gradient changed its sign, and where it did not. Default: [0.5,
   * 1.2].
   */
  etas: readonly [number, number];
  /** The minimum and maximum step size. Default: [1e-6, 50]. */
  stepSizes: readonly [number, number];
}

const defaults: RpropOptions = { etas: [0.5, 1.2], stepSizes: [1e-6, 50] };

/**
 * Resilient backpropagation for full batches: only the signs of the gradients count. The initial step size is lr, by
 * default 1e-2.
 *
 *     Δₜ = Δₜ₋₁·(η⁺ where gₜgₜ₋₁ > 0, η⁻ where gₜgₜ₋₁ < 0), clamped to `stepSizes`
 *     gₜ = 0 where gₜgₜ₋₁ < 0
 *     θₜ = θₜ₋₁ − sign(gₜ)·Δₜ
 *
 * [Riedmiller & Braun 1993]
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new Rprop([θ], { lr: 0.1 }).step();
 * console.log(θ.detach()); //=> tensor([ 0.9, -1.9], shape [2], float32)
 */
export class Rprop extends optimizer({
  name: "Rprop",
  defaults: { ...defaults, lr: 1e-2 },
  ranges: {
    etas: [ranges.openUnit, ranges.greaterThanOne],
    stepSizes: [ranges.nonNegative, ranges.nonNegative],
  },
  init: (p, { lr }) => ({ prev: zerosLike(p), stepSize: fullLike(p, lr) }),
  coefficients: ({ etas: [shrink, grow], stepSizes: [min, max] }) => ({ shrink, grow, min, max }),
  update(p, g, { prev, stepSize }, { shrink, grow, min, max }) {
    const agreement = g.mul(prev);
    const turned = agreement.lt(0);
    const grown = where(agreement.gt(0), stepSize.mul(grow), stepSize);
    const Δ = where(turned, stepSize.mul(shrink), grown).clamp(min, max);
    const kept = where(turned, 0, g);
    return { p: p.sub(kept.sign().mul(Δ)), state: { prev: kept, stepSize: Δ } };
  },
}) {}
