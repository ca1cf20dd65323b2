import { adam } from "./adam.ts";
import { optimizer } from "./optimizer.ts";

/**
 * Adam with decoupled weight decay λ. Default lr: 1e-3, default weightDecay: 0.01.
 *
 *     θₜ = θₜ₋₁·(1 − αλ) − α·m̂/(√v̂ + ε)
 *
 * [Loshchilov & Hutter 2019]
 *
 * @example
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new AdamW([θ], { lr: 0.1, weightDecay: 0.5 }).step();
 * console.log(θ.detach()); //=> tensor([ 0.85, -1.80], shape [2], float32)
 */
export class AdamW extends optimizer({
  ...adam,
  name: "AdamW",
  defaults: { ...adam.defaults, weightDecay: 0.01, decoupledWeightDecay: true },
}) {}
