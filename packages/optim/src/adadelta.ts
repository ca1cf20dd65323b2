import { zerosLike } from "@chainrule/core";
import { ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

export interface AdadeltaOptions {
  /** ρ: how much of the averages of squares is kept. */
  rho: number;
  /** ε: starts the movement, and keeps the division in range. */
  eps: number;
}

const defaults: AdadeltaOptions = { rho: 0.9, eps: 1e-6 };

/**
 * Steps as large as past steps, in units of past gradients, lr 1:
 *
 *     vₜ = ρvₜ₋₁ + (1−ρ)gₜ²
 *     Δₜ = √(uₜ₋₁ + ε)/√(vₜ + ε) · gₜ
 *     uₜ = ρuₜ₋₁ + (1−ρ)Δₜ²
 *     θₜ = θₜ₋₁ − α·Δₜ
 *
 * [Zeiler 2012]
 */
export class Adadelta extends optimizer({
  name: "Adadelta",
  defaults: { ...defaults, lr: 1 },
  ranges: { rho: ranges.unitInterval, eps: ranges.nonNegative },
  init: (p) => ({ squareAvg: zerosLike(p), accDelta: zerosLike(p) }),
  coefficients: ({ lr, rho, eps }) => ({ α: lr, w: 1 - rho, ε: eps }),
  update(p, g, { squareAvg, accDelta }, { α, w, ε }) {
    const v = squareAvg.lerp(g.square(), w);
    const Δ = accDelta.add(ε).sqrt().div(v.add(ε).sqrt()).mul(g);
    const u = accDelta.lerp(Δ.square(), w);
    return { p: p.sub(Δ.mul(α)), state: { squareAvg: v, accDelta: u } };
  },
}) {}
