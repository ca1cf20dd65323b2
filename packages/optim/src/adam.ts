import { zerosLike } from "@chainrule/core";
import { pow, ranges } from "@chainrule/core/internal";
import { optimizer, rule } from "./optimizer.ts";

/** Options of `Adam` and `AdamW`, besides those of `Hyper`. */
export interface AdamOptions {
  /** β₁ and β₂, the decays of the averages of the gradient and of its square, in [0, 1). Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** ε, which keeps the division in range. Default: 1e-8. */
  eps: number;
  /** Whether v is the maximum so far, which never decays. Default: false. [Reddi et al. 2018] */
  amsgrad: boolean;
}

const defaults: AdamOptions = { betas: [0.9, 0.999], eps: 1e-8, amsgrad: false };

/** The rule of `Adam`, which `AdamW` extends. */
export const adam = rule({
  name: "Adam",
  defaults,
  ranges: { betas: [ranges.halfOpenUnit, ranges.halfOpenUnit], eps: ranges.nonNegative },
  init: (p, { amsgrad }) => ({
    expAvg: zerosLike(p),
    expAvgSq: zerosLike(p),
    ...(amsgrad && { maxExpAvgSq: zerosLike(p) }),
  }),
  coefficients: ({ lr, betas: [β1, β2], eps }, t) => ({
    α: lr,
    w1: 1 - β1,
    w2: 1 - β2,
    c1: 1 - pow(β1, t),
    c2: 1 - pow(β2, t),
    ε: eps,
  }),
  update(p, g, { expAvg, expAvgSq, maxExpAvgSq }, { α, w1, w2, c1, c2, ε }) {
    const m = expAvg.lerp(g, w1);
    const v = expAvgSq.lerp(g.square(), w2);
    const vMax = maxExpAvgSq?.maximum(v);
    const m̂ = m.div(c1);
    const v̂ = (vMax ?? v).div(c2);
    return {
      p: p.sub(m̂.div(v̂.sqrt().add(ε)).mul(α)),
      state: { expAvg: m, expAvgSq: v, ...(vMax && { maxExpAvgSq: vMax }) },
    };
  },
});

/**
 * Adaptive moment estimation. Default lr: 1e-3.
 *
 *     mₜ = β₁mₜ₋₁ + (1−β₁)gₜ        m̂ = mₜ/(1−β₁ᵗ)
 *     vₜ = β₂vₜ₋₁ + (1−β₂)gₜ²       v̂ = vₜ/(1−β₂ᵗ)
 *     θₜ = θₜ₋₁ − α·m̂/(√v̂ + ε)
 *
 * [Kingma & Ba 2015]
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new Adam([θ], { lr: 0.1 }).step();
 * console.log(θ.detach()); //=> tensor([ 0.9, -1.9], shape [2], float32)
 */
export class Adam extends optimizer(adam) {}
