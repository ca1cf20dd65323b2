import { zerosLike } from "@chainrule/core";
import { pow, ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

/** Options of `Adamax`, besides those of `Hyper`. */
export interface AdamaxOptions {
  /** β₁ and β₂, the decays of the average gradient and of its maximum norm, in [0, 1). Default: [0.9, 0.999]. */
  betas: readonly [number, number];
  /** ε, which keeps the division in range. Default: 1e-8. */
  eps: number;
}

const defaults: AdamaxOptions = { betas: [0.9, 0.999], eps: 1e-8 };

/**
 * Adam with the maximum norm instead of the root mean square. Default lr: 2e-3.
 *
 *     mₜ = β₁mₜ₋₁ + (1−β₁)gₜ        m̂ = mₜ/(1−β₁ᵗ)
 *     uₜ = max(β₂uₜ₋₁, |gₜ| + ε)
 *     θₜ = θₜ₋₁ − α·m̂/uₜ
 *
 * [Kingma & Ba 2015, section 7.1]
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new Adamax([θ], { lr: 0.1 }).step();
 * console.log(θ.detach()); //=> tensor([ 0.9, -1.9], shape [2], float32)
 */
export class Adamax extends optimizer({
  name: "Adamax",
  defaults: { ...defaults, lr: 2e-3 },
  ranges: { betas: [ranges.halfOpenUnit, ranges.halfOpenUnit], eps: ranges.nonNegative },
  init: (p) => ({ expAvg: zerosLike(p), expInf: zerosLike(p) }),
  coefficients: ({ lr, betas: [β1, β2], eps }, t) => ({ α: lr, w1: 1 - β1, β2, c1: 1 - pow(β1, t), ε: eps }),
  update(p, g, { expAvg, expInf }, { α, w1, β2, c1, ε }) {
    const m = expAvg.lerp(g, w1);
    const u = expInf.mul(β2).maximum(g.abs().add(ε));
    const m̂ = m.div(c1);
    return { p: p.sub(m̂.div(u).mul(α)), state: { expAvg: m, expInf: u } };
  },
}) {}
