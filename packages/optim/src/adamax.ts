import { zerosLike } from "@chainrule/core";
import { ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

export interface AdamaxOptions {
  /** β₁, β₂: how much of the average gradient and of its greatest size is kept. */
  betas: readonly [number, number];
  /** ε: keeps the division in range. */
  eps: number;
}

const defaults: AdamaxOptions = { betas: [0.9, 0.999], eps: 1e-8 };

/**
 * Adam with the greatest in place of the mean square, lr 2e-3:
 *
 *     mₜ = β₁mₜ₋₁ + (1−β₁)gₜ        m̂ = mₜ/(1−β₁ᵗ)
 *     uₜ = max(β₂uₜ₋₁, |gₜ| + ε)
 *     θₜ = θₜ₋₁ − α·m̂/uₜ
 *
 * [Kingma & Ba 2015, section 7.1]
 */
export class Adamax extends optimizer({
  name: "Adamax",
  defaults: { ...defaults, lr: 2e-3 },
  ranges: { betas: [ranges.halfOpenUnit, ranges.halfOpenUnit], eps: ranges.nonNegative },
  init: (p) => ({ expAvg: zerosLike(p), expInf: zerosLike(p) }),
  coefficients: ({ lr, betas: [β1, β2], eps }, t) => ({ α: lr, w1: 1 - β1, β2, c1: 1 - β1 ** t, ε: eps }),
  update(p, g, { expAvg, expInf }, { α, w1, β2, c1, ε }) {
    const m = expAvg.lerp(g, w1);
    const u = expInf.mul(β2).maximum(g.abs().add(ε));
    const m̂ = m.div(c1);
    return { p: p.sub(m̂.div(u).mul(α)), state: { expAvg: m, expInf: u } };
  },
}) {}
