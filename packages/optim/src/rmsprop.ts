import { zerosLike } from "@chainrule/core";
import { ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

/** Options of `RMSprop`, besides those of `Hyper`. */
export interface RMSpropOptions {
  /** ρ, the decay of the average of the squared gradient, in [0, 1]. Default: 0.99. */
  alpha: number;
  /** ε, which keeps the division in range. Default: 1e-8. */
  eps: number;
  /** μ, the decay of the momentum; 0 for none. Default: 0. */
  momentum: number;
  /** Whether gradients are divided by their standard deviation instead of the root mean square. Default: false. */
  centered: boolean;
}

const defaults: RMSpropOptions = { alpha: 0.99, eps: 1e-8, momentum: 0, centered: false };

/**
 * Gradients divided by their running root mean square. Default lr: 1e-2.
 *
 *     vₜ = ρvₜ₋₁ + (1−ρ)gₜ²
 *     ḡₜ = ρḡₜ₋₁ + (1−ρ)gₜ,  σ² = vₜ − ḡₜ² where centered, else σ² = vₜ
 *     bₜ = μbₜ₋₁ + gₜ/(√σ² + ε)
 *     θₜ = θₜ₋₁ − α·bₜ
 *
 * [Hinton 2012, lecture 6e; centered: Graves 2013]
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new RMSprop([θ], { lr: 0.1, alpha: 0.75 }).step();
 * console.log(θ.detach()); //=> tensor([ 0.8, -1.8], shape [2], float32)
 */
export class RMSprop extends optimizer({
  name: "RMSprop",
  defaults: { ...defaults, lr: 1e-2 },
  ranges: { alpha: ranges.unitInterval, eps: ranges.nonNegative, momentum: ranges.nonNegative },
  init: (p, { momentum, centered }) => ({
    squareAvg: zerosLike(p),
    ...(centered && { gradAvg: zerosLike(p) }),
    ...(momentum !== 0 && { momentumBuffer: zerosLike(p) }),
  }),
  coefficients: ({ lr, alpha, eps, momentum }) => ({ α: lr, w: 1 - alpha, ε: eps, μ: momentum }),
  update(p, g, { squareAvg, gradAvg, momentumBuffer }, { α, w, ε, μ }) {
    const v = squareAvg.lerp(g.square(), w);
    const ḡ = gradAvg?.lerp(g, w);
    // Where the gradient hardly changes, rounding can make the difference negative.
    const variance = ḡ ? v.sub(ḡ.square()).clamp(0) : v;
    const scaled = g.div(variance.sqrt().add(ε));
    const b = momentumBuffer?.mul(μ).add(scaled);
    return {
      p: p.sub((b ?? scaled).mul(α)),
      state: { squareAvg: v, ...(ḡ && { gradAvg: ḡ }), ...(b && { momentumBuffer: b }) },
    };
  },
}) {}
