import { zerosLike } from "@chainrule/core";
import { pow, ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

/** Options of `ASGD`, besides those of `Hyper`. */
export interface ASGDOptions {
  /** λ, the decay of the step size and of the parameters. Default: 1e-4. */
  lambd: number;
  /** κ, the power with which the step size decays. Default: 0.75. */
  alpha: number;
  /** t₀, the step at which averaging starts. Default: 1e6. */
  t0: number;
}

const defaults: ASGDOptions = { lambd: 1e-4, alpha: 0.75, t0: 1e6 };

/**
 * Averaged gradient descent: the result is the average `ax` of the parameters, in the state dict. Default lr: 1e-2.
 *
 *     ηₜ = α/(1 + λα(t−1))^κ        μₜ = 1/max(1, t − 1 − t₀)
 *     θₜ = θₜ₋₁·(1 − ληₜ) − ηₜgₜ
 *     āₜ = (1−μₜ)āₜ₋₁ + μₜθₜ
 *
 * [Polyak & Juditsky 1992]
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * const optimizer = new ASGD([θ], { lr: 0.25, lambd: 0 });
 * optimizer.step();
 * console.log(optimizer.stateDict().state[0]?.ax); //=> tensor([ 0.5, -1.0], shape [2], float32)
 */
export class ASGD extends optimizer({
  name: "ASGD",
  defaults: { ...defaults, lr: 1e-2 },
  ranges: { lambd: ranges.nonNegative, alpha: ranges.finite, t0: ranges.finite },
  init: (p) => ({ ax: zerosLike(p) }),
  coefficients({ lr, lambd: λ, alpha: κ, t0 }, t) {
    const η = lr / pow(1 + λ * lr * (t - 1), κ);
    return { η, kept: 1 - λ * η, μ: 1 / Math.max(1, t - 1 - t0) };
  },
  update(p, g, { ax }, { η, kept, μ }) {
    const θ = p.mul(kept).sub(g.mul(η));
    return { p: θ, state: { ax: ax.lerp(θ, μ) } };
  },
}) {}
