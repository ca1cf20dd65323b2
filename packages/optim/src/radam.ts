import { where, zerosLike } from "@chainrule/core";
import { pow, ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

/** Options of `RAdam`, besides those of `Hyper`. */
export interface RAdamOptions {
  /** β₁ and β₂, the decays of the averages of the gradient and of its square, in [0, 1). Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** ε, which keeps the division in range. Default: 1e-8. */
  eps: number;
}

const defaults: RAdamOptions = { betas: [0.9, 0.999], eps: 1e-8 };

/**
 * Rectified Adam, which uses the second moment once its variance is tractable. Default lr: 1e-3.
 *
 *     mₜ = β₁mₜ₋₁ + (1−β₁)gₜ        m̂ = mₜ/(1−β₁ᵗ)
 *     vₜ = β₂vₜ₋₁ + (1−β₂)gₜ²       ρ∞ = 2/(1−β₂) − 1,  ρₜ = ρ∞ − 2tβ₂ᵗ/(1−β₂ᵗ)
 *     rₜ = √[(ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ)]
 *     θₜ = θₜ₋₁ − α·m̂·rₜ√(1−β₂ᵗ)/(√vₜ + ε) where ρₜ > 5, else θₜ₋₁ − α·m̂
 *
 * [Liu et al. 2020]
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new RAdam([θ], { lr: 0.1 }).step();
 * console.log(θ.detach()); //=> tensor([ 0.8, -1.6], shape [2], float32)
 */
export class RAdam extends optimizer({
  name: "RAdam",
  defaults,
  ranges: { betas: [ranges.halfOpenUnit, ranges.halfOpenUnit], eps: ranges.nonNegative },
  init: (p) => ({ expAvg: zerosLike(p), expAvgSq: zerosLike(p) }),
  coefficients({ lr, betas: [β1, β2], eps }, t) {
    const limit = 2 / (1 - β2) - 1;
    const power = pow(β2, t);
    const ρ = limit - (2 * t * power) / (1 - power);
    const r = Math.sqrt(((ρ - 4) * (ρ - 2) * limit) / ((limit - 4) * (limit - 2) * ρ));
    return {
      α: lr,
      w1: 1 - β1,
      w2: 1 - β2,
      c1: 1 - pow(β1, t),
      rectified: Number(ρ > 5),
      r: r * Math.sqrt(1 - power),
      ε: eps,
    };
  },
  update(p, g, { expAvg, expAvgSq }, { α, w1, w2, c1, rectified, r, ε }) {
    const m = expAvg.lerp(g, w1);
    const v = expAvgSq.lerp(g.square(), w2);
    const m̂ = m.div(c1);
    const direction = where(rectified, m̂.mul(r).div(v.sqrt().add(ε)), m̂);
    return { p: p.sub(direction.mul(α)), state: { expAvg: m, expAvgSq: v } };
  },
}) {}
