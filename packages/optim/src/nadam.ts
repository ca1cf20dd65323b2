import { ones, zerosLike } from "@chainrule/core";
import { pow, ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

/** Options of `NAdam`, besides those of `Hyper`. */
export interface NAdamOptions {
  /** β₁ and β₂, the decays of the averages of the gradient and of its square, in [0, 1). Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** ε, which keeps the division in range. Default: 1e-8. */
  eps: number;
  /** ψ, the rate at which the momentum approaches β₁. Default: 4e-3. */
  momentumDecay: number;
}

const defaults: NAdamOptions = { betas: [0.9, 0.999], eps: 1e-8, momentumDecay: 4e-3 };

/**
 * Adam with Nesterov momentum. Default lr: 2e-3.
 *
 *     μₜ = β₁(1 − ½·0.96^{tψ})      πₜ = πₜ₋₁μₜ,  π₀ = 1
 *     mₜ = β₁mₜ₋₁ + (1−β₁)gₜ        m̂ = μₜ₊₁mₜ/(1−πₜμₜ₊₁) + (1−μₜ)gₜ/(1−πₜ)
 *     vₜ = β₂vₜ₋₁ + (1−β₂)gₜ²       v̂ = vₜ/(1−β₂ᵗ)
 *     θₜ = θₜ₋₁ − α·m̂/(√v̂ + ε)
 *
 * [Dozat 2016]
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new NAdam([θ], { lr: 0.1 }).step();
 * console.log(θ.detach()); //=> tensor([ 0.8944, -1.8944], shape [2], float32)
 */
export class NAdam extends optimizer({
  name: "NAdam",
  defaults: { ...defaults, lr: 2e-3 },
  ranges: {
    betas: [ranges.halfOpenUnit, ranges.halfOpenUnit],
    eps: ranges.nonNegative,
    momentumDecay: ranges.nonNegative,
  },
  init: (p) => ({ expAvg: zerosLike(p), expAvgSq: zerosLike(p), muProduct: ones([], { dtype: p.dtype }) }),
  coefficients({ lr, betas: [β1, β2], eps, momentumDecay: ψ }, t) {
    const μ = (step: number) => β1 * (1 - 0.5 * pow(0.96, step * ψ));
    return {
      α: lr,
      w1: 1 - β1,
      w2: 1 - β2,
      μ: μ(t),
      rest: 1 - μ(t),
      next: μ(t + 1),
      c2: 1 - pow(β2, t),
      ε: eps,
    };
  },
  update(p, g, { expAvg, expAvgSq, muProduct }, { α, w1, w2, μ, rest, next, c2, ε }) {
    const π = muProduct.mul(μ);
    const m = expAvg.lerp(g, w1);
    const v = expAvgSq.lerp(g.square(), w2);
    const ahead = m.mul(next).div(π.mul(next).neg().add(1));
    const m̂ = ahead.add(g.mul(rest).div(π.neg().add(1)));
    const v̂ = v.div(c2);
    return {
      p: p.sub(m̂.div(v̂.sqrt().add(ε)).mul(α)),
      state: { expAvg: m, expAvgSq: v, muProduct: π },
    };
  },
}) {}
