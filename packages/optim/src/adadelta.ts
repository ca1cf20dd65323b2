import { zerosLike } from "@chainrule/core";
import { ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

/** Options of `Adadelta`, besides those of `Hyper`. */
export interface AdadeltaOptions {
  /** ρ, the decay of the averages of squares, in [0, 1]. Default: 0.9. */
  rho: number;
  /** ε, which starts the movement and keeps the division in range. Default: 1e-6. */
  eps: number;
}

const defaults: AdadeltaOptions = { rho: 0.9, eps: 1e-6 };

/**
 * Steps scaled by the ratio of the RMS of past updates to the RMS of past gradients. Default lr: 1.
 *
 *     vₜ = ρvₜ₋₁ + (1−ρ)gₜ²
 *     Δₜ = √(uₜ₋₁ + ε)/√(vₜ + ε) · gₜ
 *     uₜ = ρuₜ₋₁ + (1−ρ)Δₜ²
 *     θₜ = θₜ₋₁ − α·Δₜ
 *
 * [Zeiler 2012]
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new Adadelta([θ], { lr: 100 }).step();
 * console.log(θ.detach()); //=> tensor([ 0.6838, -1.6838], shape [2], float32)
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
