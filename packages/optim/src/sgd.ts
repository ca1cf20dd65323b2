import { zerosLike } from "@chainrule/core";
import { ranges } from "@chainrule/core/internal";
import { optimizer } from "./optimizer.ts";

/** Options of `SGD`, besides those of `Hyper`. */
export interface SGDOptions {
  /** μ, the decay of the momentum; 0 for none. Default: 0. */
  momentum: number;
  /** τ, the part of each gradient that does not enter the momentum, from the second step on. Default: 0. */
  dampening: number;
  /** Whether the momentum is Nesterov's. Default: false. */
  nesterov: boolean;
}

const defaults: SGDOptions = { momentum: 0, dampening: 0, nesterov: false };

/**
 * Stochastic gradient descent. Default lr: 1e-3.
 *
 *     bₜ = μbₜ₋₁ + (1−τ)gₜ,  but gₜ in the first step with momentum
 *     θₜ = θₜ₋₁ − α·bₜ,  with Nesterov's momentum θₜ = θₜ₋₁ − α(gₜ + μbₜ)
 *
 * [Sutskever et al. 2013]
 *
 * @throws for nesterov without momentum or with dampening
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new SGD([θ], { lr: 0.1, momentum: 0.9 }).step();
 * console.log(θ.detach()); //=> tensor([ 0.8, -1.6], shape [2], float32)
 */
export class SGD extends optimizer({
  name: "SGD",
  defaults,
  ranges: { momentum: ranges.nonNegative, dampening: ranges.finite },
  conflict({ nesterov, momentum, dampening }) {
    if (!nesterov || (momentum > 0 && dampening === 0)) return;
    return `nesterov needs momentum > 0 and dampening 0, got ${momentum} and ${dampening}. Did you mean { momentum: 0.9, nesterov: true }?`;
  },
  init: (p, { momentum }) => ({ ...(momentum !== 0 && { momentumBuffer: zerosLike(p) }) }),
  coefficients: ({ lr, momentum, dampening }, _t, begins) => ({
    α: lr,
    μ: momentum,
    taken: begins ? 1 : 1 - dampening,
  }),
  update(p, g, { momentumBuffer }, { α, μ, taken }, { nesterov }) {
    if (!momentumBuffer) return { p: p.sub(g.mul(α)), state: {} };
    const b = momentumBuffer.mul(μ).add(g.mul(taken));
    const direction = nesterov ? g.add(b.mul(μ)) : b;
    return { p: p.sub(direction.mul(α)), state: { momentumBuffer: b } };
  },
}) {}
